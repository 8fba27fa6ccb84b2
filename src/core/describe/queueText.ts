import { DEPTH_CAP } from '../facts';
import {
  formatAgo,
  formatClock,
  formatCount,
  formatCountRate,
  formatCounted,
  formatDuration,
  formatPart,
  speak,
} from '../format';
import type { DrainState } from '../queue/drain';
import { say } from '../say';
import type { QueueSnapshot } from '../snapshot';
import {
  contextValue,
  differenceWords,
  facts,
  icon,
  iconOf,
  OTHER_THAN_DECLARED,
  type RowIcon,
  type RowText,
} from './rowText';
import { verdictWord } from './verdictWord';

/**
 * The row of an edge's queue: `pending_sync`, `3 waiting · oldest 1.8 s`.
 * @param drain what this window does with it; `null`: nothing
 * @param differs in how many ways it is not what the file says
 */
export function queueRowText(
  queue: QueueSnapshot,
  nowMs: number,
  drain: DrainState | null = null,
  differs = 0,
): RowText {
  const name = queue.table.split('.').at(-1) ?? queue.table;
  const { code, health } = queue.verdict;
  const isAbsent = code === 'queueAbsent';
  const draining = drainingWords(queue, drain);
  const isAutomatic = drain?.isAutomatic === true;
  // What is wrong with it comes before what it is not.
  const isOther = differs > 0 && health === 'healthy' && !isAbsent && draining === null;
  const description = isAbsent
    ? say`${queue.table} not installed`
    : (draining ??
      facts(
        queueWords(queue, nowMs),
        isAutomatic ? say`automatic` : null,
        isOther ? differenceWords(differs) : null,
      ));
  const hasWork = (queue.facts?.waiting ?? 0) > 0 || queue.isPrimaryReplaced;
  return {
    label: isAbsent ? say`Queue` : name,
    description,
    icon: isOther
      ? OTHER_THAN_DECLARED
      : draining === null
        ? queueIcon(queue)
        : icon('sync', 'charts.blue'),
    contextValue: contextValue('queue', [], rowState(queue, draining, isOther), {
      drainable: hasWork && !isAbsent && draining === null,
      hasConflicts: (queue.facts?.conflicts ?? 0) > 0,
      hasDead: (queue.facts?.dead ?? 0) > 0,
      automatic: isAutomatic,
    }),
    accessibleLabel: say`${name}, queue, ${speak(description)}`,
  };
}

function rowState(
  { verdict }: QueueSnapshot,
  draining: string | null,
  isOther: boolean,
): QueueSnapshot['verdict']['health'] {
  if (isOther) return 'warning';
  return draining === null ? verdict.health : 'busy';
}

/** A deep queue is a warning also while it does not grow. */
function queueIcon({ verdict: { code, health } }: QueueSnapshot): RowIcon {
  const isDeep = code === 'queueWaiting' && (health === 'warning' || health === 'error');
  return iconOf('queue', isDeep ? 'queueGrowing' : code);
}

/** `draining · 3,500 of 9,999`, `drained by pid 4711 since 12:03`; `null` while nobody drains, as far as known. */
export function drainingWords(queue: QueueSnapshot, drain: DrainState | null): string | null {
  const progress = drain?.progress ?? null;
  if (progress !== null) {
    return facts(
      say`draining`,
      formatPart(progress.done, Math.max(progress.done, progress.total)),
      drain?.isAutomatic === true ? say`automatic` : null,
    );
  }
  if (isOld(queue)) return null;
  const drainer = queue.facts?.identity?.drainer ?? null;
  if (drainer === null) return null;
  const since =
    drainer.sinceMs === null ? '' : say` since ${formatClock(drainer.sinceMs, 'minutes')}`;
  return say`drained by pid ${drainer.pid}${since}`;
}

