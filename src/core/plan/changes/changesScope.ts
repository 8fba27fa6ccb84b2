import type { Topology, TopologyNode } from '../../topology';

/**
 * The nodes that a plan is about: those asked for, and each that they take data from, directly or not.
 * @param nodeIds `null`: all
 * @returns publishers and upstreams before those who take from them, else in the order of the file; in a circle the file decides
 */
export function scopeOf(
  { nodes }: Topology,
  nodeIds: readonly string[] | null,
): readonly TopologyNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered: TopologyNode[] = [];
  const seen = new Set<string>();
  const take = (id: string): void => {
    const node = byId.get(id);
    if (node === undefined || seen.has(id)) return;
    seen.add(id);
    for (const source of sourcesOf(node)) take(source);
    ordered.push(node);
  };
  for (const { id } of nodes) if (nodeIds === null || nodeIds.includes(id)) take(id);
  return ordered;
}

/** The nodes to read for that: the scope, whoever subscribes to one of it, since a publication that changes concerns them, and where its queues are drained to. */
export function readFor(
  topology: Topology,
  nodeIds: readonly string[] | null,
): readonly TopologyNode[] {
  const scope = new Set(scopeOf(topology, nodeIds).map(({ id }) => id));
  const primaries = new Set(
    topology.nodes.flatMap(({ id, pendingSync }) =>
      pendingSync !== null && scope.has(id) ? [pendingSync.primary] : [],
    ),
  );
  return topology.nodes.filter(
    ({ id, subscriptions }) =>
      scope.has(id) ||
      primaries.has(id) ||
      subscriptions.some(({ publisher }) => scope.has(publisher)),
  );
}

function sourcesOf({ subscriptions, standbyOf }: TopologyNode): readonly string[] {
  return [
    ...subscriptions.map(({ publisher }) => publisher),
    ...(standbyOf === null ? [] : [standbyOf]),
  ];
}
