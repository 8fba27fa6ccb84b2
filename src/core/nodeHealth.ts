import { worstHealth } from './join/severity';
import type { Health, TopologySnapshot } from './snapshot';

/**
 * How each node is doing as a whole: the worst of what is said of the server itself, of what arrives at it (its streaming edge, its
 * subscriptions) and of its queue. A node that answers while its subscription has stopped is not healthy. What others read from it is theirs.
 * @returns by node id.
 */
export function healthByNode(
  picture: Pick<TopologySnapshot, 'nodes' | 'edges' | 'queues'>,
): ReadonlyMap<string, Health> {
  const healths = new Map<string, Health>();
  const add = (nodeId: string, health: Health): void => {
    const known = healths.get(nodeId);
    healths.set(nodeId, known === undefined ? health : worstHealth([known, health]));
  };
  for (const node of picture.nodes) add(node.id, node.verdict.health);
  for (const edge of picture.edges) if (healths.has(edge.to)) add(edge.to, edge.verdict.health);
  for (const queue of picture.queues) add(queue.nodeId, queue.verdict.health);
  return healths;
}
