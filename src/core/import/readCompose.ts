import { say } from '../say';
import {
  asFields,
  readService,
  type ComposeService,
  type ComposeSource,
  type Fields,
} from './composeService';
import { upstreamOf } from './composeUpstream';
import { nothingImported, type Imported, type ImportedLink, type ImportedServer } from './imported';
import { imageKind } from './postgresImage';
import { standbyByName } from './standbyByName';

/**
 * What a Compose file comes to: a node for each service of a Postgres image, at the port that it publishes on this machine,
 * and what its variables, commands and names say of who follows whom.
 * @param document as the YAML says, anchors and merges put in
 */
export function readCompose(document: unknown, source: ComposeSource): Imported {
  const { file } = source;
  const top = asFields(document);
  if (top === null) return nothingImported(say`${file} is no Compose file.`);
  const services = asFields(top.get('services')) ?? firstFormat(top);
  if (services === null) return nothingImported(say`${file} has no services.`);
  const told: Told = { file, skipped: [], warnings: [] };
  if (top.has('include')) told.skipped.push(say`Files that ${file} includes were not read.`);
  const databases = [...services.keys()].flatMap((name) => {
    const service = readService(name, services, source);
    return isDatabase(service, told) ? [toDatabase(service, told)] : [];
  });
  const links = databases.flatMap((database) => linksOf(database, databases, told));
  const name = top.get('name');
  return {
    name: typeof name === 'string' && /^[\w .-]{1,63}$/u.test(name) ? name : null,
    servers: databases.map(({ service, server }) =>
      likeUpstream(service, server, { links, databases, file }),
    ),
    links,
    skipped: told.skipped,
    warnings: told.warnings,
  };
}

interface Told {
  readonly file: string;
  readonly skipped: string[];
  readonly warnings: string[];
}

interface Database {
  readonly service: ComposeService;
  readonly server: ImportedServer;
  readonly containerPort: number;
}

/** The format of 2014 had the services at the top. */
function firstFormat(top: Fields): Fields | null {
  const isService = (value: unknown) => {
    const fields = asFields(value);
    return fields !== null && (fields.has('image') || fields.has('build'));
  };
  return [...top.values()].some(isService) ? top : null;
}

const SETS_UP =
  /^(?:POSTGRES|POSTGRESQL)_(?:PASSWORD|USER|DB|DATABASE|USERNAME|REPLICATION_MODE)$/u;

function isDatabase(service: ComposeService, { file, skipped }: Told): boolean {
  const { name, image, environment, incomplete } = service;
  const where = say`${name} in ${file}`;
  const variables = [...environment.keys(), ...incomplete.keys()];
  const kind = image === null ? 'other' : imageKind(image);
  if (kind === 'pooler') {
    skipped.push(say`${where} is a pooler in front of servers, and no server itself.`);
    return false;
  }
  if (kind !== 'other') return true;
  const isSetUp = variables.some((variable) => SETS_UP.test(variable));
  const isClient = variables.some((variable) => /(?:_HOST|_URL|^PGHOST|_SERVER)$/u.test(variable));
  const isAtPort = service.ports.some(({ container }) => container === 5432);
  const isNamed = /postgres|pgsql|(?:^|[-_])(?:pg|db|database)(?:[-_\d]|$)/iu.test(name);
  if (service.isBuilt && isSetUp && (isAtPort || (isNamed && !isClient))) return true;
  if (isAtPort || (image === null && isNamed) || (image === '' && isNamed)) {
    skipped.push(
      image === null && service.isBuilt
        ? say`${where} is built from a Dockerfile that does not say what it is, and was left out.`
        : say`${where} has no image of Postgres that is known, and was left out.`,
    );
  }
  return false;
}

