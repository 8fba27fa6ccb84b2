import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanStep } from './plan';
import type { PlanContext } from './requests';
import { isSameServer } from './sameServer';

/**
 * Two writable servers of one system, as the monitor or the catalogs of this very plan show it: every change is refused
 * until a person has chosen, since nobody can tell which of them the change is meant for. Then what has nothing to do with
 * the other one may run.
 * @returns `null` when there is no sign of it
 */
export function splitBrainFinding(
  context: PlanContext,
  steps: readonly Pick<PlanStep, 'nodeId'>[] = [],
): Finding | null {
  const seen = new Set<string>();
  for (const node of context.snapshot?.nodes ?? []) {
    if (node.verdict.code !== 'splitBrain') continue;
    for (const id of [node.id, ...(node.verdict.params.otherNodes ?? [])]) seen.add(id);
  }
  for (const id of rivalsAmong([...context.catalogs.values()])) seen.add(id);
  if (seen.size === 0) return null;
  const names = inFileOrder(context, seen);
  const chosen = chosenAmong(context, seen);
  if (chosen !== null) {
    const concerned = new Set([...context.catalogs.keys(), ...steps.map(({ nodeId }) => nodeId)]);
    const others = names.filter((id) => id !== chosen && concerned.has(id));
    if (others.length === 0) return null;
    return errorFinding(
      'splitBrain',
      others[0] ?? null,
      say`Refused: ${listNames(others)} ${others.length === 1 ? say`is` : say`are`} writable beside ${chosen}, which was chosen as the primary.`,
      say`Stop or demote ${listNames(others)}.`,
    );
  }
  return errorFinding(
    'splitBrain',
    null,
    say`Refused: ${names.length} writable nodes of one system (${listNames(names)}). Choose the primary first.`,
    say`Stop or demote all but one of them.`,
  );
}

/** Who was chosen, while it is of the very system and the choice was made against all that are seen. */
function chosenAmong(context: PlanContext, seen: ReadonlySet<string>): string | null {
  const choice = context.chosenPrimary ?? null;
  if (choice === null) return null;
  const { nodeId, others, systemIdentifier } = choice;
  const known = new Set([nodeId, ...others]);
  if (!seen.has(nodeId) || [...seen].some((id) => !known.has(id))) return null;
  const system =
    context.catalogs.get(nodeId)?.server.systemIdentifier ??
    context.snapshot?.nodes.find(({ id }) => id === nodeId)?.sample.fast?.systemIdentifier;
  return system === systemIdentifier ? nodeId : null;
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
