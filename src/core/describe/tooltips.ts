import { formatEndpoint } from '../endpoint';
import { formatAgo, formatCount, formatLasting, formatMeasure } from '../format';
import { say, sayWord } from '../say';
import type {
  EdgeSnapshot,
  Evidence,
  NodeSnapshot,
  QueueSnapshot,
  SlotSnapshot,
  TopologySnapshot,
} from '../snapshot';
import { causeOf, withCause } from './causeText';
import { edgeWords } from './edgeWords';
import { nodeHealthOf } from './nodeState';
import { nodeLabel, roleWords, serverVersion } from './nodeText';
import { drainingWords, onlineWords, queueWords } from './queueText';
import { facts, type Tooltip, type TooltipFact } from './rowText';
import { slotFacts } from './slotFacts';
import type { SnapshotIndex } from './snapshotIndex';

/** Built when asked for, from what is known; asks no server. */
export function nodeTooltip(node: NodeSnapshot, index: SnapshotIndex): Tooltip {
  const version = serverVersion(node);
  const { failure, fast, slow, endpoint } = node.sample;
  const declared = index.declaredNode(node.id);
  const incoming = index.incoming(node.id);
  const queue = index.queueOf(node.id);
  const place =
    endpoint === null ? (declared?.connection['host'] ?? null) : formatEndpoint(endpoint);
  const database = fast?.database ?? declared?.connection['dbname'] ?? null;
  const user = slow?.role ?? declared?.connection['user'] ?? null;
  const cause = causeOf(index.snapshot, node.id, nodeHealthOf(node, index), index.nowMs);
  const own: Tooltip = {
    title: nodeLabel(node),
    subtitle: facts(roleWords(node, index), version === null ? null : `Postgres ${version}`),
    lines: [
      facts(place, database, user),
      ...incoming.map((edge) => incomingLine(edge, node, index.nowMs)),
      ...(queue === null ? [] : [`${queue.table}: ${queueWords(queue, index.nowMs)}`]),
      ...lastAnswer(node, index.nowMs),
      ...sameServer(node),
      ...(failure === null ? [] : [failure.text]),
    ].filter((line) => line !== ''),
    facts: incoming.flatMap((edge) => edge.evidence.map((row) => toFact(row, index.nowMs))),
    advice: failure?.advice ?? null,
  };
  // Where it stands comes first, as for every node.
  const [where = '', ...rest] = own.lines;
  const told = withCause({ ...own, lines: rest }, cause);
  return { ...told, lines: [where, ...told.lines].filter((line) => line !== '') };
}

export function edgeTooltip(edge: EdgeSnapshot, { snapshot, nowMs }: Looked): Tooltip {
  const { state, measure } = edgeWords(edge, nowMs);
  const upstream = edge.from === null ? null : say`from ${edge.from}`;
  const own: Tooltip = {
    title: edge.name,
    subtitle: facts(KIND_WORDS[edge.kind], upstream, edge.isDeclared ? null : say`not in the file`),
    lines: [facts(state, measure), edgeLine(edge, nowMs)].filter(
      (line, at, all) => line !== '' && all.indexOf(line) === at,
    ),
    facts: edge.evidence.map((row) => toFact(row, nowMs)),
    advice: null,
  };
  return withCause(own, causeOf(snapshot, edge.id, edge.verdict.health, nowMs));
}

/** A snapshot, and when it is looked at. */
export type Looked = Pick<SnapshotIndex, 'snapshot' | 'nowMs'>;

const KIND_WORDS: Readonly<Record<EdgeSnapshot['kind'], string>> = {
  streaming: say`streaming replication`,
  logical: say`subscription`,
  consumer: say`reads a slot, not Postgres`,
};

export function slotTooltip(slot: SlotSnapshot, { snapshot, nowMs }: Looked): Tooltip {
  const own: Tooltip = {
    title: slot.name,
    subtitle: facts(
      say`${sayWord(slot.type)} slot on ${slot.nodeId}`,
      slot.isActive ? say`active` : say`inactive`,
    ),
    lines: [],
    facts: slotFacts(slot, nowMs).map(({ label, value, source }) => ({
      text: `${label}: ${value}`,
      source,
    })),
    advice: slot.verdict.health === 'healthy' ? say`What a slot keeps is not lag.` : null,
  };
  const subject = `slot/${slot.nodeId}/${slot.name}`;
  const cause = causeOf(snapshot, subject, slot.verdict.health, nowMs);
  // All that is known of it stands here already, with its sources.
  return withCause(own, cause === null ? null : { ...cause, facts: [] });
}

