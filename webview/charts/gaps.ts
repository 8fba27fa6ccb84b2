import type { HistoryPause } from '../../src/core/history';
import { say } from '../../src/core/say';
import { type Grid, gridTimeMs, type GridValue } from './grid';

/** A stretch of time in which a line is unknown, by places of the grid, both inclusive. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** `hidden` or `not asked` when nobody read anything, else `unknown` or what is wrong now. */
  readonly name: string;
}

/** Shorter gaps are seen, but not hatched and named. */
const SHORTEST_GAP_MS = 15_000;

/**
 * Gaps of the emphasised line, after its first reading.
 * @param others all lines of the chart; where none has a reading nobody asked.
 * @param lastName what a gap that reaches the present is called.
 * @param pauses when nobody looked: nothing was read on purpose.
 */
export function gapsOf(
  line: readonly GridValue[],
  others: readonly (readonly GridValue[])[],
  grid: Grid,
  lastName: string,
  pauses: readonly HistoryPause[] = [],
): readonly Gap[] {
  const gaps: Gap[] = [];
  const first = line.findIndex((value) => value !== null && value !== undefined);
  if (first === -1) return [];
  let from: number | null = null;
  for (let index = first; index <= line.length; index += 1) {
    const isGap = index < line.length && line[index] === null;
    if (isGap && from === null) from = index;
    if (isGap || from === null) continue;
    const to = index - 1;
    if ((to - from + 1) * grid.stepMs >= SHORTEST_GAP_MS) {
      const start = from;
      const nobodyAsked = others.every((other) =>
        other.slice(start, to + 1).every((value) => value === null || value === undefined),
      );
      const reachesNow = index === line.length;
      const unasked = (): string =>
        isPause(start, to, grid, pauses) ? say`hidden` : say`not asked`;
      gaps.push({ from, to, name: reachesNow ? lastName : nobodyAsked ? unasked() : say`unknown` });
    }
    from = null;
  }
  return gaps;
}

/** Whether most of a gap is time in which nobody looked; the rest is before the first answer. */
function isPause(from: number, to: number, grid: Grid, pauses: readonly HistoryPause[]): boolean {
  const fromMs = gridTimeMs(grid, from);
  const toMs = gridTimeMs(grid, to) + grid.stepMs;
  const paused = pauses.reduce((sum, pause) => {
    const overlap = Math.min(toMs, pause.toMs ?? toMs) - Math.max(fromMs, pause.fromMs);
    return sum + Math.max(0, overlap);
  }, 0);
  return paused * 2 >= toMs - fromMs;
}
