import type { Grid, GridValue } from './grid';

/** What a line says in words, for the table beside its chart. `null` is unknown. */
export interface Statistics {
  readonly median: number | null;
  readonly p95: number | null;
  /** `null` also where too little was measured for it. */
  readonly p99: number | null;
  readonly worst: number | null;
  /** For how long the value was unknown since the first reading. */
  readonly unknownForMs: number;
  /** Checks that did not arrive within their limit; `null` for what is no check. */
  readonly late: number | null;
}

export function statisticsOf(values: readonly GridValue[], grid: Grid): Statistics {
  const known = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const first = values.findIndex((value) => typeof value === 'number');
  const gaps = first === -1 ? 0 : values.slice(first).filter((value) => value === null).length;
  return {
    median: quantile(known, 0.5),
    p95: quantile(known, 0.95),
    p99: null,
    worst: known.at(-1) ?? null,
    unknownForMs: gaps * grid.stepMs,
    late: null,
  };
}

/** Below so many arrivals a share says nothing that the worst does not. */
const LEAST = { median: 5, p95: 20, p99: 100 } as const;

/** Of checks: shares of those that arrived, each a time that was measured. Late ones are counted, never reckoned in. */
export function latencyStatistics(
  arrived: readonly (number | null)[],
  late: readonly (number | null)[],
): Statistics {
  const known = arrived.filter((value) => value !== null).sort((a, b) => a - b);
  const share = (least: number, q: number): number | null =>
    known.length < least ? null : (known[Math.ceil(known.length * q) - 1] ?? null);
  return {
    median: share(LEAST.median, 0.5),
    p95: share(LEAST.p95, 0.95),
    p99: share(LEAST.p99, 0.99),
    worst: known.at(-1) ?? null,
    unknownForMs: 0,
    late: late.filter((value) => value !== null).length,
  };
}

/** @param sorted ascending. @returns a value that occurs; `null` of nothing. */
export function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.floor(q * (sorted.length - 1))] ?? null;
}

/** With more lines than this, p95 and median are taken at every third step alone. */
const MANY_LINES = 64;

/**
 * A few lines out of many: at each time the quantiles of those that are known then. The largest is taken at every step, so
 * that no peak is lost; other quantiles of many lines hardly move from step to step, and sorting is what costs.
 * @param begin number of the first step, so that steps which move along keep what was taken at them
 * @returns one line for each of `quantiles`.
 */
export function foldLines(
  lines: readonly (readonly GridValue[])[],
  quantiles: readonly number[],
  begin = 0,
): GridValue[][] {
  const count = lines[0]?.length ?? 0;
  const stride = lines.length > MANY_LINES ? 3 : 1;
  const folded = quantiles.map(() => new Array<GridValue>(count).fill(null));
  // What each line stood at, carried on over `undefined`; NaN is unknown.
  const standing = new Float64Array(lines.length).fill(Number.NaN);
  const known = new Float64Array(lines.length);
  for (let index = 0; index < count; index += 1) {
    let size = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < lines.length; at += 1) {
      const value = lines[at]?.[index];
      if (value !== undefined) standing[at] = value ?? Number.NaN;
      const now = standing[at] ?? Number.NaN;
      if (Number.isNaN(now)) continue;
      known[size++] = now;
      if (now > largest) largest = now;
    }
    if (size === 0) continue;
    const isSorted = (begin + index) % stride === 0 || index === count - 1;
    if (isSorted) known.subarray(0, size).sort();
    quantiles.forEach((q, at) => {
      const line = folded[at];
      if (line === undefined) return;
      if (q === 1) line[index] = largest;
      else line[index] = isSorted ? known[Math.floor(q * (size - 1))] : undefined;
    });
  }
  return folded;
}
