import { say } from '../say';
import { escapeIdentifier } from '../sql';
import type { Finding, FindingCode, FindingFix } from './finding';

/** A finding that keeps the plan from running. `fix` may be words alone. */
export function errorFinding(
  code: FindingCode,
  nodeId: string | null,
  text: string,
  fix: FindingFix | string | null = null,
): Finding {
  return { code, severity: 'error', nodeId, text, fix: toFix(fix) };
}

/** A finding that the user should weigh; the plan runs. */
export function warningFinding(
  code: FindingCode,
  nodeId: string | null,
  text: string,
  fix: FindingFix | string | null = null,
): Finding {
  return { code, severity: 'warning', nodeId, text, fix: toFix(fix) };
}

/** Something worth knowing. */
export function noteFinding(
  code: FindingCode,
  nodeId: string | null,
  text: string,
  fix: FindingFix | string | null = null,
): Finding {
  return { code, severity: 'note', nodeId, text, fix: toFix(fix) };
}

/** Names for a sentence: `a, b and 3 more`; the first `limit` of them. */
export function listNames(names: readonly string[], limit = 8): string {
  if (names.length <= limit) return names.join(', ');
  return say`${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}

/**
 * The way out where only an owner may do something: run it as the owner, or become a member. Who owns as a superuser must not be
 * given away like that, which no catalog of ours tells.
 */
export function ownerFix(owner: string, role: string): FindingFix {
  return {
    text: say`Name ${owner} or a superuser as "adminUser" in the file. Or let an administrator make ${role} a member of ${owner}, unless that is a superuser.`,
    copy: `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(role)};`,
  };
}

function toFix(fix: FindingFix | string | null): FindingFix | null {
  return typeof fix === 'string' ? { text: fix, copy: null } : fix;
}

/** The same of what several roles own. */
export function ownersFix(owners: readonly string[], role: string): FindingFix {
  const names = [...new Set(owners)];
  const [only] = names;
  if (only !== undefined && names.length === 1) return ownerFix(only, role);
  return {
    text: say`Name a superuser as "adminUser" in the file. Or let an administrator make ${role} a member of ${listNames(names)}, unless one of them is a superuser.`,
    copy: names
      .map((owner) => `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(role)};`)
      .join('\n'),
  };
}

/** The way out where a role may not create something: in a schema that is there, else in the database. */
export function createFix(
  place: { readonly schema: string } | { readonly database: string },
  role: string,
): FindingFix {
  const to = escapeIdentifier(role);
  return {
    text: say`Let an administrator grant it, or name a role that may as "adminUser" in the file.`,
    copy:
      'schema' in place
        ? `GRANT USAGE, CREATE ON SCHEMA ${escapeIdentifier(place.schema)} TO ${to};`
        : `GRANT CREATE ON DATABASE ${escapeIdentifier(place.database)} TO ${to};`,
  };
}
