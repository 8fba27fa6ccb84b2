import { formatClock, formatCount, formatCounted, formatEstimate } from '../format';
import { say } from '../say';
import { showEscaped } from '../visibleText';
import type { DrainCounts, DrainProgress, DrainReport } from './drain';

/** Operations that have left the queue, by a policy or without a question. */
export function doneOf(counts: DrainCounts): number {
  return counts.applied + counts.skipped + conflictsOf(counts) + counts.dead;
}

/** All that met another row on the primary, whether a policy settled it or not. */
export function conflictsOf({ kept, replaced, merged, conflicts }: DrainCounts): number {
  return kept + replaced + merged + conflicts;
}

/** `3,500 of 9,999 · 1,200/s · about 13 min`; what cannot be told is left out. */
export function progressWords({ done, total, perSecond, remainingMs }: DrainProgress): string {
  const parts = [
    say`${formatCount(done)} of ${formatCount(Math.max(done, total))}`,
    ...(perSecond === null ? [] : [`${formatCount(Math.round(perSecond))}/s`]),
    ...(remainingMs === null ? [] : [formatEstimate(remainingMs)]),
  ];
  return parts.join(' · ');
}

/** One finished sentence or two: what became of a drain. */
export function drainSentence(report: DrainReport): string {
  const { counts, end, address } = report;
  const edge = showEscaped(address.nodeId);
  const done = formatCount(doneOf(counts));
  switch (end.kind) {
    case 'drained':
      return join(drainedSentence(report), waitingSentence(counts));
    case 'cancelled':
      return say`Stopped after ${done}. ${leftSentence(report)}`;
    case 'busy':
      return `${edge} ${busyWords(end)}.`;
    case 'refused':
      return say`Nothing was drained from ${edge}. ${showEscaped(end.reasons.join(' '))}`;
    case 'stopped':
      return join(
        say`Stopped after ${done}: ${end.failure.text} ${leftSentence(report)}`,
        end.failure.advice,
      );
  }
}

/** `is being drained by pid 4711 since 12:03` */
export function busyWords(end: {
  readonly pid: number;
  readonly sinceMs: number | null;
  readonly who: string | null;
}): string {
  const who =
    end.who === null ? say`pid ${end.pid}` : say`${showEscaped(end.who)} (pid ${end.pid})`;
  const since = end.sinceMs === null ? '' : say` since ${formatClock(end.sinceMs, 'minutes')}`;
  return say`is being drained by ${who}${since}`;
}

/** `Drained 9,999 operations from vengeance: 9,996 applied, 3 conflicts.` */
function drainedSentence({ counts, address }: DrainReport): string {
  const edge = showEscaped(address.nodeId);
  const done = doneOf(counts);
  if (done === 0) return say`Nothing was left to drain on ${edge}.`;
  const conflicts = conflictsOf(counts);
  const parts = [
    say`${formatCount(counts.applied)} applied`,
    ...(counts.skipped === 0 ? [] : [say`${formatCount(counts.skipped)} skipped`]),
    ...(conflicts === 0 ? [] : [formatCounted(conflicts, 'conflict')]),
    ...(counts.dead === 0 ? [] : [say`${formatCount(counts.dead)} dead`]),
  ];
  return say`Drained ${formatCounted(done, 'operation')} from ${edge}: ${parts.join(', ')}.`;
}

function waitingSentence({ conflicts, waiting }: DrainCounts): string | null {
  const parts = [
    ...(conflicts === 0
      ? []
      : [
          say`${formatCount(conflicts)} ${conflicts === 1 ? say`waits` : say`wait`} for a decision.`,
        ]),
    ...(waiting === 0
      ? []
      : [
          say`${formatCount(waiting)} ${waiting === 1 ? say`waits` : say`wait`} for an earlier operation on the same key.`,
        ]),
  ];
  return parts.length === 0 ? null : parts.join(' ');
}

function leftSentence({ left }: DrainReport): string {
  const rest =
    left === null
      ? say`The rest still waits`
      : say`${formatCount(left)} still ${left === 1 ? say`waits` : say`wait`}`;
  return say`${rest}; nothing is half done.`;
}

function join(sentence: string, more: string | null): string {
  return more === null ? sentence : `${sentence} ${more}`;
}
