import { isWithinBudget, type CheckResult } from '../checks/checkResult';
import { formatCounted, formatDuration, formatPart } from '../format';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { checkWords, edgeTitle } from './checkText';

/** Whether a run went well, and the sentence for it. */
export interface CheckSummary {
  readonly isGood: boolean;
  /** Finished: `4 of 5 arrived, worst 12 ms. metrics_sub on genesis not within 10 s: stopped by an error.` */
  readonly text: string;
  /** The edge to show: the first that did not arrive in time, else the slowest. */
  readonly edgeId: string | null;
}

/** At most this many edges are told one by one. */
const TOLD = 3;

/** What a run of checks came to, in the order of its results. */
export function checkSummary(
  results: readonly CheckResult[],
  edges: readonly EdgeSnapshot[],
): CheckSummary {
  const done = results.filter(({ outcome }) => outcome !== 'cancelled');
  const stopped = results.length - done.length;
  const arrived = done.filter(({ outcome }) => outcome === 'arrived');
  const failed = done.filter((result) => !isWithinBudget(result));
  const slowest = arrived.reduce<CheckResult | null>(
    (worst, next) => ((next.arrivedMs ?? 0) > (worst?.arrivedMs ?? -1) ? next : worst),
    null,
  );
  const worst = slowest?.arrivedMs ?? null;
  const head = [
    done.length === 0
      ? null
      : say`${formatPart(arrived.length, done.length)} arrived${proofs(arrived)}`,
    worst === null ? null : say`worst ${formatDuration(worst)}`,
    stopped === 0 ? null : say`${formatCounted(stopped, 'check')} stopped`,
  ].filter((part) => part !== null);
  const told = failed.slice(0, TOLD).map((result) => {
    const edge = edges.find(({ id }) => id === result.edgeId);
    const name = edge === undefined ? result.edgeId : edgeTitle(edge);
    if (result.failure !== null) return `${name}: ${result.failure.text}`;
    return `${name} ${checkWords(result)}.`;
  });
  const rest = failed.length - told.length;
  return {
    isGood: failed.length === 0,
    text: [
      `${head.join(', ')}.`,
      ...told,
      ...(rest === 0 ? [] : [say`${rest} more did not arrive${inTime(failed.slice(TOLD))}.`]),
    ].join(' '),
    edgeId: failed[0]?.edgeId ?? slowest?.edgeId ?? null,
  };
}

function inTime(failed: readonly CheckResult[]): string {
  return failed.some(({ outcome }) => outcome === 'arrived') ? say` in time` : '';
}

/** Where positions are among what arrived, they are not passed off as rows. */
function proofs(arrived: readonly CheckResult[]): string {
  const markers = arrived.filter(({ kind }) => kind === 'marker').length;
  if (markers === 0) return '';
  const rows = arrived.length - markers;
  const positions = formatCounted(markers, 'position');
  return rows === 0 ? say` by position alone` : ` (${formatCounted(rows, 'row')}, ${positions})`;
}
