import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatCounted, formatDuration } from '../../src/core/format';
import { compareSeverity } from '../../src/core/join/severity';
import type { DashboardCommand } from '../../src/protocol/dashboardMessages';
import type {
  DashboardState,
  EdgeState,
  NodeState,
  QueueState,
} from '../../src/protocol/dashboardState';
import { slotId } from '../../src/protocol/slotId';
import { edgeWas, lagText, wholeSeconds } from './edgeText';
import { glyphOf, isNotAsked, type StateGlyph, toneOf, type Tone } from './glyphs';
import { queueTop, rolesSentence } from './nodeText';
import type { Subject } from './subject';

/** Heads and sentences of the details pane; its evidence comes from the host. */
export interface DetailsText {
  readonly title: string;
  readonly kind: string;
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  readonly verdict: string;
  /** `for 4 min 8 s`; empty when not known. */
  readonly since: string;
  readonly text: string;
  /** Commands that may help, the likely one first, and the node they are for. */
  readonly commands: readonly DashboardCommand[];
  readonly nodeId: string | null;
  /** Id of the link, slot, queue or node that is in trouble: what commands that end it are about. */
  readonly about: string;
}

export function detailsOf(subject: Subject, state: DashboardState, nowMs: number): DetailsText {
  const telling = tellingOf(subject, state);
  const { verdict } = telling.value;
  const since =
    verdict.sinceMs === null || isNotAsked(verdict.code)
      ? ''
      : `for ${formatDuration(wholeSeconds(nowMs - verdict.sinceMs), 'fine')}`;
  return {
    ...headOf(subject, state, nowMs),
    tone: toneOf(verdict.health),
    glyph: glyphOf(verdict.code, verdict.health),
    verdict: capital(verdictWord(verdict.code)),
    since,
    commands: commandsFor(subject, state),
    nodeId: nodeOf(subject),
    about: idOf(telling),
  };
}

/**
 * What is wrong with a server that is well itself is what arrives at it, or its queue: the worst of them speaks. A node whose
 * subscription has stopped is not called healthy.
 */
function tellingOf(subject: Subject, state: DashboardState): Subject {
  if (subject.kind !== 'node' || subject.value.verdict.health !== 'healthy') return subject;
  const { id } = subject.value;
  const troubles: Subject[] = [
    ...state.edges
      .filter((edge) => edge.to === id)
      .map((value): Subject => ({ kind: 'edge', value })),
    ...state.queues
      .filter((queue) => queue.nodeId === id)
      .map((value): Subject => ({ kind: 'queue', value })),
  ].filter(({ value }) => value.verdict.health !== 'healthy');
  return (
    troubles.toSorted((a, b) => compareSeverity(a.value.verdict, b.value.verdict))[0] ?? subject
  );
}

function headOf(
  subject: Subject,
  state: DashboardState,
  nowMs: number,
): Pick<DetailsText, 'title' | 'kind' | 'text'> {
  switch (subject.kind) {
    case 'edge':
      return {
        title: `${subject.value.from ?? 'not in the file'} → ${subject.value.to}`,
        kind: edgeKind(subject.value),
        text: edgeSentence(subject.value, nowMs),
      };
    case 'node':
      return {
        title: subject.value.id,
        kind: `${rolesSentence(subject.value)}${subject.value.isDeclared ? '' : ' · not in the file'}`,
        text: troubleOf(tellingOf(subject, state), nowMs) ?? nodeSentence(subject.value, state),
      };
    case 'queue':
      return {
        title: `${subject.value.nodeId} → ${subject.value.primaryId}`,
        kind: `Queue ${subject.value.table}`,
        text: queueSentence(subject.value, nowMs),
      };
    case 'slot':
      return {
        title: subject.value.name,
        kind: `${capital(subject.value.type)} replication slot on ${subject.value.nodeId}`,
        text: slotSentence(subject.value.verdict.code, subject.value.consumer),
      };
  }
}

/** `Subscription patterns_sub: ` and its sentence; `null` where no link is the trouble. */
function troubleOf(subject: Subject, nowMs: number): string | null {
  if (subject.kind !== 'edge') return null;
  const { kind, name } = subject.value;
  const sentence = edgeSentence(subject.value, nowMs);
  return kind === 'logical' ? `Subscription ${name}: ${sentence}` : sentence;
}

