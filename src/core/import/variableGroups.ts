import type { Variables } from './expandVariables';

/** What a variable says of a server. */
export type Field =
  | 'host'
  | 'port'
  | 'dbname'
  | 'user'
  | 'password'
  | 'sslmode'
  | 'ssl'
  | 'url'
  | 'dialect'
  | 'publication'
  | 'subscription'
  | 'slot';

/** What a name makes a server be; `null`: nothing, or the one that others are compared with. */
export type NamedRole = 'primary' | 'standby' | 'edge' | null;

export interface GroupedVariable {
  readonly name: string;
  readonly value: string;
}

/** Variables that are about one server. */
export interface VariableGroup {
  readonly key: string;
  /** `postgres` names it, `db` may be any database. */
  readonly family: 'postgres' | 'db' | 'none';
  readonly role: NamedRole;
  /** `…_REPLICATION_…`: how replication dials. */
  readonly isReplication: boolean;
  /** What else the names say, apart from role: `ORDERS`; usually empty. */
  readonly stem: string;
  /** Words as written, in lower case, role and all: `replica`, `orders-replica`; empty for the plain one. */
  readonly words: string;
  readonly fields: ReadonlyMap<Field, GroupedVariable>;
}

export interface GroupedVariables {
  readonly groups: readonly VariableGroup[];
  /** Pairs of names that say the same thing differently; the first counts. */
  readonly conflicts: readonly (readonly [kept: string, left: string])[];
}

const POSTGRES_WORDS = ['PG', 'POSTGRES', 'POSTGRESQL', 'PSQL', 'PGSQL', 'TIMESCALE'];
const DB_WORDS = ['DB', 'DATABASE'];
const OTHER_DATABASES =
  /^(?:MYSQL|MARIADB|MONGO|MONGODB|REDIS|MSSQL|SQLSERVER|ORACLE|CLICKHOUSE|CASSANDRA|NEO4J|INFLUX|INFLUXDB|ELASTIC|ELASTICSEARCH|RABBITMQ|KAFKA|SQLITE|COCKROACH|DYNAMODB|COUCHDB|MEMCACHED)$/u;

const ROLES: ReadonlyMap<string, NamedRole> = new Map([
  ...['MASTER', 'PRIMARY', 'WRITE', 'WRITER', 'MAIN', 'RW', 'LEADER', 'CENTRAL'].map(
    (word) => [word, 'primary'] as const,
  ),
  ...[
    'REPLICA',
    'REPLICAS',
    'SLAVE',
    'STANDBY',
    'READ',
    'READER',
    'READONLY',
    'RO',
    'SECONDARY',
    'FOLLOWER',
    'RR',
  ].map((word) => [word, 'standby'] as const),
  ...['LOCAL', 'EDGE', 'OFFLINE', 'BRANCH'].map((word) => [word, 'edge'] as const),
]);

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ...['HOST', 'HOSTS', 'HOSTNAME', 'SERVER', 'ENDPOINT'].map((word) => [word, 'host'] as const),
  ...['PORT', 'PORTS'].map((word) => [word, 'port'] as const),
  ...['NAME', 'DBNAME', 'DB', 'DATABASE'].map((word) => [word, 'dbname'] as const),
  ...['USER', 'USERNAME', 'LOGIN'].map((word) => [word, 'user'] as const),
  ...['PASSWORD', 'PASS', 'PASSWD', 'PWD'].map((word) => [word, 'password'] as const),
  ['SSLMODE', 'sslmode'],
  ['SSL', 'ssl'],
  ...['URL', 'URI', 'DSN'].map((word) => [word, 'url'] as const),
  ...['CONNECTION', 'TYPE', 'DIALECT', 'DRIVER', 'ENGINE', 'CLIENT'].map(
    (word) => [word, 'dialect'] as const,
  ),
  ...['PUBLICATION', 'PUBLICATIONS'].map((word) => [word, 'publication'] as const),
  ['SUBSCRIPTION', 'subscription'],
  ['SLOT', 'slot'],
]);

/** libpq's own variables. */
const LIBPQ: ReadonlyMap<string, Field> = new Map([
  ['PGHOST', 'host'],
  ['PGHOSTADDR', 'host'],
  ['PGPORT', 'port'],
  ['PGDATABASE', 'dbname'],
  ['PGUSER', 'user'],
  ['PGPASSWORD', 'password'],
  ['PGSSLMODE', 'sslmode'],
]);

