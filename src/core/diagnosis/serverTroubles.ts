import { formatCount, formatDuration, formatPart } from '../format';
import { escapeIdentifier, qualifiedName } from '../sql';
import type { NodeSnapshot } from '../snapshot';
import { publicationSubject } from '../describe/publicationSubject';
import { say } from '../say';
import { command, configuration, statement } from './actions';
import { NO_SCOPE } from './evidenceQuery';
import { fact, type Finding } from './makeDiagnosis';
import { listed } from './names';
import { isRead, type Picture } from './picture';

/** Beyond this a clock misleads: "newest wins" picks the wrong row, times of two servers do not compare. */
const SKEW_MS = 2_000;
const NEARLY_USED = 0.9;

/** What is wrong with a server beside its verdict: its clock, what runs out, what its publications cannot send. */
export function troublesOfServer(picture: Picture, node: NodeSnapshot): readonly Finding[] {
  // A server with several databases in the file is spoken for by the first of them.
  const isSpokenFor = node.sameServerAs.some((id) => {
    const other = picture.node(id);
    return other !== null && isRead(other) && picture.place(id) < picture.place(node.id);
  });
  const ofServer = isSpokenFor
    ? []
    : [clockSkew(node), connections(picture, node), slots(picture, node), senders(picture, node)];
  const own = [sameNode(picture, node), walLevel(picture, node), ...replicaIdentities(node)];
  return [...ofServer, ...own].filter((found) => found !== null);
}

/** Two databases of one server are two nodes. The same database twice is one node under two names, told of the later one. */
function sameNode(picture: Picture, node: NodeSnapshot): Finding | null {
  const { fast } = node.sample;
  const others = node.sameServerAs.filter((id) => {
    const other = picture.node(id);
    if (other === null || !isRead(other) || picture.place(id) >= picture.place(node.id))
      return false;
    return other.sample.fast?.database === fast?.database;
  });
  if (fast === null || others.length === 0) return null;
  return {
    code: 'sameNode',
    health: 'warning',
    title: say`${listed([...others, node.id])} are the same node: database ${fast.database} of one server.`,
    detail: [
      say`System identifier, start time and port are equal, and so is the database.`,
      say`What is counted for one of them is counted for the other again; keep one entry, or correct the connection of the other.`,
    ],
    sinceMs: null,
    evidence: [
      fact(say`Database`, fast.database, 'current_database()', placeOf(node)),
      ...(fast.systemIdentifier === null
        ? []
        : [fact(say`System`, fast.systemIdentifier, 'pg_control_system()', placeOf(node))]),
    ],
    actions: [command('openTopologyFile', node.id)],
  };
}

function clockSkew(node: NodeSnapshot): Finding | null {
  const { clockSkewMs: skew, sample } = node;
  if (skew === null) return null;
  const ms = Math.abs(skew);
  // The clock was read at some moment of the round trip: less than that is no skew.
  if (ms <= SKEW_MS || ms <= (sample.roundTripMs ?? 0)) return null;
  const by = formatDuration(ms, 'fine');
  return {
    code: 'clockSkew',
    health: 'warning',
    title:
      skew > 0
        ? say`The clock of ${node.id} is ${by} ahead of the clock of this machine.`
        : say`The clock of ${node.id} is ${by} behind the clock of this machine.`,
    detail: [
      say`Lag is not measured by clocks, so it is not wrong by that.`,
      say`Times that its rows carry do not compare with those of others, and the policy newest-wins may let the older row win.`,
    ],
    sinceMs: null,
    evidence: [fact(say`Clock`, `${skew > 0 ? '+' : '−'}${by}`, 'now()', placeOf(node))],
    actions: [
      configuration(
        node.id,
        'pool pool.ntp.org iburst',
        say`Keeps the clock of the host of ${node.id} right; restart chrony there. See which of the two clocks is wrong first.`,
        'chrony.conf',
      ),
    ],
  };
}

function connections(picture: Picture, node: NodeSnapshot): Finding | null {
  const used = node.sample.fast?.connectionsUsed ?? null;
  const max = numberOf(picture, node, 'max_connections');
  if (used === null || max === null) return null;
  const reserved =
    (numberOf(picture, node, 'superuser_reserved_connections') ?? 0) +
    (numberOf(picture, node, 'reserved_connections') ?? 0);
  const free = max - reserved;
  if (free <= 0 || used < NEARLY_USED * free) return null;
  return {
    code: 'connectionsNearlyUsedUp',
    health: 'warning',
    title: say`${node.id} has nearly no connection left: ${formatPart(used, free)} are in use.`,
    detail: [
      say`${formatCount(reserved)} of its ${formatCount(max)} connections are kept for superusers.`,
      say`When they are used up applications are refused (53300), and so are we.`,
    ],
    sinceMs: null,
    evidence: [
      fact(say`Connections`, formatPart(used, free), 'pg_stat_activity', placeOf(node)),
      fact('max_connections', String(max), 'pg_settings', slowPlaceOf(node)),
    ],
    actions: [
      statement(
        node.id,
        () =>
          "SELECT usename, application_name, state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2, 3 ORDER BY 4 DESC;",
        say`Shows who holds them; changes nothing.`,
      ),
      configuration(
        node.id,
        `max_connections = ${max * 2}`,
        say`More sessions at a time, after a restart; on a standby it must be at least that of its primary.`,
      ),
    ],
  };
}

