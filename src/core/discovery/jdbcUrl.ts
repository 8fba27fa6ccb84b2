import { parseConnectionString } from '../connectionString';
import { say } from '../say';
import { startingPointOf, type StartingPoint, type StartingProblem } from './startingPointOf';

const PREFIX = /^jdbc:postgres(?:ql)?:/iu;

export function isJdbcUrl(text: string): boolean {
  return PREFIX.test(text);
}

/** Parameters of pgJDBC that libpq calls otherwise; what is not here is named as skipped, unless libpq has it, too. */
const NAMES: Readonly<Record<string, string>> = {
  user: 'user',
  password: 'password',
  ssl: 'ssl',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  options: 'options',
  service: 'service',
  sslNegotiation: 'sslnegotiation',
  gssEncMode: 'gssencmode',
  channelBinding: 'channel_binding',
  connectTimeout: 'connect_timeout',
};

/** targetServerType of pgJDBC as libpq says it. */
const SERVER_TYPES: Readonly<Record<string, string>> = {
  any: 'any',
  primary: 'primary',
  master: 'primary',
  secondary: 'standby',
  slave: 'standby',
  preferSecondary: 'prefer-standby',
  preferSlave: 'prefer-standby',
};

/**
 * Translates the URL of pgJDBC: `jdbc:postgresql://host:port/database?user=…&password=…`. Its parameters are its own, so those that say
 * nothing about where to connect are left out, by name.
 */
export function readJdbcUrl(text: string): StartingPoint {
  const rest = text.replace(PREFIX, '');
  const queryAt = rest.indexOf('?');
  const place = queryAt < 0 ? rest : rest.slice(0, queryAt);
  const query = queryAt < 0 ? '' : rest.slice(queryAt + 1);
  const pairs = query.split('&').filter((pair) => pair !== '');
  const skipped: string[] = [];
  const given = new Set(pairs.map((pair) => pair.slice(0, Math.max(0, pair.indexOf('=')))));
  const kept = pairs.flatMap((pair) => {
    // A pair without "=" goes to the parser as it is, which says what is wrong with it.
    const equals = pair.indexOf('=');
    if (equals < 0) return pair === 'ssl' ? ['ssl=true'] : [pair];
    const name = pair.slice(0, equals);
    if (name === 'ssl' && given.has('sslmode')) return [];
    const translated = translate(name, pair.slice(equals + 1));
    if (translated === null) skipped.push(name);
    return translated === null ? [] : [translated];
  });
  const notes = skipped.length === 0 ? [] : [skippedNote(skipped)];
  const uri = `postgresql:${authorityOf(place)}${kept.length === 0 ? '' : `?${kept.join('&')}`}`;
  return startingPointOf(parseConnectionString(uri), 'jdbc', notes);
}

/** `jdbc:postgresql:database`, `jdbc:postgresql:/` and `jdbc:postgresql://host/database`: without a host it is localhost. */
function authorityOf(place: string): string {
  if (place.startsWith('//'))
    return place.startsWith('///') ? `//localhost${place.slice(2)}` : place;
  return `//localhost/${place.replace(/^\//u, '')}`;
}

/** In the query of pgJDBC "+" is a space. @returns `null`: skipped */
function translate(name: string, value: string): string | null {
  const written = value.replaceAll('+', '%20');
  if (name === 'targetServerType') {
    const type = SERVER_TYPES[value];
    return type === undefined ? null : `target_session_attrs=${type}`;
  }
  // Without a value it is on.
  if (name === 'ssl') return `ssl=${value === '' ? 'true' : value}`;
  const keyword = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  return keyword === undefined ? null : `${keyword}=${written}`;
}

/** Parameters of pgJDBC that say nothing about where to connect. A name that is not here may be a piece of a password that holds "&". */
const KNOWN = new Set([
  'ApplicationName',
  'allowEncodingChanges',
  'assumeMinServerVersion',
  'autosave',
  'binaryTransfer',
  'cancelSignalTimeout',
  'currentSchema',
  'defaultRowFetchSize',
  'disableColumnSanitiser',
  'gsslib',
  'hostRecheckSeconds',
  'jaasApplicationName',
  'kerberosServerName',
  'loadBalanceHosts',
  'loggerLevel',
  'loginTimeout',
  'logUnclosedConnections',
  'preferQueryMode',
  'prepareThreshold',
  'preparedStatementCacheQueries',
  'preparedStatementCacheSizeMiB',
  'quoteReturningIdentifiers',
  'readOnly',
  'readOnlyMode',
  'receiveBufferSize',
  'replication',
  'reWriteBatchedInserts',
  'sendBufferSize',
  'socketFactory',
  'socketFactoryArg',
  'socketTimeout',
  'sslfactory',
  'sslhostnameverifier',
  'sslkey',
  'sslpassword',
  'sslpasswordcallback',
  'stringtype',
  'targetServerType',
  'tcpKeepAlive',
  'tcpNoDelay',
  'unknownLength',
  'useSpnego',
]);

function skippedNote(names: readonly string[]): StartingProblem {
  const known = names.filter((name) => KNOWN.has(name));
  const others = names.length - known.length;
  const all = [
    ...known,
    ...(others === 0
      ? []
      : [others === 1 ? say`one of another name` : say`${String(others)} of other names`]),
  ];
  const subject =
    names.length === 1
      ? say`This parameter of the JDBC URL is`
      : say`These parameters of the JDBC URL are`;
  return { severity: 'information', message: say`${subject} skipped: ${all.join(', ')}.` };
}
