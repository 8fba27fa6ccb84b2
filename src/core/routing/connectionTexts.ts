import { formatUri } from '../connectionStringFormat';
import type { Endpoint } from '../failure';
import type { ConnectionParams } from '../topology';

/** Which of several servers a client takes. */
export type Purpose = 'readWrite' | 'readOnly' | 'preferStandby';

/** How a client reaches a topology, or one node of it. */
export interface Reach {
  /** In the order in which they are tried; at least one. */
  readonly endpoints: readonly Endpoint[];
  readonly user: string;
  readonly database: string;
  /** Further keywords of libpq, such as `sslmode`. */
  readonly options: ConnectionParams;
  /** `null`: whichever answers. */
  readonly purpose: Purpose | null;
  /** In plain text; `null` leaves it out. */
  readonly password: string | null;
}

const SESSION_ATTRS: Readonly<Record<Purpose, string>> = {
  readWrite: 'read-write',
  readOnly: 'read-only',
  preferStandby: 'prefer-standby',
};

const TARGET_TYPES: Readonly<Record<Purpose, string>> = {
  readWrite: 'primary',
  readOnly: 'secondary',
  preferStandby: 'preferSecondary',
};

/** A URI as libpq reads it, with as many hosts as there are. `prefer-standby` needs libpq 14. */
export function libpqUri(reach: Reach): string {
  const { user, database, password } = reach;
  return formatUri({
    user,
    dbname: database,
    ...hostsOf(reach),
    ...reach.options,
    ...attrsOf(reach),
    ...(password === null ? {} : { password }),
  });
}

/** `DATABASE_URL`, and the variables that libpq reads by itself. */
export function envBlock(reach: Reach): string {
  const { host, port } = hostsOf(reach);
  const { sslmode, sslrootcert } = reach.options;
  const attrs = attrsOf(reach).target_session_attrs;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['DATABASE_URL', libpqUri(reach)],
    ['PGHOST', host],
    ['PGPORT', port],
    ['PGDATABASE', reach.database],
    ['PGUSER', reach.user],
    ['PGPASSWORD', reach.password ?? undefined],
    ['PGSSLMODE', sslmode],
    ['PGSSLROOTCERT', sslrootcert],
    ['PGTARGETSESSIONATTRS', attrs],
  ];
  return lines
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}\n`]))
    .join('');
}

/** @returns `null` for a Unix socket, which JDBC does not know. */
export function jdbcUrl(reach: Reach): string | null {
  if (reach.endpoints.some(({ host }) => isSocket(host))) return null;
  const { sslmode, sslrootcert } = reach.options;
  const hosts = reach.endpoints.map(({ host, port }) => {
    const written = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
    return `${written}:${port}`;
  });
  const query: readonly (readonly [string, string | undefined])[] = [
    ['user', reach.user],
    ['password', reach.password ?? undefined],
    ['sslmode', sslmode],
    ['sslrootcert', sslrootcert],
    ['targetServerType', reach.purpose === null ? undefined : TARGET_TYPES[reach.purpose]],
  ];
  const search = query
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]))
    .join('&');
  return `jdbc:postgresql://${hosts.join(',')}/${encodeURIComponent(reach.database)}?${search}`;
}

function hostsOf({ endpoints }: Reach): { readonly host: string; readonly port: string } {
  return {
    host: endpoints.map(({ host }) => host).join(','),
    port: endpoints.map(({ port }) => String(port)).join(','),
  };
}

function attrsOf({ purpose }: Reach): { readonly target_session_attrs?: string } {
  return purpose === null ? {} : { target_session_attrs: SESSION_ATTRS[purpose] };
}

function isSocket(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}

/** In single quotes nothing is expanded; a value with one of its own goes in double quotes, as far as those can say it. */
function quoted(value: string): string {
  if (/^[\w.,:/@%?&=+-]*$/u.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/(["\\$`])/gu, '\\$1')}"`;
}
