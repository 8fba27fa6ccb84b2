import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';
import { isSameServer } from './sameServer';

/**
 * Two writable servers of one system, as the monitor or the catalogs of this very plan show it: every change is refused
 * until a person has chosen, since nobody can tell which of them the change is meant for.
 * @returns `null` when there is no sign of it
 */
export function splitBrainFinding(context: PlanContext): Finding | null {
  const seen = new Set<string>();
  for (const node of context.snapshot?.nodes ?? []) {
    if (node.verdict.code !== 'splitBrain') continue;
    for (const id of [node.id, ...(node.verdict.params.otherNodes ?? [])]) seen.add(id);
  }
  for (const id of rivalsAmong([...context.catalogs.values()])) seen.add(id);
  if (seen.size === 0) return null;
  const names = inFileOrder(context, seen);
  return errorFinding(
    'splitBrain',
    null,
    `Refused: ${names.length} writable nodes of one system (${listNames(names)}). Choose the primary first.`,
    'Stop or demote all but one of them.',
  );
}

function rivalsAmong(catalogs: readonly NodeCatalog[]): readonly string[] {
  const writable = catalogs.filter(({ server }) => !server.isInRecovery);
  return writable
    .filter((catalog) =>
      writable.some(
        (other) =>
          other.server.systemIdentifier === catalog.server.systemIdentifier &&
          !isSameServer(other, catalog),
      ),
    )
    .map(({ nodeId }) => nodeId);
}

function inFileOrder(context: PlanContext, ids: ReadonlySet<string>): readonly string[] {
  const declared = context.topology.nodes.map(({ id }) => id).filter((id) => ids.has(id));
  return [...declared, ...[...ids].filter((id) => !declared.includes(id))];
}