/** When a drain last did something, by the edge's clock; `null` when that is not known. */
export function lastDrainedAtMs({ facts: found }: Pick<QueueSnapshot, 'facts'>): number | null {
  return found?.identity?.drainedAtMs ?? found?.lastDoneAtMs ?? null;
}

/** `3 waiting · oldest 1.8 s`, `empty · drained 14:20`, `412 waiting · 3 conflicts · 1 dead`. */
export function queueWords(queue: QueueSnapshot, nowMs: number): string {
  const { facts: found, verdict } = queue;
  if (found === null) return unreadWords(queue);
  if (verdict.code === 'stale') {
    const age = queue.atMs === null ? '' : `, ${formatAgo(queue.atMs, nowMs)}`;
    return say`was ${formatCount(found.waiting, DEPTH_CAP)} waiting${age}`;
  }
  if (found.waiting === 0 && found.conflicts === 0 && found.dead === 0) {
    if (verdict.code === 'queueFailedOver') return facts(say`empty`, verdictWord(verdict.code));
    const drainedAtMs = lastDrainedAtMs(queue);
    const drained =
      drainedAtMs === null ? null : say`drained ${formatClock(drainedAtMs, 'minutes')}`;
    return facts(say`empty`, drained);
  }
  const waiting = say`${formatCount(found.waiting, DEPTH_CAP)} waiting`;
  const conflicts = found.conflicts === 0 ? null : formatCounted(found.conflicts, 'conflict');
  const dead = found.dead === 0 ? null : say`${formatCount(found.dead)} dead`;
  if (conflicts !== null || dead !== null) return facts(waiting, conflicts, dead);
  if (verdict.code === 'queueGrowing' && verdict.params.perMinute !== undefined) {
    return facts(waiting, formatCountRate(verdict.params.perMinute));
  }
  return facts(waiting, oldest(queue, nowMs));
}

/** For the row of the edge itself: `3 queued · 1.8 s`, `412 queued · +29/min`. */
export function queuedWords(queue: QueueSnapshot, nowMs: number): string {
  const found = queue.facts;
  if (found === null || queue.verdict.code === 'stale') return queueWords(queue, nowMs);
  if (found.conflicts > 0) return formatCounted(found.conflicts, 'conflict');
  if (found.dead > 0) return say`${formatCount(found.dead)} dead`;
  if (queue.verdict.code === 'queueFailedOver') return verdictWord(queue.verdict.code);
  if (found.waiting === 0) return say`queue empty`;
  const queued = say`${formatCount(found.waiting, DEPTH_CAP)} queued`;
  const { code, params } = queue.verdict;
  if (code === 'queueGrowing' && params.perMinute !== undefined) {
    return facts(queued, formatCountRate(params.perMinute));
  }
  const age =
    found.oldestAtMs === null ? null : formatDuration(Math.max(0, nowMs - found.oldestAtMs));
  return facts(queued, age);
}

/** `online`, or why nothing can be drained from here now; `null` when that is not known. */
export function onlineWords({ isOnline, nodeId, primaryId }: QueueSnapshot): string | null {
  if (isOnline === null) return null;
  return isOnline ? say`online` : say`offline: ${nodeId} or ${primaryId} is unreachable from here`;
}

function isOld({ verdict }: QueueSnapshot): boolean {
  return ['stale', 'unreachable', 'connecting', 'disconnected'].includes(verdict.code);
}

function oldest(queue: QueueSnapshot, nowMs: number): string | null {
  const at = queue.facts?.oldestAtMs ?? null;
  return at === null ? null : say`oldest ${formatDuration(Math.max(0, nowMs - at))}`;
}

function unreadWords(queue: QueueSnapshot): string {
  switch (queue.verdict.code) {
    case 'queueAbsent':
      return say`not installed`;
    case 'restricted':
      return say`restricted mode`;
    case 'notConnected':
    case 'notApproved':
      return say`not connected`;
    case 'disconnected':
      return say`disconnected`;
    case 'connecting':
      return say`connecting`;
    default:
      return say`depth unknown`;
  }
}
