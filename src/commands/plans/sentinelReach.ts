import { parseConnectionString } from '../../core/connectionString';
import type { TopologySnapshot } from '../../core/snapshot';
import type { TopologyNode } from '../../core/topology';
import type { RolesToCheck } from './planWork';

/** Nodes whose catalogs decide about a sentinel table of this publisher: itself, and whoever takes something from it, further down too. */
export function nodesOfSentinel(
  { edges, topology }: Pick<TopologySnapshot, 'edges' | 'topology'>,
  publisherId: string,
): readonly string[] {
  const declared = new Set(topology.nodes.map(({ id }) => id));
  const found = new Set([publisherId]);
  // A set grows while it is walked: what is found below is walked too.
  for (const id of found) {
    for (const { kind, from, to } of edges) {
      if (kind === 'logical' && from === id && declared.has(to)) found.add(to);
    }
  }
  return [...found];
}

/** Who must be able to read the table on each of these nodes: the watching roles, and as whom subscriptions sign in there. */
export function rolesOfSentinel(
  { topology }: Pick<TopologySnapshot, 'topology'>,
  nodeIds: readonly string[],
): RolesToCheck {
  const roles = Object.fromEntries(nodeIds.map((id) => [id, new Set<string>()]));
  for (const node of topology.nodes) {
    const watcher = node.connection['user'];
    if (watcher !== undefined) roles[node.id]?.add(watcher);
    for (const { publisher, user } of loginsOf(node)) roles[publisher]?.add(user);
  }
  return Object.fromEntries(Object.entries(roles).map(([id, names]) => [id, [...names]]));
}

function loginsOf({ subscriptions }: TopologyNode) {
  return subscriptions.flatMap(({ publisher, connection }) => {
    const user =
      connection === null ? undefined : parseConnectionString(connection).params?.['user'];
    return user === undefined ? [] : [{ publisher, user }];
  });
}
