import type { FailureFacts } from '../failure';
import type { Verdict } from '../snapshot';

/**
 * `row`: a token in a table that is replicated, read again downstream. `marker`: a WAL message whose position the
 * downstream passed; proves transport and position, not that a table's rows are published. Never shown as the same thing.
 */
export type CheckKind = 'row' | 'marker';

/**
 * `arrived`: seen downstream, `arrivedMs` says when. `notArrived`: not within the limit, and never a number.
 * `notPossible`: nothing was proven, since the check itself failed. `cancelled`: the user stopped it.
 */
export type CheckOutcome = 'arrived' | 'notArrived' | 'notPossible' | 'cancelled';

/** What one check of one edge came to. */
export interface CheckResult {
  /** As in the snapshot: `streaming/central-read`, `logical/genesis/metrics_sub`, `consumer/electric`. */
  readonly edgeId: string;
  readonly kind: CheckKind;
  readonly outcome: CheckOutcome;
  /** From commit upstream to visible downstream, by our monotonic clock, less half the measured round trip; only when `arrived`. */
  readonly arrivedMs: number | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** How long it waited at most. */
  readonly limitMs: number;
  /** What `expect.arrivesWithin` of the edge allowed; absent without a budget. */
  readonly budgetMs?: number;
  /** The edge's verdict when it had not arrived: why, as far as the monitor knows; `null` otherwise. */
  readonly verdict: Verdict | null;
  /** Why it was not possible; `null` otherwise. */
  readonly failure: FailureFacts | null;
  /** Finished sentence: why a marker was used though a sentinel table is there; absent otherwise. */
  readonly note?: string;
}

/** Whether it arrived and was slower than the file allows: a failed check, although nothing is lost. */
export function isLate({
  outcome,
  arrivedMs,
  budgetMs,
}: Pick<CheckResult, 'outcome' | 'arrivedMs' | 'budgetMs'>): boolean {
  return (
    outcome === 'arrived' && arrivedMs !== null && budgetMs !== undefined && arrivedMs > budgetMs
  );
}

/** Whether it passed: it arrived, and within its budget where it has one. */
export function isWithinBudget(
  result: Pick<CheckResult, 'outcome' | 'arrivedMs' | 'budgetMs'>,
): boolean {
  return result.outcome === 'arrived' && !isLate(result);
}

/** The waiting time of a check; after it "not within 10 s". A larger budget is waited for to its end. */
export const CHECK_LIMIT_MS = 10_000;
