import { say } from '../say';
import type { Variables } from './expandVariables';
import type { Imported, ImportedLink, ImportedServer } from './imported';
import { groupVariables, type VariableGroup } from './variableGroups';
import { isLike, readGroup, take, type GroupServer, type VariableSource } from './variableServers';

/** Words for databases that no topology watches: they are made and thrown away. */
const THROWN_AWAY = /(?:^|-)(?:TEST|TESTING|SHADOW|CI)(?:-|$)/u;
/** A URL beside the pooler's. */
const DIRECT = /(?:^|-)(?:DIRECT|UNPOOLED|NON-POOLING)(?:-|$)/u;

/**
 * What the variables of a `.env` come to: a server for each group of names (`MASTER_DB_…`, `POSTGRES_REPLICA_…`, `PG…`) and for
 * each URL of Postgres. Names of replicas stand by the one that is written to, local ones queue to it; all of it is a guess.
 * @returns `variables`: the names that are about servers
 */
export function readVariables(
  variables: Variables,
  { file, literal, cut }: Pick<VariableSource, 'file' | 'literal' | 'cut'>,
): Imported & { readonly variables: readonly string[] } {
  const source: VariableSource = { file, literal, cut, variables, skipped: [], warnings: [] };
  const { groups, conflicts } = groupVariables(variables);
  for (const [kept, left] of conflicts) {
    source.skipped.push(say`${left} in ${file} differs from ${kept}, which counts.`);
  }
  const wanted = groups.filter((group) => isWanted(group, source));
  const plain = wanted.filter(({ isReplication }) => !isReplication);
  const read = withoutPoolers(
    plain.flatMap((group) =>
      readGroup(group, baseOf(group, plain), source, isSharedBase(group, plain)),
    ),
    source,
  );
  const servers = named(read);
  const links = [...standbyLinks(servers, source), ...edgeLinks(servers, source)];
  const replication = replicationLinks(
    wanted.filter(({ isReplication }) => isReplication),
    servers,
    source,
  );
  return {
    name: null,
    servers: [...servers.map(({ server }) => server), ...replication.servers],
    links: [...links, ...replication.links],
    skipped: source.skipped,
    warnings: source.warnings,
    variables: wanted.flatMap(({ fields }) => Array.from(fields.values(), ({ name }) => name)),
  };
}

function isWanted(group: VariableGroup, { file, skipped }: VariableSource): boolean {
  if (!THROWN_AWAY.test(group.stem)) return true;
  const [first] = group.fields.values();
  const isServer = group.fields.has('host') || group.fields.has('url');
  if (isServer && first !== undefined) {
    skipped.push(say`${first.name} in ${file} is of a database for tests, and was left out.`);
  }
  return false;
}

/** The plain group whose values others share: of the same family and stem, written to or without a role. */
function baseOf(group: VariableGroup, groups: readonly VariableGroup[]): VariableGroup | null {
  const candidates = groups.filter(
    (other) => other !== group && other.family === group.family && other.stem === group.stem,
  );
  const unnamed = candidates.find(({ role }) => role === null);
  return unnamed ?? candidates.find(({ role }) => role === 'primary') ?? null;
}

function isSharedBase(group: VariableGroup, groups: readonly VariableGroup[]): boolean {
  return groups.some(
    (other) => other !== group && isLike(other, group) && baseOf(other, groups) === group,
  );
}

function withoutPoolers(
  read: readonly GroupServer[],
  { file, skipped }: VariableSource,
): GroupServer[] {
  const direct = read.find(({ group }) => DIRECT.test(group.stem));
  if (direct === undefined) return [...read];
  return read.filter(({ group, server, isPooler }) => {
    const isItsPooler =
      isPooler ||
      (group.stem === '' &&
        group.role === null &&
        group.fields.has('url') &&
        /pooler/iu.test(server.connection['host'] ?? ''));
    if (isItsPooler && group !== direct.group) {
      skipped.push(
        say`${server.key} in ${file} leads to a pooler; ${direct.server.key} leads to the server and was taken.`,
      );
    }
    return !isItsPooler || group === direct.group;
  });
}

/** What has standbys and no name of its own is called the primary. */
function named(read: readonly GroupServer[]): GroupServer[] {
  const others = read.some(({ group }) => group.role === 'standby' || group.role === 'edge');
  return read.map((entry) => {
    const { group, server } = entry;
    if (DIRECT.test(group.stem))
      return { ...entry, server: { ...server, name: server.connection['dbname'] ?? 'postgres' } };
    return others && group.words === ''
      ? { ...entry, server: { ...server, name: 'primary' } }
      : entry;
  });
}

function standbyLinks(servers: readonly GroupServer[], source: VariableSource): ImportedLink[] {
  return servers.flatMap(({ group, server }): ImportedLink[] => {
    if (group.role !== 'standby') return [];
    const upstream = primaryFor(group, servers);
    if (upstream === null) {
      source.warnings.push(
        say`${server.evidence[0] ?? server.key} is named like a replica, and nothing says of which server.`,
      );
      return [];
    }
    const evidence = [say`the name of ${server.evidence[0] ?? server.key}`];
    return [{ kind: 'streaming', from: upstream.key, to: server.key, slot: null, evidence }];
  });
}

