import { DEPTH_CAP } from '../facts';
import { formatCount, formatCounted, formatPart } from '../format';
import { say } from '../say';
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
  const tell: Say = (icon, text, verdict, name) => ({
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
      return tell('diff', text, verdict, say`${text} in the queue of ${nodeId}`);
    }
    const dead = facts?.dead ?? 0;
    if (dead > 0)
      return tell(
        'error',
        say`${formatCount(dead)} dead`,
        verdict,
        say`${formatCounted(dead, 'dead operation')} in the queue of ${nodeId}`,
      );
    if (verdict.code === 'queueFailedOver') {
      return tell(
        'warning',
        say`drain again`,
        verdict,
        say`Queue on ${nodeId} to be drained after a failover`,
      );
    }
    const waiting = facts === null ? say`queue` : formatCount(facts.waiting, DEPTH_CAP);
    const grows = verdict.code === 'queueGrowing' ? say`growing, ` : '';
    return tell(
      'warning',
      say`${waiting} queued`,
      verdict,
      say`Queue on ${nodeId} ${grows}${waiting} waiting`,
    );
  }
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) {
    const { code } = slot.verdict;
    if (code === 'nearLimit') return slotProblem(slot, tell);
    if (code === 'slotLost')
      return tell('debug-stop', slot.name, slot.verdict, say`Slot ${slot.name} is lost`);
    return tell(
      'warning',
      slot.name,
      slot.verdict,
      say`Slot ${slot.name} on ${slot.nodeId} needs attention`,
    );
  }
  const edge = snapshot.edges.find((candidate) => candidate.id === subject);
  if (edge !== undefined) {
    const { verdict } = edge;
    const name = edge.kind === 'streaming' ? edge.to.replace(/^undeclared\//u, '') : edge.name;
    const age = elapsed(edge, nowMs);
    const forAge = age === null ? '' : say` for ${age}`;
    switch (verdict.code) {
      case 'lagging': {
        const lag = shortMeasure(edge) ?? '';
        const { healthyReplicas, replicas } = snapshot.summary;
        const whole = formatPart(healthyReplicas, replicas, 'replicas');
        return tell(
          'warning',
          `${edge.to} ${lag}`,
          verdict,
          say`${edge.to} lagging ${lag}, ${whole} healthy`,
        );
      }
      case 'stuck':
        return tell(
          'warning',
          say`${edge.to} stuck${age === null ? '' : ` ${age}`}`,
          verdict,
          say`${edge.to} stuck${forAge}`,
        );
      case 'paused':
        return tell('debug-pause', name, verdict, say`${name} replay paused${forAge}`);
      case 'blocked':
        return tell('lock', edge.to, verdict, say`${edge.to} blocked${forAge}`);
      case 'stoppedByError':
      case 'applyErrorLoop':
        return tell(
          'error',
          name,
          verdict,
          say`${name} stopped${age === null ? '' : say` ${age} ago`}`,
        );
      case 'notStreaming':
        return tell('debug-disconnect', name, verdict, say`${name} not streaming${forAge}`);
      case 'slotLost':
        return tell('debug-stop', name, verdict, say`${name} lost its replication slot`);
      case 'disabled':
        return tell('circle-slash', name, verdict, say`${name} disabled`);
      default:
        return tell('warning', name, verdict, say`${name} needs attention`);
    }
  }
  return nodeProblem(snapshot, subject, tell);
}

/** `slot lost in 13 min`; of the file's own limit, beyond which nothing is lost, the slot's name alone. */
function slotProblem(slot: SlotSnapshot, tell: Say): ProblemText {
  const time = timeToLimit(slot);
  if (time === null || slot.toLimit?.by !== 'server') {
    return tell(
      'watch',
      say`slot ${slot.name}`,
      slot.verdict,
      say`Slot ${slot.name} near its limit`,
    );
  }
  const text = say`slot lost in ${time.replace(/^about /u, '')}`;
  return tell('watch', text, slot.verdict, say`Slot ${slot.name} lost in ${time}`);
}

type Say = (icon: string, text: string, verdict: Verdict, name: string) => ProblemText;

function nodeProblem(snapshot: TopologySnapshot, subject: string, tell: Say): ProblemText {
  const node = snapshot.nodes.find((candidate) => candidate.id === subject);
  const verdict = node?.verdict ?? NO_VERDICT;
  switch (verdict.code) {
    case 'splitBrain': {
      const count = (verdict.params.otherNodes?.length ?? 1) + 1;
      return tell(
        'repo-forked',
        say`${count} primaries`,
        verdict,
        say`${count} writable nodes of one system`,
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
      const found = tell('sync-ignored', part, verdict, say`${part} nodes unreachable from here`);
      return { ...found, background: isBlind ? 'error' : 'warning' };
    }
    case 'noPrivilege': {
      const role = verdict.params.role ?? node?.sample.slow?.role ?? say`the role`;
      const found = tell(
        'key',
        say`no privilege`,
        verdict,
        say`Lag unknown, role ${role} needs pg_monitor`,
      );
      return { ...found, background: 'none' };
    }
    case 'passwordNeeded': {
      const found = tell('key', subject, verdict, say`${subject} needs a password`);
      return { ...found, background: 'none' };
    }
    case 'roleMismatch':
    case 'wrongSystem':
      return tell('git-compare', subject, verdict, say`${subject} is not what the file says`);
    default:
      return tell('warning', subject, verdict, say`${subject} needs attention`);
  }
}

const NO_VERDICT: Verdict = { code: 'unknown', health: 'warning', sinceMs: null, params: {} };

/** Error only where data does not arrive or will be lost within the hour; warning where a person is needed. */
function backgroundOf({ health }: Verdict): 'none' | 'warning' | 'error' {
  return health === 'error' || health === 'warning' ? health : 'none';
}
