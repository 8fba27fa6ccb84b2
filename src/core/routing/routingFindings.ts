import { say } from '../say';
import type { NodeSnapshot, TopologySnapshot } from '../snapshot';
import { isTooMuch, poolLoads, poolWords } from './pools';
import { routesOf } from './whereTo';

/** Something in the file that the servers do not bear out. */
export interface RoutingFinding {
  /** Place in the file. */
  readonly path: readonly (string | number)[];
  readonly code: 'routing-takes-writes' | 'standby-database' | 'pools-too-large';
  /** A finished sentence. */
  readonly message: string;
}

/**
 * Read addresses that lead to a primary, databases that a standby cannot have, and pools that are larger than a server allows. Only by
 * what servers said.
 */
export function routingFindings(snapshot: TopologySnapshot): readonly RoutingFinding[] {
  const { topology, nodes } = snapshot;
  const seen = new Map(nodes.map((node) => [node.id, node]));
  const standbys = topology.nodes.filter(({ standbyOf }) => standbyOf !== null);
  const reads = (topology.routing?.reads ?? []).flatMap((id, index): RoutingFinding[] => {
    if (!standbys.some((node) => node.id === id) || !takesWrites(seen.get(id))) return [];
    const message = say`Reads go to "${id}" as to a standby, but its server takes writes.`;
    return [{ path: ['routing', 'reads', index], code: 'routing-takes-writes', message }];
  });
  const databases = standbys.flatMap(({ id, standbyOf, connection }): RoutingFinding[] => {
    const failure = seen.get(id)?.sample.failure;
    if (failure?.sqlstate !== '3D000') return [];
    const database = connection['dbname'] ?? connection['user'] ?? say`of that name`;
    const message = say`"${id}" has no database ${database}: a standby has the databases of "${standbyOf ?? ''}", and no others.`;
    return [{ path: ['nodes', id, 'connection'], code: 'standby-database', message }];
  });
  return [...reads, ...databases, ...tooLargePools(snapshot)];
}

function tooLargePools(snapshot: TopologySnapshot): readonly RoutingFinding[] {
  if (snapshot.topology.routing?.pools === undefined) return [];
  return poolLoads(snapshot, routesOf(snapshot).writes.nodeId)
    .filter(isTooMuch)
    .map((load): RoutingFinding => ({
      path: ['routing', 'pools'],
      code: 'pools-too-large',
      message: poolWords(load),
    }));
}

function takesWrites(node: NodeSnapshot | undefined): boolean {
  if (node?.sample.contact !== 'connected' || node.verdict.code === 'stale') return false;
  return node.sample.fast?.isInRecovery === false;
}
