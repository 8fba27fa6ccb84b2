import type { Grid, GridValue } from './grid';
import { foldLines } from './statistics';

interface Fold {
  readonly key: string;
  readonly toMs: number;
  readonly lines: readonly (readonly GridValue[])[];
}

/** What `FoldCache` folds. */
export interface FoldWish {
  /** Which chart. */
  readonly kind: string;
  /** Of what: other sources are folded from the begin. */
  readonly ids: readonly string[];
  readonly quantiles: readonly number[];
  /** Puts one of the sources on a part of the grid. */
  readonly align: (index: number, part: Grid) => readonly GridValue[];
  /** Over how many empty places a line goes on. */
  readonly holdSteps: number;
}

/** Readings may still come for a time this long ago. */
const OPEN_MS = 30_000;

/**
 * What stands for many lines, remembered: a poll changes the newest places alone, so only these are reckoned anew. Belongs to one
 * past; what it remembers is forgotten when that is replaced.
 */
export class FoldCache {
  private readonly kept = new Map<string, Fold>();

  clear(): void {
    this.kept.clear();
  }

  /** @returns one line for each quantile, over the whole grid */
  fold(wish: FoldWish, grid: Grid): readonly (readonly GridValue[])[] {
    const key = [grid.stepMs, grid.count, grid.holdSteps, ...wish.ids].join('\n');
    const known = this.kept.get(wish.kind);
    const open = Math.ceil(OPEN_MS / grid.stepMs) + wish.holdSteps + 1;
    const moved = known === undefined ? grid.count : (grid.toMs - known.toMs) / grid.stepMs;
    const isUsable = known?.key === key && moved >= 0 && moved + open < grid.count;
    const lines = isUsable
      ? append(known.lines, part(wish, grid, moved + open), moved)
      : part(wish, grid, grid.count);
    this.kept.set(wish.kind, { key, toMs: grid.toMs, lines });
    return lines;
  }
}

/** The last `count` places. */
function part(wish: FoldWish, grid: Grid, count: number): readonly (readonly GridValue[])[] {
  // A line may go on from before the first of them.
  const lead = Math.min(grid.count - count, wish.holdSteps + 1);
  const length = count + lead;
  const fromMs = grid.toMs - (length - 1) * grid.stepMs;
  const end: Grid = { ...grid, fromMs, count: length };
  const aligned = wish.ids.map((_, index) => wish.align(index, end));
  const folded = foldLines(aligned, wish.quantiles, Math.round(fromMs / grid.stepMs));
  return folded.map((line) => line.slice(lead));
}

/** Moves lines on by some places, and replaces their ends. */
function append(
  lines: readonly (readonly GridValue[])[],
  ends: readonly (readonly GridValue[])[],
  moved: number,
): readonly (readonly GridValue[])[] {
  return lines.map((line, at) => {
    const end = ends[at] ?? [];
    return [...line.slice(moved, line.length + moved - end.length), ...end];
  });
}
