import { isLoopback } from '../../core/endpoint';
import type { Endpoint } from '../../core/failure';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';

/** As libpq takes them from the environment, by name. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Which database is asked. @param user whose name it has when nobody says */
export function databaseWords(
  params: ConnectionParams,
  user: string,
  variables: Variables,
): string {
  if (params['dbname'] !== undefined) return say`database ${params['dbname']}`;
  if (params['service'] !== undefined) return say`database of service ${params['service']}`;
  return say`database ${variables['PGDATABASE'] ?? user}`;
}

const TLS_WORDS: Readonly<Record<string, string>> = {
  disable: say`no TLS`,
  require: say`TLS, certificate not verified`,
  'verify-ca': say`TLS, certificate verified`,
  'verify-full': say`TLS, certificate and host name verified`,
};

/** How safely the password and all else travels. @see sslmode of libpq; what is not said is `verify-full` here */
export function tlsWords(
  params: ConnectionParams,
  endpoints: readonly Endpoint[],
  variables: Variables,
): string {
  const said = params['sslmode'] ?? variables['PGSSLMODE'];
  if (said === undefined && params['service'] !== undefined) return say`TLS as the service says`;
  const isNear = endpoints.length > 0 && endpoints.every(({ host }) => isLoopback(host));
  const mode = said ?? (isNear ? 'disable' : 'verify-full');
  // What libpq would only prefer is required here.
  return TLS_WORDS[mode] ?? TLS_WORDS['require'] ?? mode;
}

/** Where a connection leads, without a secret: `db.example.com:5432 · app`. */
export function placeOf({ host, hostaddr, port, dbname, service }: ConnectionParams): string {
  if (service !== undefined) return say`service ${service}`;
  const server = `${host ?? hostaddr ?? 'localhost'}${port === undefined ? '' : `:${port}`}`;
  return dbname === undefined ? server : `${server} · ${dbname}`;
}
