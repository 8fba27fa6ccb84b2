import type { CheckResult } from './checkResult';

/** Below this many arrivals a median says nothing that the last result does not. */
const LEAST_FOR_MEDIAN = 5;
/** …the slowest twentieth is no share at all… */
const LEAST_FOR_P95 = 20;
/** …and the slowest hundredth is one of a hundred. */
const LEAST_FOR_P99 = 100;

/** How long the last checks of an edge took. Milliseconds; `null` until there are enough arrivals to say it. */
export interface Latencies {
  /** Checks that ended in some result. */
  readonly checks: number;
  /** Those that arrived, in time or late. */
  readonly arrivals: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** Of what did not arrive there is no time, so percentiles are those of the arrivals alone: `arrivals` of `checks` belongs beside them. */
export function latenciesOf(
  results: readonly Pick<CheckResult, 'outcome' | 'arrivedMs'>[],
): Latencies {
  const ended = results.filter(({ outcome }) => outcome !== 'cancelled');
  const arrived = ended
    .flatMap(({ outcome, arrivedMs }) =>
      outcome === 'arrived' && arrivedMs !== null ? [arrivedMs] : [],
    )
    .sort((a, b) => a - b);
  const share = (part: number, least: number): number | null =>
    arrived.length < least ? null : (arrived[Math.ceil(arrived.length * part) - 1] ?? null);
  return {
    checks: ended.length,
    arrivals: arrived.length,
    medianMs: share(0.5, LEAST_FOR_MEDIAN),
    p95Ms: share(0.95, LEAST_FOR_P95),
    p99Ms: share(0.99, LEAST_FOR_P99),
  };
}