function edgeLinks(servers: readonly GroupServer[], source: VariableSource): ImportedLink[] {
  return servers.flatMap(({ group, server }): ImportedLink[] => {
    if (group.role !== 'edge') return [];
    const primary = primaryFor(group, servers);
    if (primary === null) return [];
    if (isSameAddress(primary, server)) {
      source.skipped.push(
        say`${server.evidence[0] ?? server.key} leads where ${primary.evidence[0] ?? primary.key} does, so it is no edge.`,
      );
    }
    const evidence = [say`the name of ${server.evidence[0] ?? server.key}`];
    return [{ kind: 'queue', from: server.key, to: primary.key, evidence }];
  });
}

/** The server that is written to, for a group: of its stem if there is one, else the only one there is. */
function primaryFor(group: VariableGroup, servers: readonly GroupServer[]): ImportedServer | null {
  const candidates = servers.filter(
    ({ group: other }) => other !== group && (other.role === 'primary' || other.role === null),
  );
  const sameStem = candidates.filter(({ group: other }) => other.stem === group.stem);
  for (const some of [sameStem, group.stem === '' || group.role === 'edge' ? candidates : []]) {
    const primaries = some.filter(({ group: { role } }) => role === 'primary');
    const sameFamily = some.filter(({ group: { family } }) => family === group.family);
    const chosen = [primaries, sameFamily, some].find(({ length }) => length > 0) ?? [];
    if (oneAddress(chosen)) return chosen[0]?.server ?? null;
  }
  return null;
}

function oneAddress(entries: readonly GroupServer[]): boolean {
  const [first, ...others] = entries;
  return first !== undefined && others.every(({ server }) => isSameAddress(first.server, server));
}

function isSameAddress(one: ImportedServer, other: ImportedServer): boolean {
  const where = ({ connection }: ImportedServer) =>
    JSON.stringify([connection['host']?.toLowerCase(), connection['port'] ?? '5432']);
  return where(one) === where(other);
}

/**
 * `…_REPLICATION_HOST` is how a subscriber dials its publisher. Only with a subscription's name is it an edge: a name that is
 * made up would differ from what the servers have.
 */
function replicationLinks(
  groups: readonly VariableGroup[],
  servers: readonly GroupServer[],
  source: VariableSource,
): { servers: ImportedServer[]; links: ImportedLink[] } {
  const added: ImportedServer[] = [];
  const links: ImportedLink[] = [];
  for (const group of groups) {
    const [dialled] = readGroup(group, null, source);
    if (dialled === undefined) continue;
    const known = servers.find(({ server }) => isSameAddress(server, dialled.server))?.server;
    const own = servers.find(
      (entry) => entry.group.words === group.words && entry.group.words !== '',
    )?.server;
    const ends = endsOf({ group, known, own, dialled: dialled.server }, servers, added);
    const first = dialled.server.evidence[0] ?? dialled.server.key;
    const subscription = nameIn(group, 'subscription', source);
    const publications = (nameIn(group, 'publication', source) ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    if (ends === null || subscription === null || publications.length === 0) {
      source.skipped.push(
        say`${first} is where replication dials; ${ends === null ? say`nothing says who subscribes` : say`no subscription and publication is named`}, so no subscription was made of it.`,
      );
      continue;
    }
    const slot = nameIn(group, 'slot', source);
    const evidence = [say`the name of ${first}`];
    const { from, to } = ends;
    links.push({ kind: 'logical', from, to, subscription, publications, slot, evidence });
  }
  return { servers: added, links };
}

interface ReplicationGroup {
  readonly group: VariableGroup;
  /** The server at the address that replication dials. */
  readonly known: ImportedServer | undefined;
  /** The server whose variables are called the same. */
  readonly own: ImportedServer | undefined;
  readonly dialled: ImportedServer;
}

function endsOf(
  { group, known, own, dialled }: ReplicationGroup,
  servers: readonly GroupServer[],
  added: ImportedServer[],
): { from: string; to: string } | null {
  if (known !== undefined) {
    const others = servers.filter(({ server }) => server !== known);
    const edges = others.filter(({ group: { role } }) => role === 'edge');
    const only = edges.length === 1 ? edges[0] : others.length === 1 ? others[0] : undefined;
    const to = own !== undefined && own !== known ? own : only?.server;
    return to === undefined ? null : { from: known.key, to: to.key };
  }
  const publisher = primaryFor(group, servers);
  if (publisher === null || group.role === 'primary') return null;
  added.push({ ...dialled, name: group.words === '' ? 'subscriber' : dialled.name });
  return { from: publisher.key, to: dialled.key };
}

function nameIn(
  group: VariableGroup,
  field: 'subscription' | 'publication' | 'slot',
  source: VariableSource,
): string | null {
  const variable = group.fields.get(field);
  return variable === undefined ? null : take(variable, source);
}
