import type { NodeCatalog } from './nodeCatalog';

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