function slots(picture: Picture, node: NodeSnapshot): Finding | null {
  const used = node.sample.fast?.slots.length ?? 0;
  const max = numberOf(picture, node, 'max_replication_slots');
  if (max === null || max === 0 || used < max) return null;
  const unread = picture.snapshot.slots.find(
    (slot) => slot.nodeId === node.id && slot.verdict.code === 'orphan',
  );
  return {
    code: 'slotsUsedUp',
    health: 'warning',
    title: say`${node.id} has no replication slot left: ${formatPart(used, max)} are in use.`,
    detail: [say`No standby, no subscription and no copy of a table can get one there (53400).`],
    sinceMs: null,
    evidence: [
      fact(say`Slots`, formatPart(used, max), 'pg_replication_slots', placeOf(node)),
      fact('max_replication_slots', String(max), 'pg_settings', slowPlaceOf(node)),
    ],
    actions: [
      unread === undefined ? null : command('dropSlot', `slot/${unread.nodeId}/${unread.name}`),
      configuration(
        node.id,
        `max_replication_slots = ${max * 2}`,
        say`More slots, after a restart.`,
      ),
    ],
  };
}

function senders(picture: Picture, node: NodeSnapshot): Finding | null {
  const used = node.sample.fast?.senders.length ?? 0;
  const max = numberOf(picture, node, 'max_wal_senders');
  if (max === null || max === 0 || used < max) return null;
  return { ...sendersUsedUp(node, used, max), health: 'warning' };
}

/** Also the cause of an edge that cannot begin. */
export function sendersUsedUp(node: NodeSnapshot, used: number, max: number): Finding {
  return {
    code: 'sendersUsedUp',
    title: say`${node.id} has no WAL sender left: ${formatPart(used, max)} are in use.`,
    detail: [say`No standby and no subscription can connect to it (53300) until one is free.`],
    sinceMs: null,
    evidence: [
      fact(say`Senders`, formatPart(used, max), 'pg_stat_replication', placeOf(node)),
      fact('max_wal_senders', String(max), 'pg_settings', slowPlaceOf(node)),
    ],
    actions: [
      configuration(
        node.id,
        `max_wal_senders = ${max * 2}`,
        say`More senders, after a restart; on a standby it must be at least that of its primary.`,
      ),
    ],
  };
}

function walLevel(picture: Picture, node: NodeSnapshot): Finding | null {
  const level = picture.setting(node.id, 'wal_level');
  if (level === null || level === 'logical') return null;
  const declared = picture.snapshot.topology.nodes.find(({ id }) => id === node.id);
  const publishes =
    (declared?.publications.length ?? 0) > 0 ||
    picture.outgoing(node.id).some((edge) => edge.kind === 'logical');
  return publishes ? { ...walLevelTooLow(node, level), health: 'warning' } : null;
}

/** Also the cause of a subscription that cannot begin. */
export function walLevelTooLow(node: NodeSnapshot, level: string): Finding {
  return {
    code: 'walLevelTooLow',
    title: say`${node.id} cannot send changes to subscriptions: wal_level is ${level}.`,
    detail: [say`A publication can be made, a logical slot cannot.`],
    sinceMs: null,
    evidence: [fact('wal_level', level, 'pg_settings', slowPlaceOf(node))],
    actions: [
      statement(
        node.id,
        () => 'ALTER SYSTEM SET wal_level = logical;',
        say`Takes effect when ${node.id} is restarted; more WAL is written then.`,
      ),
      configuration(node.id, 'wal_level = logical', say`The same by hand; needs a restart.`),
    ],
  };
}

function replicaIdentities(node: NodeSnapshot): readonly Finding[] {
  const publications = node.sample.slow?.publications ?? [];
  return publications.flatMap((publication) => {
    const changes = publication.operations.filter((name) => name === 'update' || name === 'delete');
    const tables = publication.tables.filter((table) => !table.hasReplicaIdentity);
    const [first] = tables;
    if (changes.length === 0 || first === undefined) return [];
    const names = tables.map((table) => `${table.schema}.${table.name}`);
    const words = changes.map((name) => name.toUpperCase()).join(say` and `);
    return [
      {
        code: 'replicaIdentityMissing' as const,
        health: 'warning' as const,
        title: say`${words} fail on ${node.id} for ${listed(names)}: publication ${publication.name} sends them, and there is no replica identity.`,
        detail: [
          say`The application that tries gets error 55000; INSERT is not affected.`,
          say`A primary key is the better way; REPLICA IDENTITY FULL writes whole old rows to the WAL.`,
        ],
        sinceMs: null,
        evidence: [
          fact(
            say`Publication ${publication.name}`,
            say`${names.length} without a replica identity`,
            'pg_publication_tables',
            slowPlaceOf(node),
          ),
        ],
        actions: [
          ...tables
            .slice(0, 3)
            .map((table) =>
              statement(
                node.id,
                () => `ALTER TABLE ${qualifiedName(table)} REPLICA IDENTITY FULL;`,
                say`Lets ${words} on ${table.schema}.${table.name} work at once; a primary key and REPLICA IDENTITY DEFAULT cost less.`,
              ),
            ),
          command('alterPublication', publicationSubject(node.id, publication.name)),
          statement(
            node.id,
            () =>
              `ALTER PUBLICATION ${escapeIdentifier(publication.name)} DROP TABLE ${qualifiedName(first)};`,
            say`Its changes are sent no more; subscribers keep what they have.`,
          ),
        ],
      },
    ];
  });
}

function numberOf(picture: Picture, node: NodeSnapshot, setting: string): number | null {
  const value = Number(picture.setting(node.id, setting) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

function placeOf(node: NodeSnapshot) {
  return { nodeId: node.id, atMs: node.sample.fastAtMs, scope: NO_SCOPE };
}

function slowPlaceOf(node: NodeSnapshot) {
  return { nodeId: node.id, atMs: node.sample.slowAtMs, scope: NO_SCOPE };
}
