import type { Topology, TopologyNode } from '../topology';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';

/**
 * Whether two nodes are one running server, seen through one database or two. A copy keeps the system identifier, and two
 * may even start in the same moment, so start time and port decide as well.
 */
export function isSameServer(a: NodeCatalog, b: NodeCatalog): boolean {
  return (
    a.server.systemIdentifier === b.server.systemIdentifier &&
    a.server.startedAtMs === b.server.startedAtMs &&
    a.settings.port === b.settings.port
  );
}

/** Whether two nodes are one database of one server. */
export function isSameDatabase(a: NodeCatalog, b: NodeCatalog): boolean {
  return isSameServer(a, b) && a.server.database === b.server.database;
}

/** What tells which nodes are one server, or one database. */
export type KnownNodes = Pick<PlanContext, 'catalogs' | 'snapshot' | 'topology'>;

/**
 * The nodes of the file that are one database of one server with a node, itself first: they have publications and
 * subscriptions in common. A node of the same server whose database nobody tells counts among them.
 */
export function nodesOfDatabase(context: KnownNodes, nodeId: string): readonly TopologyNode[] {
  const own = databaseOf(context, nodeId);
  return databasesOfServer(context, nodeId).flatMap((id) => {
    const other = databaseOf(context, id);
    const isSame = id === nodeId || own === null || other === null || own === other;
    return isSame ? context.topology.nodes.filter((node) => node.id === id) : [];
  });
}

/** `null`: nobody tells. */
function databaseOf({ catalogs, snapshot, topology }: KnownNodes, nodeId: string): string | null {
  return (
    catalogs.get(nodeId)?.server.database ??
    snapshot?.nodes.find(({ id }) => id === nodeId)?.sample.fast?.database ??
    topology.nodes.find(({ id }) => id === nodeId)?.connection['dbname'] ??
    null
  );
}

/**
 * The nodes that are databases of a node's server, itself first: by their catalogs, else as the monitor saw them, else by the
 * host and port that the file gives. They have its slots in common.
 */
export function databasesOfServer(context: KnownNodes, nodeId: string): readonly string[] {
  const { catalogs, snapshot, topology } = context;
  const own = catalogs.get(nodeId);
  const watched = snapshot?.nodes.find(({ id }) => id === nodeId)?.sameServerAs ?? [];
  const address = addressOf(topology, nodeId);
  const others = topology.nodes.filter(({ id }) => {
    if (id === nodeId) return false;
    const other = catalogs.get(id);
    if (own !== undefined && other !== undefined) return isSameServer(own, other);
    return watched.includes(id) || (address !== null && addressOf(topology, id) === address);
  });
  return [nodeId, ...others.map(({ id }) => id)];
}

/** `null`: the file leaves it to something else, such as a service file. */
function addressOf({ nodes }: Topology, nodeId: string): string | null {
  const { host, port = '5432' } = nodes.find(({ id }) => id === nodeId)?.connection ?? {};
  return host === undefined ? null : `${host} ${port}`;
}
