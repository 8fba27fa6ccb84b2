import { applyEdits, modify, type JSONPath } from 'jsonc-parser';
import type { DeclaredServers } from './declaredTopology';

/** Where a node's server is, and who watches it. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The certificate to check the server's against; `null`: no TLS. */
  readonly authorityFile: string | null;
}

/**
 * Puts the addresses of running servers into the text of a topology file; comments and everything else stay.
 * @param conninfo how a subscriber's server dials the node; used where the file says that itself
 */
export function pointAtServers(
  text: string,
  declared: DeclaredServers,
  addresses: ReadonlyMap<string, ServerAddress>,
  conninfo: (nodeId: string) => string,
): string {
  let result = text;
  const set = (path: JSONPath, value: unknown): void => {
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    result = applyEdits(result, modify(result, path, value, { formattingOptions }));
  };
  for (const node of declared.nodes) {
    const address = addresses.get(node.id);
    if (address !== undefined) set(['nodes', node.id, 'connection'], connectionUri(address));
    for (const { connection, name, publisher } of node.subscriptions) {
      if (connection === undefined) continue;
      set(['nodes', node.id, 'subscriptions', name, 'connection'], conninfo(publisher));
    }
  }
  return result;
}

function connectionUri({ authorityFile, database, host, port, user }: ServerAddress): string {
  const tls =
    authorityFile === null
      ? ''
      : `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authorityFile)}`;
  return `postgresql://${encodeURIComponent(user)}@${host}:${port}/${encodeURIComponent(database)}${tls}`;
}
