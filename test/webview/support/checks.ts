import type { CheckResult } from '../../../src/core/checks/checkResult';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import { NOW_MS, verdict } from './build';
import { hundred, type StateName } from './states';

/** A check of an edge that arrived as a row, 25 s ago, unless said otherwise. */
export function checked(edgeId: string, change: Partial<CheckResult> = {}): CheckResult {
  return {
    edgeId,
    kind: 'row',
    outcome: 'arrived',
    arrivedMs: 12,
    startedAtMs: NOW_MS - 26_000,
    endedAtMs: NOW_MS - 25_000,
    limitMs: 10_000,
    verdict: null,
    failure: null,
    ...change,
  };
}

export function edgeChecks(results: readonly CheckResult[], isRunning = false): EdgeChecks {
  return { edgeId: results[0]?.edgeId ?? '', results, isRunning };
}

/** As many arrivals as give every figure, between `leastMs` and half as much again. */
function series(edgeId: string, leastMs: number): readonly CheckResult[] {
  return Array.from({ length: 24 }, (_, at) =>
    checked(edgeId, {
      arrivedMs: leastMs + (at * leastMs) / 48,
      endedAtMs: NOW_MS - 2_000 - (23 - at) * 10_000,
    }),
  );
}

/** Each edge of the state `healthy`: rows, one position for want of a sentinel, one for a reader that is no Postgres. */
export const CHECKED: readonly EdgeChecks[] = [
  edgeChecks(series('streaming/central-read', 12)),
  edgeChecks(series('streaming/central-archive', 38)),
  edgeChecks(series('logical/singularity/patterns_sub', 9)),
  edgeChecks(series('logical/genesis/job_stats_sub', 14)),
  edgeChecks([checked('logical/genesis/metrics_sub', { kind: 'marker', arrivedMs: 11 })]),
  edgeChecks([checked('consumer/electric', { kind: 'marker', arrivedMs: 210 })]),
];

const late = { outcome: 'notArrived', arrivedMs: null } as const;

/** Of the state `trouble`: two that did not arrive, one that could not be checked, one under way. */
export const CHECKED_IN_TROUBLE: readonly EdgeChecks[] = [
  edgeChecks([
    ...series('streaming/central-read', 12),
    checked('streaming/central-read', {
      ...late,
      verdict: verdict('notStreaming', 'error', 12),
    }),
  ]),
  edgeChecks([
    checked('streaming/central-archive', {
      outcome: 'notPossible',
      arrivedMs: null,
      failure: {
        reason: 'silent',
        text: 'central-archive did not answer within 5 s.',
        advice: 'A firewall may drop the packets.',
        sqlstate: null,
        serverMessage: null,
        endpoint: null,
        user: null,
      },
    }),
  ]),
  edgeChecks([
    checked('logical/singularity/patterns_sub', {
      ...late,
      verdict: verdict('stoppedByError', 'error', 248),
    }),
  ]),
  edgeChecks(series('logical/genesis/job_stats_sub', 14), true),
];

/** One relay's slot is lost; all others arrive. */
export const CHECKED_HUNDRED: readonly EdgeChecks[] = hundred.edges.map(({ id, verdict: known }) =>
  edgeChecks(
    known.health === 'healthy' ? series(id, 40) : [checked(id, { ...late, verdict: known })],
  ),
);

/** What was checked in a recorded state; in the others nothing was. */
export const RECORDED_CHECKS: Partial<Readonly<Record<StateName, readonly EdgeChecks[]>>> = {
  healthy: CHECKED,
  trouble: CHECKED_IN_TROUBLE,
  hundred: CHECKED_HUNDRED,
};