function edgeKind(edge: EdgeState): string {
  const slot = edge.slotName === null ? '' : ` · slot ${edge.slotName}`;
  switch (edge.kind) {
    case 'streaming': {
      const sync = SYNC_WORDS[edge.syncState ?? ''] ?? '';
      return `Streaming replication${sync}${slot}`;
    }
    case 'logical':
      return `Logical replication · subscription ${edge.name}`;
    case 'consumer':
      return `Reader of a logical slot, not Postgres${slot}`;
  }
}

const SYNC_WORDS: Readonly<Record<string, string>> = {
  async: ', asynchronous',
  sync: ', synchronous',
  quorum: ', synchronous by quorum',
  potential: ', asynchronous, may become synchronous',
};

function edgeSentence(edge: EdgeState, nowMs: number): string {
  const { code, params } = edge.verdict;
  const source = edge.from ?? 'its upstream';
  switch (code) {
    case 'streaming':
      if (edge.kind === 'consumer')
        return `${edge.to} reads what ${source} writes, ${lagText(edge)} behind.`;
      return edge.lagMs === null
        ? `${edge.to} takes what ${source} writes.`
        : `${edge.to} ${edge.kind === 'logical' ? 'applies' : 'replays'} what ${source} writes, ${lagText(edge)} later.`;
    case 'idle':
      return `${source} writes nothing, and ${edge.to} has all of it.`;
    case 'catchingUp':
      return `${edge.to} works through what it missed and comes closer.`;
    case 'lagging':
      return `${edge.to} receives, but is further behind than the warning in the topology file.`;
    case 'stuck':
      return `Changes wait for ${edge.to} and do not get fewer, though the link is up.`;
    case 'copying':
      return `${edge.to} copies the tables for the first time; changes follow after that.`;
    case 'paused':
      return `Replay on ${edge.to} is paused. It receives WAL and keeps it; readers see old data.`;
    case 'blocked': {
      const pids = params.pids ?? [];
      const by = pids.length === 0 ? 'another session' : `pid ${pids.join(', ')}`;
      return `The apply worker on ${edge.to} waits for a lock that ${by} holds.`;
    }
    case 'notStreaming':
      return `${source} has no sender for ${edge.to}, and nothing arrives. What ${edge.to} says of its own lag compares only what it received.`;
    case 'sourceCutOff':
      return `${edge.to} streams from ${source}, but ${source} itself is cut off, so how far behind ${edge.to} is cannot be known.`;
    case 'stoppedByError':
      return `A change could not be applied on ${edge.to}, and the subscription disabled itself. Nothing arrives until this is resolved. The text of the error is in the server log of ${edge.to}.`;
    case 'applyErrorLoop':
      return `A change cannot be applied on ${edge.to}; the apply worker starts, fails and starts again. The text of the error is in the server log of ${edge.to}.`;
    case 'disabled':
      return `Somebody disabled this subscription. ${source} keeps WAL for it until it is enabled or its slot is dropped.`;
    case 'noWorker':
      return `The subscription is enabled, but ${edge.to} has no logical replication worker free for it.`;
    case 'slotLost':
      return `${source} removed WAL that ${edge.to} still needs. It cannot catch up; it must be cloned again.`;
    case 'noPrivilege':
      return `The watching role may not see replication on ${source}, so lag is unknown.`;
    case 'ambiguous':
      return `Several senders of ${source} could be ${edge.to}. Give the standbys a slot or a cluster_name of their own.`;
    case 'notFound':
      return `The file declares this link; no server has shown it so far.`;
    default:
      if (isNotAsked(code)) return 'The state of this link is unknown: no server has been asked.';
      if (edge.lastKnown !== null) return `What is known is from before: ${edgeWas(edge, nowMs)}.`;
      return edge.unknownBecause === null
        ? 'The state of this link is unknown.'
        : `The lag of this link is unknown: ${edge.unknownBecause}.`;
  }
}

