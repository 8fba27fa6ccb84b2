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
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}

function toFix(fix: FindingFix | string | null): FindingFix | null {
  return typeof fix === 'string' ? { text: fix, copy: null } : fix;
}
