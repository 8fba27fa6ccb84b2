import { escapeIdentifier, escapeLiteral } from '../../src/core/sql';
import type { Cluster } from './cluster';

/** Records of `pg_hba.conf` for the loopback address. Replication is a database of its own there. */
function records(kind: 'host' | 'hostssl', user: string, method: string): readonly string[] {
  return ['all', 'replication'].map(
    (database) => `${kind} ${database} ${user} 127.0.0.1/32 ${method}`,
  );
}

/** From now on every new session has to be encrypted. The server needs `tls`. */
export async function requireTls(cluster: Cluster): Promise<void> {
  await cluster.setHba(records('hostssl', 'all', 'trust'));
}

/** From now on every role but the superuser `postgres`, which the rig uses, has to show its password. */
export async function requirePasswords(cluster: Cluster): Promise<void> {
  await cluster.setHba([
    ...records('host', 'postgres', 'trust'),
    ...records('host', 'all', 'scram-sha-256'),
  ]);
}

export interface LoginOptions {
  readonly password?: string;
  /** Roles whose rights it has, such as `pg_monitor`. */
  readonly memberOf?: readonly string[];
}

/** Makes a role that may log in. */
export async function createLogin(
  cluster: Cluster,
  role: string,
  options: LoginOptions = {},
): Promise<void> {
  const name = escapeIdentifier(role);
  const password =
    options.password === undefined ? '' : `PASSWORD ${escapeLiteral(options.password)}`;
  const grants = (options.memberOf ?? []).map(
    (group) => `GRANT ${escapeIdentifier(group)} TO ${name}`,
  );
  await cluster.query([`CREATE ROLE ${name} LOGIN ${password}`, ...grants].join('; '));
}