/** A name's words that are two for one: `SSL_MODE`, `PORT_NUMBER`. */
const TWO_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(^|_)SSL_MODE(_|$)/u, '$1SSLMODE$2'],
  [/(^|_)PORT_NUMBER(_|$)/u, '$1PORT$2'],
  [/(^|_)HOST_NAME(_|$)/u, '$1HOST$2'],
  [/(^|_)USER_NAME(_|$)/u, '$1USER$2'],
  [/(^|_)(PUBLICATION|SUBSCRIPTION|SLOT)_NAME(_|$)/u, '$1$2$3'],
  [
    /(^|_)(?:CONNECTION_STRING|CONN_STRING|CONNECTION_URL|CONNECTION_URI|JDBC_URL|JDBC_DATABASE_URL)(_|$)/u,
    '$1URL$2',
  ],
  [/(^|_)READ_(?:ONLY|REPLICA)S?(_|$)/u, '$1REPLICA$2'],
];

/** Sorts variables by the server that their names are about; what is about none is left out. */
export function groupVariables(variables: Variables): GroupedVariables {
  const groups = new Map<string, { named: Named; fields: Map<Field, GroupedVariable> }>();
  const conflicts: [string, string][] = [];
  for (const [name, value] of variables) {
    const named = readName(name, value);
    if (named === null || value.trim() === '') continue;
    const group = groups.get(named.key) ?? { named, fields: new Map<Field, GroupedVariable>() };
    groups.set(named.key, group);
    const present = group.fields.get(named.field);
    if (present === undefined) group.fields.set(named.field, { name, value: value.trim() });
    else if (present.value !== value.trim()) conflicts.push([present.name, name]);
  }
  return {
    groups: Array.from(groups.values(), ({ named, fields }) => {
      const { key, family, role, isReplication, stem, words } = named;
      return { key, family, role, isReplication, stem, words, fields };
    }),
    conflicts,
  };
}

type Named = Omit<VariableGroup, 'fields'> & { readonly field: Field };

function readName(name: string, value: string): Named | null {
  if (name.length > 128) return null;
  const libpq = LIBPQ.get(name.toUpperCase());
  if (libpq !== undefined) return makeNamed([], 'postgres', libpq);
  let plain = name.toUpperCase();
  for (const [pattern, word] of TWO_WORDS) plain = plain.replace(pattern, word);
  const words = plain.split(/[_.-]+/u).filter((word) => word !== '');
  if (words.some((word) => OTHER_DATABASES.test(word))) return null;
  const isUrl = /^(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\//iu.test(value.trim());
  const at = fieldPlace(words, isUrl);
  if (at < 0) return null;
  const field = FIELDS.get(words[at] ?? '');
  if (field === undefined) return null;
  const rest = words.filter((_, index) => index !== at);
  const family = familyOf(rest);
  const isPostgresUrl = /^(?:jdbc:)?postgres/iu.test(value.trim());
  const isKnown = family !== 'none' || rest.includes('REPLICATION');
  if (!isKnown && !(field === 'url' && isPostgresUrl)) return null;
  // A file or list of something else may be called by such a word too.
  if (field === 'url' && !isUrl) return null;
  const told = rest.filter((word) => !POSTGRES_WORDS.includes(word) && !DB_WORDS.includes(word));
  const named = makeNamed(told, field === 'url' ? 'none' : family, field);
  // Each URL is whole by itself.
  return field === 'url' ? { ...named, key: name } : named;
}

/** Where the word is that says what the variable holds: the last one, or one with nothing but a role or a number behind it. */
function fieldPlace(words: readonly string[], isUrl: boolean): number {
  for (let index = words.length - 1; index > 0 || (index === 0 && isUrl); index -= 1) {
    const word = words[index] ?? '';
    const field = FIELDS.get(word);
    if (field !== undefined && (!isUrl || field === 'url')) return index;
    if (!isUrl && roleOf([word]) === null && !/^\d+$/u.test(word)) return -1;
  }
  return -1;
}

function familyOf(words: readonly string[]): VariableGroup['family'] {
  if (words.some((word) => POSTGRES_WORDS.includes(word))) return 'postgres';
  return words.some((word) => DB_WORDS.includes(word)) ? 'db' : 'none';
}

function makeNamed(words: readonly string[], family: VariableGroup['family'], field: Field): Named {
  const isReplication = words.includes('REPLICATION');
  const told = words.filter((word) => word !== 'REPLICATION');
  const role = roleOf(told);
  const stem = told.filter((word) => !isRole(word, role) && !/^\d+$/u.test(word)).join('-');
  const name = told.join('-').toLowerCase();
  const key = JSON.stringify([family, isReplication, name]);
  return { key, family, role, isReplication, stem, words: name, field };
}

/** Reading and writing say more than a place: `LOCAL_READ_…` is the standby of what is local. */
function roleOf(words: readonly string[]): NamedRole {
  const roles = words.map((word) => ROLES.get(word.replace(/\d+$/u, '')) ?? null);
  return (['standby', 'primary', 'edge'] as const).find((role) => roles.includes(role)) ?? null;
}

function isRole(word: string, role: NamedRole): boolean {
  return role !== null && (ROLES.get(word.replace(/\d+$/u, '')) ?? null) === role;
}
