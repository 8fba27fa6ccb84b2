import type { Grid, GridValue } from './grid';

/** A stretch of time in which a line is unknown, by places of the grid, both inclusive. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** `not asked` when nobody read anything, else `unknown` or what is wrong now. */
  readonly name: string;
}

/** Shorter gaps are seen, but not hatched and named. */
const SHORTEST_GAP_MS = 15_000;

/**
 * Gaps of the emphasised line, after its first reading.
 * @param others all lines of the chart; where none has a reading nobody asked.
 * @param lastName what a gap that reaches the present is called.
 */
export function gapsOf(
  line: readonly GridValue[],
  others: readonly (readonly GridValue[])[],
  grid: Grid,
  lastName: string,
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
      gaps.push({ from, to, name: reachesNow ? lastName : nobodyAsked ? 'not asked' : 'unknown' });
    }
    from = null;
  }
  return gaps;
}
