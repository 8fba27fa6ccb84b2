import type {
  DashboardState,
  EdgeState,
  NodeState,
  QueueState,
  SlotState,
} from '../../src/protocol/dashboardState';
import { slotId } from '../../src/protocol/slotId';

/** What an id of the dashboard stands for. */
export type Subject =
  | { readonly kind: 'node'; readonly value: NodeState }
  | { readonly kind: 'edge'; readonly value: EdgeState }
  | { readonly kind: 'slot'; readonly value: SlotState }
  | { readonly kind: 'queue'; readonly value: QueueState };

/** @returns `null` when the state has no such thing (any more). */
export function findSubject(state: DashboardState, id: string): Subject | null {
  const edge = state.edges.find((candidate) => candidate.id === id);
  if (edge !== undefined) return { kind: 'edge', value: edge };
  const queue = state.queues.find((candidate) => candidate.id === id);
  if (queue !== undefined) return { kind: 'queue', value: queue };
  const slot = state.slots.find(({ nodeId, name }) => slotId(nodeId, name) === id);
  if (slot !== undefined) return { kind: 'slot', value: slot };
  const node = state.nodes.find((candidate) => candidate.id === id);
  return node === undefined ? null : { kind: 'node', value: node };
}

/** What is shown first: the worst problem, else the first edge, queue or node. */
export function firstSubjectId(state: DashboardState): string | null {
  const worst = state.problems.find(({ id }) => findSubject(state, id) !== null);
  return worst?.id ?? state.edges[0]?.id ?? state.queues[0]?.id ?? state.nodes[0]?.id ?? null;
}
