/** Where this process finds what libpq finds: environment, home folder, operating system user. Injected, so that tests own it. */
export interface LocalEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** libpq's default for `user`. */
  readonly userName: string;
  readonly platform: NodeJS.Platform;
}

/** libpq's environment variables and the keywords they stand for. */
export const ENVIRONMENT_KEYWORDS: readonly (readonly [variable: string, keyword: string])[] = [
  ['PGHOST', 'host'],
  ['PGHOSTADDR', 'hostaddr'],
  ['PGPORT', 'port'],
  ['PGDATABASE', 'dbname'],
  ['PGUSER', 'user'],
  ['PGPASSFILE', 'passfile'],
  ['PGOPTIONS', 'options'],
  ['PGSSLMODE', 'sslmode'],
  ['PGSSLNEGOTIATION', 'sslnegotiation'],
  ['PGSSLROOTCERT', 'sslrootcert'],
  ['PGSSLCERT', 'sslcert'],
  ['PGSSLKEY', 'sslkey'],
  ['PGSSLCRL', 'sslcrl'],
  ['PGSSLSNI', 'sslsni'],
  ['PGSSLMINPROTOCOLVERSION', 'ssl_min_protocol_version'],
  ['PGSSLMAXPROTOCOLVERSION', 'ssl_max_protocol_version'],
  ['PGCHANNELBINDING', 'channel_binding'],
  ['PGCONNECT_TIMEOUT', 'connect_timeout'],
  ['PGTARGETSESSIONATTRS', 'target_session_attrs'],
];

/** A variable's value; unset and empty are the same to libpq. */
export function variable(environment: LocalEnvironment, name: string): string | null {
  const value = environment.variables[name];
  return value === undefined || value === '' ? null : value;
}