function nodeSentence(node: NodeState, state: DashboardState): string {
  if (node.failure !== null) {
    return node.failure.advice === null
      ? node.failure.text
      : `${node.failure.text} ${node.failure.advice}`;
  }
  if (isNotAsked(node.verdict.code)) return 'This server has not been asked.';
  const others = node.verdict.params.otherNodes ?? [];
  switch (node.verdict.code) {
    case 'splitBrain':
      return `${[node.id, ...others].join(' and ')} take writes and are of one system. Their data diverge.`;
    case 'roleMismatch':
      return `The file declares it ${node.declaredRoles[0] ?? 'otherwise'}; the server says it is a ${node.role}.`;
    case 'noPrivilege':
      return 'The watching role may not see replication on this server.';
    default: {
      const out = state.edges.filter((edge) => edge.from === node.id).length;
      const into = state.edges.filter((edge) => edge.to === node.id).length;
      const links = [
        ...(out > 0 ? [`feeds ${formatCounted(out, 'link')}`] : []),
        ...(into > 0 ? [`takes from ${formatCounted(into, 'link')}`] : []),
      ];
      return links.length === 0
        ? 'No link of the topology touches it.'
        : `It ${links.join(' and ')}.`;
    }
  }
}

function queueSentence(queue: QueueState, nowMs: number): string {
  const { nodeId, primaryId, isOnline } = queue;
  const kept = `Operations that ${nodeId} keeps for ${primaryId}: ${queue.draining ?? queueTop(queue, nowMs)}.`;
  if (isOnline !== false) return kept;
  return `${kept} It cannot be drained from here now: ${nodeId} or ${primaryId} is unreachable.`;
}

function slotSentence(code: string, consumer: string | null): string {
  if (code === 'orphan')
    return 'Nobody in the file or on a server reads this slot, and it keeps WAL.';
  if (code === 'slotLost')
    return 'The server removed WAL that this slot was to keep. Its reader cannot go on from it.';
  if (code === 'nearLimit')
    return 'Beyond the limit the server removes the WAL, and the reader must start anew.';
  return consumer === null ? 'It keeps WAL for a reader.' : `It keeps WAL for ${consumer}.`;
}

function commandsFor(subject: Subject, state: DashboardState): readonly DashboardCommand[] {
  const node = state.nodes.find((candidate) => candidate.id === nodeOf(subject));
  const telling = tellingOf(subject, state);
  const { code, health } = telling.value.verdict;
  if (code === 'restricted') return ['openTopologyFile'];
  if (code === 'passwordNeeded' || node?.verdict.code === 'passwordNeeded') {
    return ['enterPassword', 'openTopologyFile'];
  }
  if (isNotAsked(code) || code === 'disconnected') return ['connect', 'openTopologyFile'];
  const check = subject.kind === 'edge' ? (['runChecks'] as const) : [];
  if (telling.kind === 'queue') {
    const canDrain = (telling.value.facts?.waiting ?? 0) > 0 && telling.value.draining === null;
    const rest = health === 'healthy' ? [] : (['showLog', 'openTopologyFile'] as const);
    return [...(canDrain ? (['drainQueue'] as const) : []), 'refresh', ...rest];
  }
  if (health === 'healthy') return [...check, 'refresh'];
  return [...endingOf(telling), ...check, 'refresh', 'showLog', 'openTopologyFile'];
}

/** Commands that end what is wrong, or show the ways to; each asks again before anything is changed. */
function endingOf({ kind, value }: Subject): readonly DashboardCommand[] {
  const { code } = value.verdict;
  const isStopped = code === 'stoppedByError' || code === 'applyErrorLoop';
  if (kind === 'edge' && isStopped) return ['resolveSubscription'];
  // Who lost a slot has to be made anew first; then nobody uses it, and it is an orphan.
  return kind === 'slot' && code === 'orphan' ? ['dropSlot'] : [];
}

function idOf({ kind, value }: Subject): string {
  return kind === 'slot' ? slotId(value.nodeId, value.name) : value.id;
}

/** The node that a command on this subject is for: of an edge the end that is in trouble, as far as that is known. */
function nodeOf(subject: Subject): string | null {
  switch (subject.kind) {
    case 'node':
      return subject.value.id;
    case 'edge':
      return subject.value.kind === 'consumer' ? subject.value.from : subject.value.to;
    case 'slot':
    case 'queue':
      return subject.value.nodeId;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