function toDatabase(service: ComposeService, told: Told): Database {
  const { file, skipped, warnings } = told;
  const { name, profiles } = service;
  skipped.push(...service.notes);
  if (profiles.length > 0) {
    warnings.push(say`${name} in ${file} runs only with the profile ${profiles.join(', ')}.`);
  }
  const isBitnami = service.image !== null && imageKind(service.image) === 'bitnami';
  const value = (...names: readonly string[]) => firstOf(service, names, told);
  const user = value(
    'POSTGRESQL_USERNAME',
    'POSTGRES_USER',
    'POSTGRESQL_USER',
    'PGUSER',
    'DB_USER',
  );
  const database = value('POSTGRESQL_DATABASE', 'POSTGRES_DB', 'PGDATABASE', 'DB_NAME');
  const password = value('POSTGRESQL_PASSWORD', 'POSTGRES_PASSWORD', 'DB_PASS');
  sayPasswordFile(service, told);
  const containerPort = portInside(service);
  const { address, problem } = addressOf(service, containerPort, told);
  const role = user ?? (isUnknown(service, /USER/u) ? null : 'postgres');
  const defaultDatabase = isBitnami ? 'postgres' : role;
  const dbname = database ?? (isUnknown(service, /_DB$|DATABASE/u) ? null : defaultDatabase);
  const server: ImportedServer = {
    key: name,
    name,
    connection: {
      ...address,
      ...(dbname === null ? {} : { dbname }),
      ...(role === null ? {} : { user: role }),
    },
    password: password === '' ? null : password,
    problem,
    evidence: [say`service ${name} in ${file}`],
  };
  return { service, server, containerPort };
}

/** The first that is set. What lacks a variable is said, once. */
function firstOf(service: ComposeService, names: readonly string[], told: Told): string | null {
  for (const name of names) {
    const value = service.environment.get(name);
    if (value !== undefined && value !== '') return value;
    const missing = service.incomplete.get(name);
    if (missing === undefined) continue;
    told.skipped.push(
      say`${name} of ${service.name} in ${told.file} needs ${missing.join(', ')}, which nothing sets, and was left out.`,
    );
    return null;
  }
  return null;
}

function isUnknown(service: ComposeService, names: RegExp): boolean {
  return [...service.incomplete.keys()].some((name) => names.test(name));
}

function sayPasswordFile({ environment, name }: ComposeService, { file, skipped }: Told): void {
  if (![...environment.keys()].some((key) => key.endsWith('PASSWORD_FILE'))) return;
  skipped.push(
    say`The password of ${name} in ${file} stands in a file of its own, which was not read.`,
  );
}

function portInside({ environment, command }: ComposeService): number {
  const inCommand = /(?:^|\s)(?:-p\s*|-c\s*port\s*=\s*|--port=)['"]?(\d{1,5})\b/u.exec(
    command.replace(/\bpg_basebackup\b[^;&|]*/gu, ''),
  )?.[1];
  const text = inCommand ?? environment.get('POSTGRESQL_PORT_NUMBER') ?? environment.get('PGPORT');
  const port = Number(text ?? 5432);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 5432;
}

/** Where it can be dialled from here: the published port, else its name within the network, which is said. */
function addressOf(
  service: ComposeService,
  inside: number,
  { file, skipped }: Told,
): { address: Record<string, string>; problem: string | null } {
  const where = say`${service.name} in ${file}`;
  if (service.usesHostNetwork) {
    return { address: { host: 'localhost', port: String(inside) }, problem: null };
  }
  const mappings = service.ports.filter(({ container }) => container === inside);
  const open = mappings.find(({ published }) => published !== null);
  if (open !== undefined) {
    return {
      address: { host: fromHere(open.host), port: String(open.published) },
      problem: null,
    };
  }
  const why =
    mappings.length > 0
      ? say`lets Docker pick its port`
      : service.unreadPorts > 0
        ? say`has ports that could not be read`
        : say`publishes no port`;
  skipped.push(say`The address of ${where}: it ${why}.`);
  return {
    address: { host: service.name, port: String(inside) },
    problem: say`${service.name} ${why}: the address leads there only from within its Compose network.`,
  };
}

