import { SSL_MODES } from '../connectionStringKeywords';
import { say } from '../say';
import type { ConnectionParams } from '../topology';
import { asFields, type Fields } from './composeService';
import { capital, nothingImported, type Imported, type ImportedServer } from './imported';
import { readImportedUrl } from './importedUrl';
import { linksByName } from './readServices';
import { isHost, isPort, preferredTls } from './variableServers';

/** Where each tool keeps what; names of settings as they stand in `settings.json`. */
export const TOOLS = {
  sqltools: { setting: 'sqltools.connections', called: 'SQLTools' },
  pgsql: { setting: 'pgsql.connections', called: say`the PostgreSQL extension` },
} as const;

/** What the connections of SQLTools or of the PostgreSQL extension come to. @param value of the setting, of any type */
export function readToolConnections(value: unknown, tool: keyof typeof TOOLS): Imported {
  const { setting, called } = TOOLS[tool];
  if (!Array.isArray(value)) return nothingImported(say`${setting} is no list.`);
  const skipped: string[] = [];
  const servers = (value as readonly unknown[]).slice(0, 500).flatMap((entry, index) => {
    const fields = asFields(entry);
    const what = say`connection ${index + 1} of ${called}`;
    if (fields === null) {
      skipped.push(say`${capital(what)} is no object, and was left out.`);
      return [];
    }
    const server = readConnection(fields, { tool, what, index, skipped });
    return server === null ? [] : [server];
  });
  return { name: null, servers, links: linksByName(servers, setting), skipped, warnings: [] };
}

interface Entry {
  readonly tool: keyof typeof TOOLS;
  /** How messages call it. */
  readonly what: string;
  readonly index: number;
  readonly skipped: string[];
}

function readConnection(fields: Fields, entry: Entry): ImportedServer | null {
  const { tool, what, index, skipped } = entry;
  const driver = text(fields, 'driver');
  if (tool === 'sqltools' && driver !== 'PostgreSQL') {
    skipped.push(say`${capital(what)} is not of Postgres, and was left out.`);
    return null;
  }
  const name = text(fields, 'name', 'profileName', 'displayName');
  const read = readWhole(fields, entry) ?? readParts(fields, entry);
  if (read === null) return null;
  if (Object.values(read.params).some((value) => value.includes('${'))) {
    skipped.push(say`${capital(what)} holds variables, which were not put in, and was left out.`);
    return null;
  }
  const isTunnel =
    text(fields, 'ssh') === 'Enabled' ||
    text(fields, 'sshHost') !== null ||
    fields.get('useSSH') === true;
  const host = read.params['host'] ?? read.params['hostaddr'];
  // A name that is an address in itself is no name.
  const isNamed = name !== null && !name.includes('://') && !name.includes('@');
  return {
    key: String(index),
    name: isNamed ? name : (read.params['dbname'] ?? host ?? 'postgres'),
    connection: read.params,
    password: read.password,
    problem: isTunnel
      ? say`${capital(what)} goes through SSH, so its address may not lead there from here.`
      : null,
    evidence: [what],
  };
}

interface Read {
  readonly params: ConnectionParams;
  readonly password: string | null;
}

function readWhole(fields: Fields, { what, skipped }: Entry): Read | null {
  const url = text(fields, 'connectString', 'connectionString');
  if (url === null) return null;
  const read = readImportedUrl(url);
  if (read.kind === 'connection') {
    skipped.push(...read.notes.map((note) => `${capital(what)}: ${note}`));
    if (read.leftOut.length > 0) {
      skipped.push(
        say`${capital(read.leftOut.join(', '))} in the URL of ${what} is for another program, and was left out.`,
      );
    }
    return { params: read.params, password: passwordOf(fields) ?? read.password };
  }
  const why = read.kind === 'refused' ? read.reason : say`It is not of Postgres.`;
  skipped.push(say`The URL of ${what} was left out. ${why}`);
  return null;
}

function readParts(fields: Fields, { what, skipped }: Entry): Read | null {
  const host = text(fields, 'server', 'host', 'hostaddr', 'socketPath');
  if (host === null || !isHost(host)) {
    skipped.push(say`${capital(what)} names no host that can be read, and was left out.`);
    return null;
  }
  const port = text(fields, 'port');
  if (port !== null && !isPort(port)) {
    skipped.push(say`${capital(what)} has no port that can be read, and was left out.`);
    return null;
  }
  const params: Record<string, string> = { host };
  if (port !== null) params['port'] = port;
  const dbname = text(fields, 'database', 'dbname');
  if (dbname !== null) params['dbname'] = dbname;
  const user = text(fields, 'username', 'user');
  if (user !== null) params['user'] = user;
  const sslmode = sslModeOf(fields, host);
  if (sslmode !== null) params['sslmode'] = sslmode;
  return { params, password: passwordOf(fields) };
}

/** As written: spaces may be part of it. */
function passwordOf(fields: Fields): string | null {
  const password = fields.get('password');
  return typeof password === 'string' && password !== '' ? password : null;
}

function sslModeOf(fields: Fields, host: string): string | null {
  const mode = text(fields, 'sslmode', 'ssl');
  if (mode !== null && (SSL_MODES as readonly string[]).includes(mode)) return mode;
  if (mode === 'prefer' || mode === 'allow') return preferredTls(host);
  const ssl = asFields(fields.get('pgOptions'))?.get('ssl') ?? fields.get('ssl');
  if (ssl === undefined || ssl === null || mode !== null) return null;
  if (ssl === false) return 'disable';
  const isUnverified = ssl === true || asFields(ssl)?.get('rejectUnauthorized') === false;
  return isUnverified ? 'require' : 'verify-full';
}

/** The first of the keys that holds text or a number, and is not empty. */
function text(fields: Fields, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = fields.get(key);
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}
