import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatBytes, formatBytesOf, formatCounted, formatDuration } from '../../src/core/format';
import type { Verdict, VerdictCode } from '../../src/core/snapshot';
import type {
  DashboardState,
  EdgeState,
  NodeState,
  QueueState,
  SlotState,
} from '../../src/protocol/dashboardState';
import { lagText, wholeSeconds } from './edgeText';
import { displayName } from './names';
import { queueTop } from './nodeText';
import { findSubject } from './subject';
import { toneOf, type Tone } from './glyphs';

/** One row of *Needs attention*. */
export interface Problem {
  readonly id: string;
  readonly code: VerdictCode;
  readonly tone: Tone;
  readonly name: string;
  /** For the headline: `stopped 4 min ago`. */
  readonly brief: string;
  readonly text: string;
  /** Since when, as a duration; empty when not known. */
  readonly age: string;
}

/** What needs a person, worst first, as the monitor ordered it. */
export function problemsOf(state: DashboardState, nowMs: number): readonly Problem[] {
  return state.summary.problems.flatMap((id) => {
    const subject = findSubject(state, id);
    if (subject === null) return [];
    const { verdict } = subject.value;
    const since = verdict.sinceMs;
    const age = since === null ? '' : formatDuration(wholeSeconds(nowMs - since), 'coarse');
    const say = (name: string, text: string): Problem => ({
      id,
      code: verdict.code,
      tone: toneOf(verdict.health),
      name,
      brief: briefOf(verdict, age),
      text,
      age,
    });
    switch (subject.kind) {
      case 'edge':
        return [say(displayName(subject.value.name), edgeProblem(subject.value, state))];
      case 'slot':
        return [say(subject.value.name, slotProblem(subject.value))];
      case 'queue':
        return [say(subject.value.nodeId, queueProblem(subject.value, nowMs))];
      case 'node':
        return [say(displayName(subject.value.id), nodeProblem(subject.value))];
    }
  });
}

function briefOf(verdict: Verdict, age: string): string {
  const { code } = verdict;
  const claim = CLAIMS[code];
  if (claim !== undefined) return claim;
  if (age === '') return verdictWord(code);
  if (code === 'stoppedByError') return `stopped ${age} ago`;
  if (code === 'slotLost') return `lost its slot ${age} ago`;
  return `${verdictWord(code)} for ${age}`;
}

/** Words that make a sentence with the name before them, where the state's own word would not. */
const CLAIMS: Readonly<Partial<Record<VerdictCode, string>>> = {
  noPrivilege: 'needs pg_monitor',
  passwordNeeded: 'needs a password',
  splitBrain: 'is one of several writable nodes',
  roleMismatch: 'has another role than declared',
  wrongSystem: 'belongs to another system',
  diverged: 'has diverged',
  noWorker: 'finds no free worker',
  nearLimit: 'is near its limit',
  orphan: 'is kept for nobody',
  ambiguous: 'cannot be told apart',
  queueGrowing: 'has a growing queue',
  queueFailedOver: 'has to be drained after a failover',
  queueConflicts: 'has conflicts',
  queueDead: 'has dead operations',
  queueAbsent: 'has no queue table',
};

function edgeProblem(edge: EdgeState, state: DashboardState): string {
  const { code, params } = edge.verdict;
  const waiting = edge.lagBytes ?? edge.retainedWalBytes;
  const size = waiting === null ? '' : ` · ${formatBytes(waiting)} waiting`;
  switch (code) {
    case 'stoppedByError':
      return `stopped by an error on ${edge.to}${size}`;
    case 'applyErrorLoop': {
      const retries = params.retries === undefined ? '' : `, ${params.retries} retries`;
      return `cannot apply a change on ${edge.to}${retries}${size}`;
    }
    case 'notStreaming': {
      const cutOff = state.edges.filter(
        (other) => other.from === edge.to && other.verdict.code === 'sourceCutOff',
      );
      const first = cutOff[0];
      if (first === undefined) return `not streaming${size}`;
      const others = cutOff.length === 1 ? '' : ` and ${formatCounted(cutOff.length - 1, 'other')}`;
      return `not streaming · ${first.name}${others} is cut off with it`;
    }
    case 'sourceCutOff':
      return `lag unknown: ${edge.from ?? 'its source'} is cut off`;
    case 'lagging':
    case 'catchingUp':
      return `${verdictWord(code)} · ${lagText(edge)}`;
    case 'stuck':
      return `stuck: what waits does not shrink${size}`;
    case 'paused':
      return `replay is paused${size}`;
    case 'blocked': {
      const pids = params.pids ?? [];
      const by = pids.length === 0 ? '' : ` by pid ${pids.join(', ')}`;
      return `apply is blocked${by}${size}`;
    }
    case 'slotLost':
      return `slot ${edge.slotName ?? ''} is lost: ${edge.to} must be cloned again`;
    case 'disabled':
      return `disabled · ${edge.from ?? 'its publisher'} keeps WAL for it`;
    case 'noWorker':
      return `enabled, but no worker is free on ${edge.to}`;
    case 'noPrivilege':
      return 'lag unknown: the role needs pg_monitor';
    default:
      return edge.unknownBecause === null
        ? verdictWord(code)
        : `lag unknown: ${edge.unknownBecause}`;
  }
}

function slotProblem(slot: SlotState): string {
  const { retainedWalBytes: kept, limitBytes: limit } = slot;
  const on = `on ${slot.nodeId}`;
  const keeps = kept === null ? '' : ` · keeps ${formatBytes(kept)}`;
  switch (slot.verdict.code) {
    case 'slotLost': {
      const reason = slot.invalidationReason === null ? '' : ` (${slot.invalidationReason})`;
      return `slot ${on} is invalidated${reason}`;
    }
    case 'nearLimit':
      return kept === null || limit === null
        ? `slot ${on} is near its limit`
        : `slot ${on} is near its limit · ${formatBytesOf(kept, limit)} kept`;
    case 'orphan':
      return `slot ${on} is kept for nobody${keeps}`;
    default:
      return `slot ${on}: ${verdictWord(slot.verdict.code)}${keeps}`;
  }
}

function queueProblem(queue: QueueState, nowMs: number): string {
  const top = queueTop(queue, nowMs);
  switch (queue.verdict.code) {
    case 'queueGrowing':
      return `queue grows: ${top}`;
    case 'queueFailedOver':
      return 'queue is empty, but the former primary may have taken operations with it: drain it again';
    case 'queueConflicts':
      return `queue waits for a decision: ${top}`;
    case 'queueDead':
      return `queue has operations that will not be tried again`;
    case 'queueAbsent':
      return `${queue.table} is not installed`;
    default:
      return `queue: ${top}`;
  }
}

function nodeProblem(node: NodeState): string {
  const { code, params } = node.verdict;
  if (node.failure !== null) return `${verdictWord(code)} · ${node.failure.text}`;
  const others = params.otherNodes ?? [];
  switch (code) {
    case 'splitBrain':
      return `takes writes, and so does ${others.join(', ')}: 2 writable nodes of one system`;
    case 'roleMismatch':
      return `declared ${node.declaredRoles[0] ?? 'otherwise'}, is a ${node.role}`;
    case 'diverged':
      return 'has diverged: its timeline left that of its upstream';
    case 'wrongSystem':
      return 'belongs to another system than its upstream';
    case 'noPrivilege':
      return 'lag unknown: the role needs pg_monitor';
    default:
      return verdictWord(code);
  }
}
