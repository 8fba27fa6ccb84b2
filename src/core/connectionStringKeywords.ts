/** Connection keywords that hold a secret. None of them may stand in a file. */
export const SECRET_KEYWORDS: ReadonlySet<string> = new Set([
  'password',
  'sslpassword',
  'oauth_client_secret',
  'scram_client_key',
  'scram_server_key',
]);

/**
 * Every keyword that libpq of Postgres 18 takes, those it ignores for compatibility included.
 * @see libpq, "Parameter Key Words"
 */
export const LIBPQ_KEYWORDS: ReadonlySet<string> = new Set([
  ...SECRET_KEYWORDS,
  'application_name',
  'authtype',
  'channel_binding',
  'client_encoding',
  'connect_timeout',
  'dbname',
  'fallback_application_name',
  'gssdelegation',
  'gssencmode',
  'gsslib',
  'host',
  'hostaddr',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'max_protocol_version',
  'min_protocol_version',
  'oauth_client_id',
  'oauth_issuer',
  'oauth_scope',
  'options',
  'passfile',
  'port',
  'replication',
  'require_auth',
  'requirepeer',
  'service',
  'servicefile',
  'ssl_max_protocol_version',
  'ssl_min_protocol_version',
  'sslcert',
  'sslcertmode',
  'sslcompression',
  'sslcrl',
  'sslcrldir',
  'sslkey',
  'sslkeylogfile',
  'sslmode',
  'sslnegotiation',
  'sslrootcert',
  'sslsni',
  'target_session_attrs',
  'tcp_user_timeout',
  'user',
]);

/** What other drivers and tools call some of them. */
export const KEYWORD_ALIASES: ReadonlyMap<string, string> = new Map([
  ['database', 'dbname'],
  ['db', 'dbname'],
  ['hostname', 'host'],
  ['server', 'host'],
  ['username', 'user'],
  ['uid', 'user'],
  ['pwd', 'password'],
  ['pass', 'password'],
]);

/** Keywords whose value names a file or folder on the machine that dials. */
export const FILE_KEYWORDS: readonly string[] = [
  'passfile',
  'servicefile',
  'sslcert',
  'sslcrl',
  'sslcrldir',
  'sslkey',
  'sslkeylogfile',
  'sslrootcert',
];

/** Our TLS modes, with libpq's meaning of the words. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Keywords with a closed list of values, `sslmode` apart. */
export const KEYWORD_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'target_session_attrs',
    ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  ],
  ['load_balance_hosts', ['disable', 'random']],
  ['channel_binding', ['disable', 'prefer', 'require']],
  ['gssencmode', ['disable', 'prefer', 'require']],
  ['sslnegotiation', ['postgres', 'direct']],
  ['sslcertmode', ['disable', 'allow', 'require']],
]);

/** Keywords whose value is a whole number; `port` apart, which may be a list. */
export const NUMBER_KEYWORDS: ReadonlySet<string> = new Set([
  'connect_timeout',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'tcp_user_timeout',
]);

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
