import { formatClock, formatCount, formatCountRate, formatDuration } from '../core/format';
import { lastDrainedAtMs } from '../core/describe/queueText';
import { slotFacts, type SlotFact } from '../core/describe/slotFacts';
import { DEPTH_CAP } from '../core/facts';
import type { TopologyNode } from '../core/topology';
import type {
  EdgeSnapshot,
  Evidence,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
} from '../core/snapshot';
import { formatLsn } from '../core/lsn';
import { say } from '../core/say';
import { slotId } from './slotId';

/** What is known of one node, edge, slot or queue. @returns `null` when the snapshot does not have it. */
export function toDetails(snapshot: TopologySnapshot, id: string): readonly Evidence[] | null {
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  if (edge !== undefined) {
    return edge.evidence.length > 0 ? edge.evidence : declaredOf(edge, snapshot);
  }
  const queue = snapshot.queues.find((candidate) => candidate.id === id);
  if (queue !== undefined) return ofQueue(queue);
  const slot = snapshot.slots.find(({ nodeId, name }) => slotId(nodeId, name) === id);
  if (slot !== undefined) return ofSlot(slot, snapshot);
  const node = snapshot.nodes.find((candidate) => candidate.id === id);
  return node === undefined ? null : ofNode(node, snapshot);
}

function ofNode(node: NodeSnapshot, snapshot: TopologySnapshot): Evidence[] {
  const { sample } = node;
  const { fast, slow, fastAtMs, slowAtMs } = sample;
  const evidence: Evidence[] = [];
  const tell = (label: string, value: string | null, source: string, atMs: number | null) => {
    if (value !== null) evidence.push({ label, value, source, atMs });
  };
  const declared = snapshot.topology.nodes.find((candidate) => candidate.id === node.id);
  if (sample.failure !== null) {
    const { text, advice } = sample.failure;
    tell(say`Failure`, advice === null ? text : `${text} ${advice}`, say`this window`, null);
  }
  if (fast === null && declared !== undefined) return [...evidence, ...declaredNode(declared)];
  if (slow !== null)
    tell(
      say`Version`,
      `Postgres ${slow.serverVersion}`,
      say`server_version on ${node.id}`,
      slowAtMs,
    );
  if (sample.endpoint !== null) {
    const { host, port } = sample.endpoint;
    const database = fast === null ? '' : ` · ${fast.database}`;
    tell(say`Address`, `${host}:${port}${database}`, say`this window`, fastAtMs);
  }
  if (fast === null) return evidence;
  const recovery = fast.isInRecovery ? say`in recovery` : say`not in recovery, takes writes`;
  tell(say`Role`, recovery, say`pg_is_in_recovery() on ${node.id}`, fastAtMs);
  if (fast.currentLsn !== null) {
    tell(
      say`Position`,
      formatLsn(fast.currentLsn),
      say`pg_current_wal_lsn() on ${node.id}`,
      fastAtMs,
    );
  }
  if (fast.replayLsn !== null) {
    tell(
      say`Replayed`,
      formatLsn(fast.replayLsn),
      say`pg_last_wal_replay_lsn() on ${node.id}`,
      fastAtMs,
    );
  }
  if (fast.timeline !== null) tell(say`Timeline`, String(fast.timeline), node.id, fastAtMs);
  tell(say`System`, fast.systemIdentifier, say`pg_control_system() on ${node.id}`, fastAtMs);
  if (fast.connectionsUsed !== null) {
    const max = slow?.settings['max_connections'];
    const used = formatCount(fast.connectionsUsed);
    tell(
      say`Connections`,
      max === undefined ? used : say`${used} of ${max}`,
      say`pg_stat_database on ${node.id}`,
      fastAtMs,
    );
  }
  if (sample.roundTripMs !== null) {
    tell(say`Answered in`, formatDuration(sample.roundTripMs), say`this window`, fastAtMs);
  }
  return evidence;
}

/** What the file says of a node: all there is before a server was asked. */
function declaredNode(node: TopologyNode): Evidence[] {
  const rows: [string, string | null | undefined, string][] = [
    [say`Standby of`, node.standbyOf, '"standbyOf"'],
    [say`Slot`, node.slot, '"slot"'],
    ...Object.entries(CONNECTION_LABELS).map(
      ([keyword, label]): [string, string | undefined, string] => [
        label,
        node.connection[keyword],
        '"connection"',
      ],
    ),
  ];
  return rows.flatMap(([label, value, source]) =>
    value === null || value === undefined ? [] : [{ label, value, source, atMs: null }],
  );
}

/** What the file says of an edge. */
function declaredOf(edge: EdgeSnapshot, snapshot: TopologySnapshot): Evidence[] {
  const to = snapshot.topology.nodes.find((candidate) => candidate.id === edge.to);
  if (edge.kind === 'streaming') return to === undefined ? [] : declaredNode(to);
  const subscription = to?.subscriptions.find((candidate) => candidate.name === edge.name);
  const rows: [string, string | null, string][] =
    subscription === undefined
      ? [[say`Slot`, edge.slotName, say`topology file`]]
      : [
          [say`Publisher`, subscription.publisher, '"publisher"'],
          [say`Publications`, subscription.publications.join(', '), '"publications"'],
          [say`Slot`, subscription.slotName, '"slotName"'],
        ];
  return rows.flatMap(([label, value, source]) =>
    value === null || value === '' ? [] : [{ label, value, source, atMs: null }],
  );
}

const CONNECTION_LABELS: Readonly<Record<string, string>> = {
  host: say`Host`,
  port: say`Port`,
  dbname: say`Database`,
  user: say`User`,
  service: say`Service`,
};

function ofSlot(slot: SlotSnapshot, snapshot: TopologySnapshot): Evidence[] {
  const node = snapshot.nodes.find((candidate) => candidate.id === slot.nodeId);
  const atMs = node?.sample.fastAtMs ?? null;
  const type = slot.type === 'physical' ? say`physical` : say`logical`;
  const state = `${type}, ${slot.isActive ? say`active` : say`inactive`}`;
  const rows: readonly SlotFact[] = [
    { label: say`Slot`, value: state, source: 'pg_replication_slots' },
    ...slotFacts(slot, snapshot.takenAtMs),
  ];
  return rows.map(({ label, value, source }) =>
    source === null
      ? { label, value, source: say`topology file`, atMs: null }
      : { label, value, source: `${source} on ${slot.nodeId}`, atMs },
  );
}

function ofQueue(queue: QueueSnapshot): Evidence[] {
  const source = `${queue.table} on ${queue.nodeId}`;
  const { facts, atMs } = queue;
  if (facts === null) return [];
  const drainedAtMs = lastDrainedAtMs(queue);
  const drainer = facts.identity?.drainer ?? null;
  const rows: [string, string | null][] = [
    [say`Waiting`, formatCount(facts.waiting, DEPTH_CAP)],
    [say`Oldest`, facts.oldestAtMs === null ? null : formatClock(facts.oldestAtMs)],
    [say`Conflicts`, formatCount(facts.conflicts)],
    [say`Dead`, formatCount(facts.dead)],
    [say`With an error`, formatCount(facts.failed)],
    [say`Grows by`, queue.perMinute === null ? null : formatCountRate(queue.perMinute)],
    [say`Last drained`, drainedAtMs === null ? null : formatClock(drainedAtMs)],
    [
      say`Drainer`,
      drainer === null
        ? null
        : say`pid ${drainer.pid}${drainer.who === null ? '' : `, ${drainer.who}`}`,
    ],
    [say`Newest error`, facts.lastError],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [{ label, value, source, atMs }]));
}
