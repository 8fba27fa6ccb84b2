import { SSL_MODES } from '../connectionStringKeywords';
import { say } from '../say';
import type { ConnectionParams } from '../topology';
import { expandVariables, type Variables } from './expandVariables';
import type { ImportedServer } from './imported';
import { capital } from './imported';
import { readImportedUrl } from './importedUrl';
import type { Field, GroupedVariable, VariableGroup } from './variableGroups';

/** What reading variables needs besides them. */
export interface VariableSource {
  /** As messages name it: `.env`. */
  readonly file: string;
  readonly variables: Variables;
  /** Names whose value is literal, dollars and all (single quotes). */
  readonly literal: ReadonlySet<string>;
  /** Names whose value ends before its line does, so that it may be half of a password. */
  readonly cut: ReadonlySet<string>;
  readonly skipped: string[];
  readonly warnings: string[];
}

/** A server with the group that it comes from. */
export interface GroupServer {
  readonly group: VariableGroup;
  readonly server: ImportedServer;
  readonly isPooler: boolean;
}

/** Ports of other databases, that tell apart what only says "DB". */
const FOREIGN_PORTS: ReadonlyMap<string, string> = new Map([
  ['3306', 'MySQL'],
  ['1433', 'SQL Server'],
  ['1521', 'Oracle'],
  ['27017', 'MongoDB'],
  ['6379', 'Redis'],
  ['9042', 'Cassandra'],
  ['26257', 'CockroachDB'],
]);

const IS_POSTGRES = /postg|pgsql|psycopg|timescale|^pg$/iu;

/** Where a standby's group may take what it does not say itself. */
const SHARED: readonly Field[] = ['host', 'port', 'dbname', 'user', 'password', 'sslmode', 'ssl'];

/**
 * The servers of one group: none, one, or several where the host is a list.
 * @param base the plain group of the same family, whose values are shared where there are none of its own; `null`: none
 * @param isShared whether another group has values of this one, so that they are of use without a host
 */
export function readGroup(
  group: VariableGroup,
  base: VariableGroup | null,
  source: VariableSource,
  isShared = false,
): GroupServer[] {
  const url = group.fields.get('url');
  if (url !== undefined) return readUrl(group, url, source);
  if (isOfAnother(group, base, source)) return [];
  const fields = new Map(group.fields);
  if (base !== null && isLike(group, base)) {
    for (const field of SHARED) {
      const shared = base.fields.get(field);
      if (!fields.has(field) && shared !== undefined) fields.set(field, shared);
    }
  }
  const host = fields.get('host');
  if (host === undefined || (!group.fields.has('host') && !group.fields.has('port'))) {
    if (!isShared) sayNoHost(group, source);
    return [];
  }
  return readFields(group, fields, host, source);
}

/** Whether a group has the values of the plain one: a standby does, and a primary where the plain one is no server itself. */
export function isLike(group: VariableGroup, base: VariableGroup): boolean {
  return group.role === 'standby' || (group.role === 'primary' && !base.fields.has('host'));
}

function readUrl(
  group: VariableGroup,
  url: GroupedVariable,
  source: VariableSource,
): GroupServer[] {
  const { file, skipped } = source;
  const text = take(url, source);
  if (text === null) return [];
  const read = readImportedUrl(text);
  if (read.kind === 'foreign') {
    skipped.push(say`${url.name} in ${file} is not of Postgres.`);
    return [];
  }
  if (read.kind === 'refused') {
    skipped.push(say`${url.name} in ${file} was left out. ${read.reason}`);
    return [];
  }
  if (read.leftOut.length > 0) {
    skipped.push(
      say`${capital(read.leftOut.join(', '))} in ${url.name} in ${file} is for another program, and was left out.`,
    );
  }
  skipped.push(...read.notes.map((note) => say`${url.name} in ${file}: ${note}`));
  const isNowhere = (read.params['host'] ?? read.params['hostaddr']) === undefined;
  const connection = isNowhere ? { ...read.params, host: 'localhost' } : read.params;
  const server = {
    key: url.name,
    name: nameOf(group, connection),
    connection,
    password: read.password,
    problem: null,
    evidence: [say`${url.name} in ${file}`],
  };
  return [{ group, server, isPooler: read.isPooler }];
}

