import { DEPTH_CAP } from '../facts';
import { formatCount, formatCounted, formatPart } from '../format';
import type { SlotSnapshot, TopologySnapshot, Verdict } from '../snapshot';
import { elapsed, shortMeasure } from './edgeWords';
import { timeToLimit } from './slotLimitText';

/** How the status item tells one problem: icon, text, background, and the words for a screen reader. */
export interface ProblemText {
  readonly parts: readonly [icon: string, text: string];
  readonly background: 'none' | 'warning' | 'error';
  readonly name: string;
}

/** @param subject one of the snapshot's problems. */
export function describeProblem(
  snapshot: TopologySnapshot,
  subject: string,
  nowMs: number,
): ProblemText {
  const say: Say = (icon, text, verdict, name) => ({
    parts: [icon, text],
    background: backgroundOf(verdict),
    name,
  });
  const queue = snapshot.queues.find((candidate) => candidate.id === subject);
  if (queue !== undefined) {
    const { facts, verdict, nodeId } = queue;
    const conflicts = facts?.conflicts ?? 0;
    if (conflicts > 0) {
      const text = formatCounted(conflicts, 'conflict');
      return say('diff', text, verdict, `${text} in the queue of ${nodeId}`);
    }
    const dead = facts?.dead ?? 0;
    if (dead > 0)
      return say(
        'error',
        `${formatCount(dead)} dead`,
        verdict,
        `${formatCount(dead)} dead operations in the queue of ${nodeId}`,
      );
    if (verdict.code === 'queueFailedOver') {
      return say(
        'warning',
        'drain again',
        verdict,
        `Queue on ${nodeId} to be drained after a failover`,
      );
    }
    const waiting = facts === null ? 'queue' : formatCount(facts.waiting, DEPTH_CAP);
    const grows = verdict.code === 'queueGrowing' ? 'growing, ' : '';
    return say(
      'warning',
      `${waiting} queued`,
      verdict,
      `Queue on ${nodeId} ${grows}${waiting} waiting`,
    );
  }
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) {
    const { code } = slot.verdict;
    if (code === 'nearLimit') return slotProblem(slot, say);
    if (code === 'slotLost')
      return say('debug-stop', slot.name, slot.verdict, `Slot ${slot.name} is lost`);
    return say(
      'warning',
      slot.name,
      slot.verdict,
      `Slot ${slot.name} on ${slot.nodeId} needs attention`,
    );
  }
  const edge = snapshot.edges.find((candidate) => candidate.id === subject);
  if (edge !== undefined) {
    const { verdict } = edge;
    const name = edge.kind === 'streaming' ? edge.to.replace(/^undeclared\//u, '') : edge.name;
    const age = elapsed(edge, nowMs);
    const forAge = age === null ? '' : ` for ${age}`;
    switch (verdict.code) {
      case 'lagging': {
        const lag = shortMeasure(edge) ?? '';
        const { healthyReplicas, replicas } = snapshot.summary;
        const whole = formatPart(healthyReplicas, replicas, 'replicas');
        return say(
          'warning',
          `${edge.to} ${lag}`,
          verdict,
          `${edge.to} lagging ${lag}, ${whole} healthy`,
        );
      }
      case 'stuck':
        return say(
          'warning',
          `${edge.to} stuck${age === null ? '' : ` ${age}`}`,
          verdict,
          `${edge.to} stuck${forAge}`,
        );
      case 'paused':
        return say('debug-pause', name, verdict, `${name} replay paused${forAge}`);
      case 'blocked':
        return say('lock', edge.to, verdict, `${edge.to} blocked${forAge}`);
      case 'stoppedByError':
      case 'applyErrorLoop':
        return say('error', name, verdict, `${name} stopped${age === null ? '' : ` ${age} ago`}`);
      case 'notStreaming':
        return say('debug-disconnect', name, verdict, `${name} not streaming${forAge}`);
      case 'slotLost':
        return say('debug-stop', name, verdict, `${name} lost its replication slot`);
      case 'disabled':
        return say('circle-slash', name, verdict, `${name} disabled`);
      default:
        return say('warning', name, verdict, `${name} needs attention`);
    }
  }
  return nodeProblem(snapshot, subject, say);
}

/** `slot lost in 13 min`; of the file's own limit, beyond which nothing is lost, the slot's name alone. */
function slotProblem(slot: SlotSnapshot, say: Say): ProblemText {
  const time = timeToLimit(slot);
  if (time === null || slot.toLimit?.by !== 'server') {
    return say('watch', `slot ${slot.name}`, slot.verdict, `Slot ${slot.name} near its limit`);
  }
  const text = `slot lost in ${time.replace(/^about /u, '')}`;
  return say('watch', text, slot.verdict, `Slot ${slot.name} lost in ${time}`);
}

type Say = (icon: string, text: string, verdict: Verdict, name: string) => ProblemText;

function nodeProblem(snapshot: TopologySnapshot, subject: string, say: Say): ProblemText {
  const node = snapshot.nodes.find((candidate) => candidate.id === subject);
  const verdict = node?.verdict ?? NO_VERDICT;
  switch (verdict.code) {
    case 'splitBrain': {
      const count = (verdict.params.otherNodes?.length ?? 1) + 1;
      return say(
        'repo-forked',
        `${count} primaries`,
        verdict,
        `${count} writable nodes of one system`,
      );
    }
    case 'unreachable': {
      const away = snapshot.nodes.filter((candidate) => candidate.verdict.code === 'unreachable');
      const whole = snapshot.nodes.filter((candidate) => candidate.isDeclared).length;
      const part = formatPart(away.length, whole);
      const isBlind = away.some(
        (candidate) =>
          candidate.role === 'primary' && (candidate.verdict.params.otherNodes ?? []).length === 0,
      );
      const found = say('sync-ignored', part, verdict, `${part} nodes unreachable from here`);
      return { ...found, background: isBlind ? 'error' : 'warning' };
    }
    case 'noPrivilege': {
      const role = verdict.params.role ?? node?.sample.slow?.role ?? 'the role';
      const found = say(
        'key',
        'no privilege',
        verdict,
        `Lag unknown, role ${role} needs pg_monitor`,
      );
      return { ...found, background: 'none' };
    }
    case 'passwordNeeded': {
      const found = say('key', subject, verdict, `${subject} needs a password`);
      return { ...found, background: 'none' };
    }
    case 'roleMismatch':
    case 'wrongSystem':
      return say('git-compare', subject, verdict, `${subject} is not what the file says`);
    default:
      return say('warning', subject, verdict, `${subject} needs attention`);
  }
}

const NO_VERDICT: Verdict = { code: 'unknown', health: 'warning', sinceMs: null, params: {} };

/** Error only where data does not arrive or will be lost within the hour; warning where a person is needed. */
function backgroundOf({ health }: Verdict): 'none' | 'warning' | 'error' {
  return health === 'error' || health === 'warning' ? health : 'none';
}
