import type { TopologySnapshot } from '../snapshot';

/**
 * The nodes whose answers decide what is said of a subject: both ends of an edge or a queue, a slot's node and who reads it, a
 * node with the upstreams of what ends at it.
 * @param subject a node, edge, queue or `slot/<node>/<name>`; of anything else nothing is known
 * @returns ids, each once, only those that the snapshot has
 */
export function concernedNodes(snapshot: TopologySnapshot, subject: string): readonly string[] {
  const known = new Set(snapshot.nodes.map(({ id }) => id));
  const ids = new Set(idsOf(snapshot, subject).filter((id) => known.has(id)));
  return [...ids];
}

function idsOf(snapshot: TopologySnapshot, subject: string): readonly string[] {
  const edge = snapshot.edges.find(({ id }) => id === subject);
  if (edge !== undefined) return [...(edge.from === null ? [] : [edge.from]), edge.to];
  const queue = snapshot.queues.find(({ id }) => id === subject);
  if (queue !== undefined) return [queue.nodeId, queue.primaryId];
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) {
    // `node/subscription`; names of nodes hold no slash.
    const [reader = ''] = (slot.consumer ?? '').split('/');
    return [slot.nodeId, reader];
  }
  const incoming = snapshot.edges.filter(({ to }) => to === subject);
  const queues = snapshot.queues.filter(({ nodeId }) => nodeId === subject);
  return [
    subject,
    ...incoming.flatMap(({ from }) => from ?? []),
    ...queues.map(({ primaryId }) => primaryId),
  ];
}
