import { type Grid, type GridValue, valueAt } from './grid';

/** What a line says in words, for the table beside its chart. `null` is unknown. */
export interface Statistics {
  readonly median: number | null;
  readonly p95: number | null;
  readonly worst: number | null;
  /** For how long the value was unknown since the first reading. */
  readonly unknownForMs: number;
}

export function statisticsOf(values: readonly GridValue[], grid: Grid): Statistics {
  const known = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const first = values.findIndex((value) => typeof value === 'number');
  const gaps = first === -1 ? 0 : values.slice(first).filter((value) => value === null).length;
  return {
    median: quantile(known, 0.5),
    p95: quantile(known, 0.95),
    worst: known.at(-1) ?? null,
    unknownForMs: gaps * grid.stepMs,
  };
}

/** @param sorted ascending. @returns a value that occurs; `null` of nothing. */
export function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.floor(q * (sorted.length - 1))] ?? null;
}

/** One line out of many: at each time the quantile of those that are known then. */
export function foldLines(lines: readonly (readonly GridValue[])[], q: number): GridValue[] {
  const count = lines[0]?.length ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const known = lines
      .map((line) => valueAt(line, index))
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    return quantile(known, q);
  });
}
