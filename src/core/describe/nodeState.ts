import { compareSeverity, worstHealth } from '../join/severity';
import type { EdgeSnapshot, Health, NodeSnapshot, QueueSnapshot, Verdict } from '../snapshot';
import type { SnapshotIndex } from './snapshotIndex';

/** What a node's row speaks of: the node itself, an edge that ends at it, or its queue; the worst of them. */
export type NodeState =
  | { readonly about: 'node'; readonly verdict: Verdict }
  | { readonly about: 'edge'; readonly verdict: Verdict; readonly edge: EdgeSnapshot }
  | { readonly about: 'queue'; readonly verdict: Verdict; readonly queue: QueueSnapshot };

export function nodeStateOf(node: NodeSnapshot, index: SnapshotIndex): NodeState {
  const own: NodeState = { about: 'node', verdict: node.verdict };
  // A node that cannot be read says so itself; what its edges look like from the other end is told below it.
  if (node.sample.contact !== 'connected' || node.verdict.code === 'stale') return own;
  const queue = index.queueOf(node.id);
  const candidates: NodeState[] = [
    ...(node.verdict.code === 'healthy' ? [] : [own]),
    ...(queue === null ? [] : [{ about: 'queue' as const, verdict: queue.verdict, queue }]),
    ...index
      .incoming(node.id)
      .map((edge) => ({ about: 'edge' as const, verdict: edge.verdict, edge })),
  ];
  return candidates.reduce<NodeState | null>(worse, null) ?? own;
}

/** Health of a node with everything that ends at it; slots it keeps for others are not its own trouble. */
export function nodeHealthOf(node: NodeSnapshot, index: SnapshotIndex): Health {
  const { verdict } = nodeStateOf(node, index);
  return worstHealth([verdict.health]);
}

/** What the details should open at: for a node whose row speaks of an edge or its queue, that edge or queue. */
export function detailSubject(index: SnapshotIndex, subject: string): string {
  const node = index.node(subject);
  if (node === null) return subject;
  const state = nodeStateOf(node, index);
  if (state.about === 'edge') return state.edge.id;
  return state.about === 'queue' ? state.queue.id : subject;
}

/** Ids of nodes that need a person: unhealthy themselves, or keeping a slot that is a problem of its own. */
export function nodesNeedingAttention(index: SnapshotIndex): readonly string[] {
  const { problems } = index.snapshot.summary;
  const isBad = (health: Health) => health === 'error' || health === 'warning';
  return index.snapshot.nodes
    .filter(
      (node) =>
        isBad(nodeHealthOf(node, index)) ||
        // A slot that waits for a standby that is away is the standby's trouble.
        index.slotsOf(node.id).some(({ name }) => problems.includes(`slot/${node.id}/${name}`)),
    )
    .map((node) => node.id);
}

/** Of several edges that are as bad, the one with the larger lag speaks. */
function worse(best: NodeState | null, next: NodeState): NodeState {
  if (best === null) return next;
  const order = compareSeverity(next.verdict, best.verdict);
  if (order !== 0) return order < 0 ? next : best;
  if (best.about !== 'edge' || next.about !== 'edge') return best;
  return (next.edge.lagMs ?? -1) > (best.edge.lagMs ?? -1) ? next : best;
}
