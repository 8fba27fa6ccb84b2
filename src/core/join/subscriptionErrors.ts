import type { SlotFacts, SubscriptionFacts } from '../facts';
import type { Absence, SubscriptionMemory } from './memory';

/** Default of wal_retrieve_retry_interval: a worker that fails is started again after this. */
const RETRY_MS = 5_000;
/** With retries every 5 s two looks may both see no rise; three retries without one mean that it is over. */
const RISE_STANDS_MS = 3 * RETRY_MS;
const RISES_KEPT_MS = 60_000;
/** Longer than one retry: a worker that comes back after its publisher restarted is no loop. */
const ABSENT_FOR_MS = RETRY_MS + 2_000;

export interface ErrorFinding {
  readonly memory: SubscriptionMemory;
  /** The worker fails, is started again and fails: no data arrives though the subscription is enabled. */
  readonly isLooping: boolean;
  /** Errors counted in the last minute; `null` before 15, where nothing counts them. */
  readonly retries: number | null;
  /** Errors rose since the subscription was last seen enabled, or, when it never was, there are some. */
  readonly hasFailed: boolean;
}

/**
 * Follows the error counters of one subscription (pg_stat_subscription_stats, 15 and newer), or before 15 the absence of its worker.
 * One step is no loop: stopping the publisher counts one error.
 * @param slot as the publisher shows it; `null` while that was not read. An absent worker is the subscriber's doing only while it shows no reader.
 */
export function followErrors(
  past: SubscriptionMemory | null,
  facts: SubscriptionFacts,
  atMs: number,
  pollIntervalMs: number,
  slot: SlotFacts | null,
): ErrorFinding {
  const memory = addLook(past, facts, atMs, pollIntervalMs, slot);
  const { errors } = memory;
  const isFailing =
    errors === null ? hasNoWorkerFor(memory) : isRising(memory, atMs, pollIntervalMs);
  return {
    memory,
    isLooping: facts.isEnabled && isFailing && !hasMovedOn(memory, facts, slot),
    retries: errors === null ? null : memory.rises.reduce((sum, rise) => sum + rise.by, 0),
    hasFailed: memory.hasFailed,
  };
}

function addLook(
  past: SubscriptionMemory | null,
  facts: SubscriptionFacts,
  atMs: number,
  pollIntervalMs: number,
  slot: SlotFacts | null,
): SubscriptionMemory {
  const { applyErrorCount, syncErrorCount } = facts;
  const errors = applyErrorCount === null ? null : applyErrorCount + (syncErrorCount ?? 0);
  const by = errors === null ? 0 : Math.max(0, errors - (past?.errors ?? errors));
  const keptMs = Math.max(RISES_KEPT_MS, 3 * pollIntervalMs);
  const base = facts.isEnabled ? errors : (past?.errorsWhileEnabled ?? null);
  const kept = (past?.rises ?? []).filter((rise) => atMs - rise.atMs <= keptMs);
  const isAbsent = facts.isEnabled && facts.workerPid === null && slot?.isActive === false;
  const rises = by > 0 ? [...kept, { atMs, by }] : kept;
  const sinceRiseMs = atMs - (rises.at(-1)?.atMs ?? -Infinity);
  // The counter may be seen just before the subscription is seen disabled, or just after.
  const isByError =
    errors !== null &&
    (base === null ? errors > 0 : errors > base || isRecent(sinceRiseMs, pollIntervalMs));
  const hasFailedNow = by > 0 || (errors === null && isAbsent);
  return {
    errors,
    syncErrors: syncErrorCount,
    errorsWhileEnabled: base,
    hasFailed: !facts.isEnabled && ((past?.hasFailed ?? false) || isByError),
    rises,
    absence: followAbsence(past?.absence ?? null, isAbsent, atMs),
    // While tables fail to copy, the others go on: only the apply worker's own failures hold the slot where it is.
    confirmedAtFailure:
      hasFailedNow && syncErrorCount === (past?.syncErrors ?? syncErrorCount)
        ? (slot?.confirmedFlushLsn ?? null)
        : hasFailedNow
          ? null
          : (past?.confirmedAtFailure ?? null),
  };
}

function followAbsence(past: Absence | null, isAbsent: boolean, atMs: number): Absence | null {
  if (isAbsent) return { sinceMs: past?.sinceMs ?? atMs, lastAtMs: atMs };
  // Between two retries the worker is there for a moment; only when it stays is it back.
  return past === null || atMs - past.lastAtMs >= ABSENT_FOR_MS ? null : past;
}

/** The worker is there and has confirmed more than when it failed last: that is over. */
function hasMovedOn(
  memory: SubscriptionMemory,
  facts: SubscriptionFacts,
  slot: SlotFacts | null,
): boolean {
  const { confirmedAtFailure } = memory;
  const confirmed = slot?.confirmedFlushLsn ?? null;
  if (facts.workerPid === null || confirmedAtFailure === null || confirmed === null) return false;
  return confirmed > confirmedAtFailure;
}

function isRising(memory: SubscriptionMemory, atMs: number, pollIntervalMs: number): boolean {
  const last = memory.rises.at(-1);
  if (last === undefined) return false;
  const total = memory.rises.reduce((sum, rise) => sum + rise.by, 0);
  return total >= 2 && isRecent(atMs - last.atMs, pollIntervalMs);
}

function isRecent(sinceRiseMs: number, pollIntervalMs: number): boolean {
  return sinceRiseMs <= Math.max(RISE_STANDS_MS, 2 * pollIntervalMs);
}

function hasNoWorkerFor(memory: SubscriptionMemory): boolean {
  const { absence } = memory;
  return absence !== null && absence.lastAtMs - absence.sinceMs >= ABSENT_FOR_MS;
}
