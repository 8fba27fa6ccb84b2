import type { Topology, TopologyNode } from '../core/topology';

/**
 * Orders nodes so that each comes before what it takes its data from. Asked in this order, an upstream is rather sampled
 * after its downstreams than before, which keeps byte lags from coming out negative. Costs nothing, promises nothing.
 */
export function downstreamFirst(topology: Topology): readonly TopologyNode[] {
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  const depthOf = (node: TopologyNode): number => {
    const known = depths.get(node.id);
    if (known !== undefined) return known;
    depths.set(node.id, 0); // ends a cycle that the file may hold while it is being edited
    const upstreams = upstreamIds(node).flatMap((id) => byId.get(id) ?? []);
    const depth = upstreams.reduce((deepest, up) => Math.max(deepest, depthOf(up) + 1), 0);
    depths.set(node.id, depth);
    return depth;
  };
  return topology.nodes.toSorted((a, b) => depthOf(b) - depthOf(a));
}

function upstreamIds(node: TopologyNode): readonly string[] {
  const ids = node.subscriptions.map((subscription) => subscription.publisher);
  if (node.standbyOf !== null) ids.push(node.standbyOf);
  if (node.pendingSync !== null) ids.push(node.pendingSync.primary);
  return ids;
}