/** An address that Docker listens at, as one dials it from this machine. */
function fromHere(host: string | null): string {
  return host === null || ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host;
}

function linksOf(
  { service, server }: Database,
  databases: readonly Database[],
  told: Told,
): ImportedLink[] {
  const { file, warnings } = told;
  const upstream = upstreamOf(service, file);
  if (upstream === null) {
    const isPrimary = /^(?:master|primary)$/iu.test(
      service.environment.get('POSTGRESQL_REPLICATION_MODE') ?? '',
    );
    return isPrimary ? [] : guessByName({ service, server }, databases, told);
  }
  const { slot, evidence } = upstream;
  const from =
    databases.find(({ service: { hosts } }) => hosts.includes(upstream.host)) ??
    onThisMachine(upstream.host, upstream.port, databases);
  if (from === undefined) {
    warnings.push(
      say`${service.name} in ${file} follows ${upstream.host}, which is no service of Postgres in it.`,
    );
    return [];
  }
  return [{ kind: 'streaming', from: from.server.key, to: server.key, slot, evidence: [evidence] }];
}

/** Containers reach what this machine publishes by such names. */
function onThisMachine(
  host: string,
  port: string | null,
  databases: readonly Database[],
): Database | undefined {
  if (!['host.docker.internal', 'host.containers.internal'].includes(host)) return undefined;
  return databases.find(({ server }) => server.connection['port'] === (port ?? '5432'));
}

function guessByName(
  { service, server }: Pick<Database, 'service' | 'server'>,
  databases: readonly Database[],
  { file, warnings }: Told,
): ImportedLink[] {
  const others = databases.filter((other) => other.service !== service);
  const upstream = standbyByName(
    service.name,
    others.map((other) => other.service.name),
  );
  const from = others.find((other) => other.service.name === upstream);
  if (from === undefined) return [];
  const isLogical = [service, from.service].some(({ command }) =>
    /wal_level\s*=\s*'?logical/u.test(command),
  );
  if (isLogical) {
    warnings.push(
      say`${service.name} in ${file} is named like a replica of ${from.service.name}; with wal_level=logical it may as well subscribe to it, so no link was made.`,
    );
    return [];
  }
  const evidence = [say`the names ${service.name} and ${from.service.name} in ${file}`];
  return [{ kind: 'streaming', from: from.server.key, to: server.key, slot: null, evidence }];
}

/** A standby has the roles and databases of its upstream, whatever it is not told itself. */
function likeUpstream(
  service: ComposeService,
  server: ImportedServer,
  known: { links: readonly ImportedLink[]; databases: readonly Database[]; file: string },
): ImportedServer {
  const link = known.links.find(({ kind, to }) => kind === 'streaming' && to === server.key);
  const upstream = known.databases.find((database) => database.server.key === link?.from)?.server;
  if (upstream === undefined) return server;
  const tells = (names: RegExp) =>
    [...service.environment.keys(), ...service.incomplete.keys()].some((name) => names.test(name));
  const taken: Record<string, string> = {};
  const { user, dbname } = upstream.connection;
  if (!tells(/^(?:POSTGRES(?:QL)?_USER(?:NAME)?|DB_USER)$/u) && user !== undefined) {
    taken['user'] = user;
  }
  if (!tells(/^(?:POSTGRES_DB|POSTGRESQL_DATABASE|DB_NAME)$/u) && dbname !== undefined) {
    taken['dbname'] = dbname;
  }
  // The password of a role is that of its upstream, also where the file repeats another one.
  const password = server.password ?? (taken['user'] === undefined ? null : upstream.password);
  const isTaken = Object.keys(taken).length > 0;
  return {
    ...server,
    connection: { ...server.connection, ...taken },
    password,
    evidence: isTaken
      ? [
          ...server.evidence,
          say`${Object.keys(taken).join(say` and `)} of ${upstream.name} in ${known.file}`,
        ]
      : server.evidence,
  };
}
