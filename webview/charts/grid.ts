import { type HistoryRange, RANGE_TIMES } from '../../src/core/history';

/** Common times of all lines in a chart, evenly spaced. */
export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly count: number;
  /** Over fewer empty places than this a line goes on: nobody was to read there. */
  readonly holdSteps: number;
}

/** A value on the grid: a number, `null` for a gap, `undefined` where the line just goes on between two readings. */
export type GridValue = number | null | undefined;

const FINEST_STEP_MS = 2_000;
const COARSEST_STEP_MS = 60_000;
const SHORTEST_HOLD_MS = 20_000;
const USUAL_MS = 5_000;

/** Grid for a range up to now: as fine as the readings are, or of the steps that the range is kept in. */
export function gridFor(
  toMs: number,
  range: HistoryRange,
  times: readonly (readonly number[])[],
): Grid {
  const { spanMs, stepMs: kept } = RANGE_TIMES[range];
  const usual = usualGap(times);
  const wanted = Math.round(usual / 1_000) * 1_000;
  const stepMs = kept ?? Math.min(COARSEST_STEP_MS, Math.max(FINEST_STEP_MS, wanted));
  // Ends on a multiple of the step: the same readings stay in the same places from poll to poll. A kept step stands at its begin.
  const end = (kept === null ? Math.ceil(toMs / stepMs) : Math.floor(toMs / stepMs)) * stepMs;
  const count = Math.floor(spanMs / stepMs) + 1;
  const holdSteps =
    kept === null
      ? Math.max(4, Math.ceil(SHORTEST_HOLD_MS / stepMs))
      : usual > stepMs
        ? Math.ceil((3 * usual) / stepMs)
        : 1;
  return { fromMs: end - (count - 1) * stepMs, toMs: end, stepMs, count, holdSteps };
}

/** The median time between two readings of the series that has most. */
function usualGap(times: readonly (readonly number[])[]): number {
  const longest = times.reduce((a, b) => (b.length > a.length ? b : a), []);
  const gaps = longest.slice(1).map((atMs, index) => atMs - (longest[index] ?? atMs));
  return gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? USUAL_MS;
}

/** The place that is closest to a time. */
export function gridIndexAt(grid: Grid, atMs: number): number {
  const index = Math.round((atMs - grid.fromMs) / grid.stepMs);
  return Math.max(0, Math.min(grid.count - 1, index));
}

export function gridTimeMs(grid: Grid, index: number): number {
  return grid.fromMs + index * grid.stepMs;
}

/**
 * Puts readings on the grid. Of several in one step the largest stands, so no peak is lost. Between readings that follow
 * each other soon the line goes on; where nobody read for longer, or what was read is unknown, it has a gap.
 */
export function alignToGrid(
  atMs: readonly number[],
  values: readonly (number | null)[],
  grid: Grid,
  holdSteps = grid.holdSteps,
): GridValue[] {
  const cells: GridValue[] = new Array<GridValue>(grid.count).fill(undefined);
  const earliest = grid.fromMs - grid.stepMs;
  // From the newest back: only the end of a long past may be asked for.
  for (let index = atMs.length - 1; index >= 0; index -= 1) {
    const at = atMs[index] ?? 0;
    if (at < earliest) break;
    const cell = Math.round((at - grid.fromMs) / grid.stepMs);
    if (cell < 0 || cell >= grid.count) continue;
    const value = values[index] ?? null;
    const later = cells[cell];
    if (later === undefined || later === null) cells[cell] = value;
    else if (value !== null) cells[cell] = Math.max(later, value);
  }
  let lastRead = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < cells.length; index += 1) {
    if (cells[index] === undefined) continue;
    const missed = index - lastRead - 1;
    if (missed >= holdSteps) cells.fill(null, Math.max(0, lastRead + 1), index);
    lastRead = index;
  }
  const tail = Math.max(0, lastRead + 1);
  // The newest step is not over yet; a missing end is a gap only once it is older than the hold.
  if (cells.length - tail >= Math.max(2, holdSteps)) cells.fill(null, tail);
  return cells;
}

/** The value that stands at a place of the grid: its own, or the one before where the line just goes on. */
export function valueAt(values: readonly GridValue[], index: number): number | null {
  for (let at = index; at >= 0; at -= 1) {
    const value = values[at];
    if (value !== undefined) return value;
  }
  return null;
}
