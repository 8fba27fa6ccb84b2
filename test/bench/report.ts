/** One measured figure. */
export interface Figure {
  /** Id of the target: `P1`. */
  readonly bench: string;
  readonly case: string;
  readonly value: number | string;
  readonly unit: string;
  /** What the target is about, against a floor measured in the same run; `null` where the value itself is. */
  readonly ratio: number | null;
  /** In words: `≤ 2`. `null` for a figure that is only for scale. */
  readonly target: string | null;
  /** `null` without a target. */
  readonly ok: boolean | null;
}

/** Prints a figure as one line of JSON, at once. The table at the end is made from these lines. */
export function report(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

/** A figure whose value must not exceed a limit. */
export function reportAtMost(
  where: Pick<Figure, 'bench' | 'case' | 'unit'>,
  value: number,
  limit: number,
): void {
  report({ ...where, value: round(value), ratio: null, target: `≤ ${limit}`, ok: value <= limit });
}

/** A figure that must be exactly this. */
export function reportExactly(
  where: Pick<Figure, 'bench' | 'case' | 'unit'>,
  value: number,
  wanted: number,
): void {
  report({
    ...where,
    value: round(value),
    ratio: null,
    target: `= ${wanted}`,
    ok: value === wanted,
  });
}

/** A figure whose ratio to a floor must not exceed a limit. */
export function reportRatio(
  where: Pick<Figure, 'bench' | 'case' | 'unit'>,
  value: number,
  floor: number,
  limit: number,
): void {
  const ratio = value / floor;
  report({
    ...where,
    value: round(value),
    ratio: round(ratio),
    target: `≤ ${limit} × floor`,
    ok: ratio <= limit,
  });
}

/** A figure only for scale. */
export function reportPlain(where: Pick<Figure, 'bench' | 'case' | 'unit'>, value: number): void {
  report({ ...where, value: round(value), ratio: null, target: null, ok: null });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