/** Whether a group is of another database than Postgres, which is said. */
function isOfAnother(
  group: VariableGroup,
  base: VariableGroup | null,
  { file, skipped, warnings }: VariableSource,
): boolean {
  if (group.family === 'postgres') return false;
  const dialect = group.fields.get('dialect') ?? base?.fields.get('dialect');
  const host = group.fields.get('host');
  if (host === undefined) return false;
  if (dialect !== undefined) {
    if (IS_POSTGRES.test(dialect.value)) return false;
    skipped.push(say`${host.name} in ${file} is not of Postgres, as ${dialect.name} says.`);
    return true;
  }
  const port = group.fields.get('port') ?? base?.fields.get('port');
  const other = port === undefined ? undefined : FOREIGN_PORTS.get(port.value);
  if (port !== undefined && other !== undefined) {
    skipped.push(say`${host.name} in ${file} was left out: ${port.name} is the port of ${other}.`);
    return true;
  }
  if (port === undefined) {
    warnings.push(say`Nothing in ${file} says that ${host.name} is a server of Postgres.`);
  }
  return false;
}

function sayNoHost(group: VariableGroup, { file, skipped }: VariableSource): void {
  const names = Array.from(group.fields.values(), ({ name }) => name);
  const [first = ''] = names;
  const what =
    names.length === 1 ? say`${first} in ${file} names` : say`${names.join(', ')} in ${file} name`;
  skipped.push(
    group.isReplication
      ? say`${what} whom replication logs in as, and no server.`
      : names.length === 1
        ? say`${what} no host, so no node was made of it.`
        : say`${what} no host, so no node was made of them.`,
  );
}

function readFields(
  group: VariableGroup,
  fields: ReadonlyMap<Field, GroupedVariable>,
  hostVariable: GroupedVariable,
  source: VariableSource,
): GroupServer[] {
  const { file, skipped } = source;
  const hostText = take(hostVariable, source);
  if (hostText === null) return [];
  const portText = takeField(fields, 'port', source);
  const shared: Record<string, string> = {};
  for (const field of ['dbname', 'user'] as const) {
    const value = takeField(fields, field, source);
    if (value !== null && value !== '') shared[field] = value;
  }
  const sslmode = readSslMode(fields, hostText, source);
  if (sslmode !== null) shared['sslmode'] = sslmode;
  const ports = (portText ?? '').split(',').map((port) => port.trim());
  const hosts = hostText.split(',').map((host) => host.trim());
  return hosts.flatMap((entry, index) => {
    const { host, port: ownPort } = splitHost(entry);
    const port = ownPort ?? ports[index] ?? ports[0] ?? '';
    if (!isHost(host)) {
      skipped.push(
        say`${hostVariable.name} in ${file} is no host name, so no node was made of it.`,
      );
      return [];
    }
    if (port !== '' && !isPort(port)) {
      const name = fields.get('port')?.name ?? hostVariable.name;
      skipped.push(
        say`${name} in ${file} is no port, so no node was made of ${hostVariable.name}.`,
      );
      return [];
    }
    const connection = { host, ...(port === '' ? {} : { port: String(Number(port)) }), ...shared };
    const server = {
      key: `${group.key}#${index}`,
      name: nameOf(group, connection) + (hosts.length > 1 ? `-${index + 1}` : ''),
      connection,
      password: takeField(fields, 'password', source),
      problem: null,
      evidence: [say`${hostVariable.name} in ${file}`, ...borrowed(group, fields, file)],
    };
    return [{ group, server, isPooler: false }];
  });
}

