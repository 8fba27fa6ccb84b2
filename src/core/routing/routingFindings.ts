import type { NodeSnapshot, TopologySnapshot } from '../snapshot';

/** Something in the file that the servers do not bear out. */
export interface RoutingFinding {
  /** Place in the file. */
  readonly path: readonly (string | number)[];
  readonly code: 'routing-takes-writes' | 'standby-database';
  /** A finished sentence. */
  readonly message: string;
}

/** Read addresses that lead to a primary, and databases that a standby cannot have. Only of servers that answered last. */
export function routingFindings({ topology, nodes }: TopologySnapshot): readonly RoutingFinding[] {
  const seen = new Map(nodes.map((node) => [node.id, node]));
  const standbys = topology.nodes.filter(({ standbyOf }) => standbyOf !== null);
  const reads = (topology.routing?.reads ?? []).flatMap((id, index): RoutingFinding[] => {
    if (!standbys.some((node) => node.id === id) || !takesWrites(seen.get(id))) return [];
    const message = `Reads go to "${id}" as to a standby, but its server takes writes.`;
    return [{ path: ['routing', 'reads', index], code: 'routing-takes-writes', message }];
  });
  const databases = standbys.flatMap(({ id, standbyOf, connection }): RoutingFinding[] => {
    const failure = seen.get(id)?.sample.failure;
    if (failure?.sqlstate !== '3D000') return [];
    const database = connection['dbname'] ?? connection['user'] ?? 'of that name';
    const message = `"${id}" has no database ${database}: a standby has the databases of "${standbyOf ?? ''}", and no others.`;
    return [{ path: ['nodes', id, 'connection'], code: 'standby-database', message }];
  });
  return [...reads, ...databases];
}

function takesWrites(node: NodeSnapshot | undefined): boolean {
  if (node?.sample.contact !== 'connected' || node.verdict.code === 'stale') return false;
  return node.sample.fast?.isInRecovery === false;
}
