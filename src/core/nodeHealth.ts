import { compareSeverity, worstHealth } from './join/severity';
import type { EdgeSnapshot, Health, QueueSnapshot, TopologySnapshot } from './snapshot';

type Picture = Pick<TopologySnapshot, 'nodes' | 'edges' | 'queues'>;

/** The edges that bring data to a node: its streaming edge and its subscriptions. */
export function incomingEdges(picture: Picture, nodeId: string): readonly EdgeSnapshot[] {
  return picture.edges.filter((edge) => edge.to === nodeId);
}

/** What a node's row should tell first of what arrives at it; `null` when nothing is to arrive. */
export function worstIncomingEdge(picture: Picture, nodeId: string): EdgeSnapshot | null {
  const [worst] = incomingEdges(picture, nodeId).toSorted(
    (a, b) =>
      compareSeverity(a.verdict, b.verdict) ||
      (b.lagMs ?? -1) - (a.lagMs ?? -1) ||
      (b.lagBytes ?? -1) - (a.lagBytes ?? -1),
  );
  return worst ?? null;
}

/**
 * How a node is doing as a whole: the worst of what is said of the server itself, of what arrives at it and of its queue. A node that
 * answers while its subscription has stopped is not healthy. What others read from it is theirs.
 */
export function healthOfNode(picture: Picture, nodeId: string): Health {
  const node = picture.nodes.find((candidate) => candidate.id === nodeId);
  const own = node === undefined ? 'unknown' : node.verdict.health;
  return worstHealth([
    own,
    ...incomingEdges(picture, nodeId).map((edge) => edge.verdict.health),
    ...queuesOf(picture, nodeId).map((queue) => queue.verdict.health),
  ]);
}

function queuesOf(picture: Picture, nodeId: string): readonly QueueSnapshot[] {
  return picture.queues.filter((queue) => queue.nodeId === nodeId);
}
