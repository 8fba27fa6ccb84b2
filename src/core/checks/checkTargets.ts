import type { FailureFacts } from '../failure';
import { say } from '../say';
import type { EdgeSnapshot, TopologySnapshot } from '../snapshot';
import type { TopologyNode } from '../topology';

/** One edge to check, with everything that decides how. */
export interface CheckTarget {
  readonly edge: EdgeSnapshot;
  readonly from: TopologyNode;
  /** `null` for a consumer. */
  readonly to: TopologyNode | null;
  /** Of a logical edge: what its subscription takes. */
  readonly publications: readonly string[];
  /** Longer is a failed check; `null`: the file gives no budget. */
  readonly budgetMs: number | null;
}

/** Edges whose data comes from one primary, so that one token, or one message, serves all of them. */
export interface CheckGroup {
  readonly root: TopologyNode;
  readonly targets: readonly CheckTarget[];
}

export interface CheckGroups {
  readonly groups: readonly CheckGroup[];
  /** Edges that no check can be made for, with why. */
  readonly impossible: readonly { readonly edgeId: string; readonly failure: FailureFacts }[];
}

/**
 * Sorts edges by the primary at the head of their way: below a standby a token is written at its primary.
 * @param edgeIds `null`: every edge that can be checked
 */
export function groupChecks(
  snapshot: TopologySnapshot,
  edgeIds: readonly string[] | null,
): CheckGroups {
  const groups = new Map<string, { root: TopologyNode; targets: CheckTarget[] }>();
  const impossible: { edgeId: string; failure: FailureFacts }[] = [];
  const wanted = edgeIds === null ? snapshot.edges.map(({ id }) => id) : [...new Set(edgeIds)];
  for (const edgeId of wanted) {
    const edge = snapshot.edges.find(({ id }) => id === edgeId);
    const found = edge === undefined ? noEdge(edgeId) : targetOf(snapshot, edge);
    if (typeof found === 'string') {
      // Asked for all, what is not in the file is nobody's question.
      if (edgeIds === null && edge?.isDeclared === false) continue;
      impossible.push({ edgeId, failure: checkFailure(found, null) });
      continue;
    }
    const { root, target } = found;
    const known = groups.get(root.id);
    if (known === undefined) groups.set(root.id, { root, targets: [target] });
    else known.targets.push(target);
  }
  return { groups: [...groups.values()], impossible };
}

/** A check that could not be made for a reason that no server gave. */
export function checkFailure(text: string, advice: string | null): FailureFacts {
  return {
    reason: 'other',
    text,
    advice,
    sqlstate: null,
    serverMessage: null,
    endpoint: null,
    user: null,
  };
}

function noEdge(edgeId: string): string {
  return say`There is no ${edgeId} in this topology.`;
}

/** @returns a finished sentence when the edge cannot be checked. */
function targetOf(
  snapshot: TopologySnapshot,
  edge: EdgeSnapshot,
): { readonly root: TopologyNode; readonly target: CheckTarget } | string {
  const from = edge.from === null ? undefined : nodeOf(snapshot, edge.from);
  if (from === undefined) return say`The upstream of ${edge.name} is not in the file.`;
  const root = rootOf(snapshot, from);
  if (root === null) return say`The primary above ${from.id} is not in the file.`;
  if (edge.kind === 'consumer') {
    if (edge.slotName === null) return say`The slot of ${edge.name} is not known.`;
    return { root, target: { edge, from, to: null, publications: [], budgetMs: null } };
  }
  const to = nodeOf(snapshot, edge.to);
  if (to === undefined) return say`${edge.name} is not in the file, so it cannot be asked.`;
  const publications = edge.kind === 'logical' ? publicationsOf(snapshot, edge) : [];
  return { root, target: { edge, from, to, publications, budgetMs: budgetOf(edge, to) } };
}

/** `expect.arrivesWithin` of a standby or of a subscription. */
function budgetOf(edge: EdgeSnapshot, to: TopologyNode): number | null {
  if (edge.kind === 'streaming') return to.arrivesWithinMs ?? null;
  return to.subscriptions.find(({ name }) => name === edge.name)?.arrivesWithinMs ?? null;
}

/** The primary at the head of the way to a node, as the servers tell it; `null` when the way leaves the file or is a ring. */
export function rootOf(snapshot: TopologySnapshot, start: TopologyNode): TopologyNode | null {
  const seen = new Set<string>();
  let node: TopologyNode | undefined = start;
  while (node !== undefined && !seen.has(node.id)) {
    seen.add(node.id);
    const above = streamingTo(snapshot, node.id);
    if (above === undefined) return node;
    node = above.from === null ? undefined : nodeOf(snapshot, above.from);
  }
  return null;
}

function streamingTo(snapshot: TopologySnapshot, nodeId: string): EdgeSnapshot | undefined {
  return snapshot.edges.find(({ kind, to }) => kind === 'streaming' && to === nodeId);
}

/** What the server says goes before what the file says. */
export function publicationsOf(snapshot: TopologySnapshot, edge: EdgeSnapshot): readonly string[] {
  const node = snapshot.nodes.find(({ id }) => id === edge.to);
  const live = node?.sample.fast?.subscriptions.find(({ name }) => name === edge.name);
  if (live !== undefined) return live.publications;
  const declared = nodeOf(snapshot, edge.to)?.subscriptions.find(({ name }) => name === edge.name);
  return declared?.publications ?? [];
}

/** A node of the file. */
export function nodeOf(snapshot: TopologySnapshot, id: string): TopologyNode | undefined {
  return snapshot.topology.nodes.find((node) => node.id === id);
}
