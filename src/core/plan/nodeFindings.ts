import { say } from '../say';
import { hasInvisible, showEscaped } from '../visibleText';
import { identifierBytes, MAX_IDENTIFIER_BYTES, truncatedIdentifier } from '../sql';
import type { Finding, FindingSeverity } from './finding';
import { errorFinding } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';

/** A standby takes no changes; its primary is named where the file leads to it. */
export function standbyFindings(context: PlanContext, catalog: NodeCatalog): readonly Finding[] {
  if (!catalog.server.isInRecovery) return [];
  const { nodeId } = catalog;
  const primary = primaryOf(context, nodeId);
  return [
    errorFinding(
      'standby',
      nodeId,
      say`${nodeId} is a standby and takes no changes (25006).`,
      primary === null ? say`Use its primary.` : say`Use its primary, ${primary}.`,
    ),
  ];
}

/**
 * Names that Postgres would refuse or cut, and those that hold what nobody can see.
 * @param what the kind of object, as a word in a sentence: `publication`
 */
export function nameFindings(nodeId: string, what: string, name: string): readonly Finding[] {
  const problem = nameProblem(what, name);
  return problem === null ? [] : [errorFinding('illegalName', nodeId, problem, ANOTHER_NAME)];
}

/** Whether a name may stand in a statement at all; what else is wrong with it is a finding. */
export function isQuotable(name: string): boolean {
  return name !== '' && !name.includes('\0');
}

/** `wal_level` decides whether changes can be decoded; without it no slot can be made. */
export function walLevelFindings(
  catalog: NodeCatalog,
  severity: FindingSeverity,
  consequence: string,
): readonly Finding[] {
  const { walLevel } = catalog.settings;
  if (walLevel === 'logical') return [];
  const { nodeId } = catalog;
  return [
    {
      code: 'walLevel',
      severity,
      nodeId,
      text: say`${nodeId} cannot publish: wal_level is ${walLevel}. ${consequence}`,
      fix: {
        text: say`Set it to logical and restart ${nodeId}.`,
        copy: `ALTER SYSTEM SET wal_level = 'logical';`,
      },
    },
  ];
}

/** Postgres 15 of 150004. */
export function majorOf(catalog: NodeCatalog): number {
  return Math.floor(catalog.server.versionNum / 10_000);
}

/** `postgres, a superuser` or `deployer`: whom the steps on a node run as. */
export function roleWords(catalog: NodeCatalog): string {
  return catalog.role.isSuperuser ? say`${catalog.role.name}, a superuser` : catalog.role.name;
}

const ANOTHER_NAME = say`Choose another name: letters, digits and _, at most ${MAX_IDENTIFIER_BYTES} bytes.`;

function nameProblem(what: string, name: string): string | null {
  if (name === '') return say`The ${what} has no name.`;
  if (hasInvisible(name)) {
    return say`The name of the ${what}, ${showEscaped(name)}, holds characters that nobody can see.`;
  }
  const cut = truncatedIdentifier(name);
  if (cut === null) return null;
  return say`The name of the ${what}, ${name}, has ${identifierBytes(name)} bytes: the server would cut it to ${cut}.`;
}

/** The primary that the file's chain of standbys leads to; `null` when it leads to none. */
export function primaryOf(context: PlanContext, nodeId: string): string | null {
  const seen = new Set<string>();
  let upstream = standbyOf(context, nodeId);
  while (upstream !== null && !seen.has(upstream)) {
    seen.add(upstream);
    const next = standbyOf(context, upstream);
    if (next === null) return upstream;
    upstream = next;
  }
  return null;
}

function standbyOf(context: PlanContext, nodeId: string): string | null {
  return context.topology.nodes.find(({ id }) => id === nodeId)?.standbyOf ?? null;
}