/** Which values a standby shares with the plain group. */
function borrowed(
  group: VariableGroup,
  fields: ReadonlyMap<Field, GroupedVariable>,
  file: string,
): string[] {
  const names = Array.from(fields, ([field, { name }]) =>
    group.fields.has(field) || field === 'password' ? [] : [name],
  ).flat();
  return names.length === 0 ? [] : [say`${names.join(', ')} in ${file}, shared with it`];
}

function readSslMode(
  fields: ReadonlyMap<Field, GroupedVariable>,
  host: string,
  source: VariableSource,
): string | null {
  const mode = takeField(fields, 'sslmode', source)?.toLowerCase() ?? null;
  if (mode !== null) {
    if ((SSL_MODES as readonly string[]).includes(mode)) return mode;
    if (mode === 'no-verify') return 'require';
    if (mode === 'prefer' || mode === 'allow') return preferredTls(host);
    const name = fields.get('sslmode')?.name ?? '';
    source.skipped.push(
      say`${name} in ${source.file} is no mode of TLS that libpq has, and was left out.`,
    );
    return null;
  }
  const ssl = takeField(fields, 'ssl', source)?.toLowerCase() ?? '';
  if (['true', '1', 'on', 'yes', 'require', 'required'].includes(ssl)) return 'require';
  return ['false', '0', 'off', 'no', 'disable'].includes(ssl) ? 'disable' : null;
}

/** TLS where the server has it: left to the default on this machine, demanded elsewhere, since nothing falls back. */
export function preferredTls(host: string): 'require' | null {
  return /^(?:localhost|127\.0\.0\.1|::1|\/.*)$/u.test(host) ? null : 'require';
}

function takeField(
  fields: ReadonlyMap<Field, GroupedVariable>,
  field: Field,
  source: VariableSource,
): string | null {
  const variable = fields.get(field);
  return variable === undefined ? null : take(variable, source);
}

/** A variable's value with others put in; `null`, which is said, when one of them is not in the file. */
export function take(variable: GroupedVariable, source: VariableSource): string | null {
  const { file, literal, cut, variables } = source;
  if (cut.has(variable.name)) {
    return leaveOut(
      say`${variable.name} in ${file} ends at a sign of comment or quote, and was left out; put the whole value in quotes.`,
      source,
    );
  }
  if (literal.has(variable.name)) return variable.value;
  const { value, missing } = expandVariables(variable.value, variables, 'known');
  if (missing.length === 0) return value;
  return leaveOut(
    say`${variable.name} in ${file} needs ${missing.join(', ')}, which the file does not set, and was left out.`,
    source,
  );
}

function leaveOut(sentence: string, { skipped }: VariableSource): null {
  if (!skipped.includes(sentence)) skipped.push(sentence);
  return null;
}

function splitHost(entry: string): { host: string; port: string | null } {
  const inBrackets = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/iu.exec(entry);
  if (inBrackets !== null) return { host: inBrackets[1] ?? '', port: inBrackets[2] ?? null };
  const withPort = /^([^:]+):(\d{1,5})$/u.exec(entry);
  return withPort === null
    ? { host: entry, port: null }
    : { host: withPort[1] ?? '', port: withPort[2] ?? null };
}

/** A name, an address or the folder of a socket, and no placeholder like `<host>`. */
export function isHost(host: string): boolean {
  return (
    host.length <= 255 &&
    (/^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*)$/u.test(host) ||
      /^[0-9a-f:.]*:[0-9a-f:.]+$/iu.test(host) ||
      /^\/[\w./-]+$/u.test(host))
  );
}

/** @returns whether a text is a port from 1 to 65535 */
export function isPort(port: string): boolean {
  return /^\d{1,5}$/u.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

function nameOf(group: VariableGroup, connection: ConnectionParams): string {
  if (group.words !== '') return group.words;
  return connection['dbname'] ?? 'postgres';
}