export function queueTooltip(queue: QueueSnapshot, { snapshot, nowMs }: Looked): Tooltip {
  const found = queue.facts;
  const own: Tooltip = {
    title: queue.table,
    subtitle: say`queue on ${queue.nodeId}, drained to ${queue.primaryId}`,
    lines: [
      queueWords(queue, nowMs),
      facts(onlineWords(queue), drainingWords(queue, null)),
      ...(found !== null && found.failed > 0
        ? [say`${formatCount(found.failed)} with an error`]
        : []),
      ...(found?.lastError ? [say`Last error: ${found.lastError}`] : []),
    ].filter((line) => line !== ''),
    facts:
      queue.atMs === null
        ? []
        : [
            {
              text: say`Depth`,
              source: say`${queue.table} on ${queue.nodeId}, ${formatAgo(queue.atMs, nowMs)}`,
            },
          ],
    advice: null,
  };
  return withCause(own, causeOf(snapshot, queue.id, queue.verdict.health, nowMs));
}

/** The health summary of a whole topology. */
export function topologyTooltip(snapshot: TopologySnapshot, nowMs: number): Tooltip {
  const { summary, topology } = snapshot;
  const { publications, subscriptions, activeSubscriptions: active } = summary;
  const worst = formatMeasure(summary.worstLagMs, summary.worstLagBytes);
  const asked = snapshot.nodes.map((node) => node.sample.fastAtMs ?? 0);
  const newest = Math.max(0, ...asked);
  return {
    title: topology.name,
    subtitle: facts(topology.environment, HEALTH_WORDS[summary.health]),
    lines: [
      publications === null
        ? say`Publications: unknown`
        : say`Publications: ${formatCount(publications)}`,
      active === null
        ? say`Subscriptions: ${formatCount(subscriptions)}, active unknown`
        : say`Subscriptions: ${formatCount(active)} of ${formatCount(subscriptions)} active`,
      say`Replicas: ${formatCount(summary.healthyReplicas)} of ${formatCount(summary.replicas)} healthy`,
      say`Worst lag: ${worst}`,
      newest === 0 ? say`No server was asked yet.` : say`Read ${formatAgo(newest, nowMs)}.`,
    ],
    facts: [],
    advice: null,
  };
}

const HEALTH_WORDS: Readonly<Record<TopologySnapshot['summary']['health'], string>> = {
  healthy: say`healthy`,
  busy: say`healthy, copying or catching up`,
  warning: say`needs attention`,
  error: say`not healthy`,
  unknown: say`health unknown`,
};

function edgeLine(edge: EdgeSnapshot, nowMs: number): string {
  if (edge.lagMs !== null || edge.lagBytes !== null) {
    const relative = edge.isRelativeToUpstream ? ` ${edge.from ?? say`its upstream`}` : '';
    return say`${formatMeasure(edge.lagMs, edge.lagBytes)} behind${relative}`;
  }
  if (edge.verdict.code === 'streaming' && edge.verdict.sinceMs !== null) {
    return say`streaming ${formatLasting(edge.verdict.sinceMs, nowMs)}`;
  }
  return edge.unknownBecause === null ? '' : say`lag unknown: ${edge.unknownBecause}`;
}

/** Nothing where the evidence says it already, with its source. */
function incomingLine(edge: EdgeSnapshot, node: NodeSnapshot, nowMs: number): string {
  const name = edge.name === node.id ? null : edge.name;
  const isProven = edge.evidence.some((row) => row.label === say`Behind`);
  const line = isProven ? '' : edgeLine(edge, nowMs);
  const { state, measure } = edgeWords(edge, nowMs);
  return facts(name, line === '' ? facts(state, measure) : line);
}

function toFact(row: Evidence, nowMs: number): TooltipFact {
  const age = row.atMs === null ? '' : `, ${formatAgo(row.atMs, nowMs)}`;
  return { text: `${row.label}: ${row.value}`, source: `${row.source}${age}` };
}

function lastAnswer(node: NodeSnapshot, nowMs: number): string[] {
  const { fastAtMs, isPollingPaused } = node.sample;
  if (fastAtMs === null) return [];
  return [
    say`Answered ${formatAgo(fastAtMs, nowMs)}${isPollingPaused ? say`, polling is paused` : ''}.`,
  ];
}

function sameServer(node: NodeSnapshot): string[] {
  return node.sameServerAs.length === 0
    ? []
    : [say`Same server as ${node.sameServerAs.join(', ')}.`];
}
