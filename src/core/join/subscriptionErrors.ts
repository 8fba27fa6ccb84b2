import type { SubscriptionFacts } from '../facts';
import type { SubscriptionMemory } from './memory';

/** Default of wal_retrieve_retry_interval: a worker that fails is started again after this. */
const RETRY_MS = 5_000;
/** With retries every 5 s two looks may both see no rise; three retries without one mean that it is over. */
const RISE_STANDS_MS = 3 * RETRY_MS;
const RISES_KEPT_MS = 60_000;
/** Longer than one retry: a worker that comes back after its publisher restarted is no loop. */
const ABSENT_FOR_MS = RETRY_MS + 2_000;
const ABSENT_LOOKS = 2;

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
 * @param isPublisherReading true while the publisher was read and the slot has no reader, so that an absent worker is the subscriber's doing.
 */
export function followErrors(
  past: SubscriptionMemory | null,
  facts: SubscriptionFacts,
  atMs: number,
  pollIntervalMs: number,
  isPublisherReading: boolean,
): ErrorFinding {
  const memory =
    past?.lookedAtMs === atMs
      ? past
      : addLook(past, facts, atMs, pollIntervalMs, isPublisherReading);
  const errors = memory.errors;
  const base = memory.errorsWhileEnabled;
  return {
    memory,
    isLooping:
      facts.isEnabled &&
      (errors === null ? hasNoWorkerFor(memory) : isRising(memory, atMs, pollIntervalMs)),
    retries: errors === null ? null : memory.rises.reduce((sum, rise) => sum + rise.by, 0),
    hasFailed: errors !== null && (base === null ? errors > 0 : errors > base),
  };
}

function addLook(
  past: SubscriptionMemory | null,
  facts: SubscriptionFacts,
  atMs: number,
  pollIntervalMs: number,
  isPublisherReading: boolean,
): SubscriptionMemory {
  const errors =
    facts.applyErrorCount === null ? null : facts.applyErrorCount + (facts.syncErrorCount ?? 0);
  const by = errors === null ? 0 : Math.max(0, errors - (past?.errors ?? errors));
  const keptMs = Math.max(RISES_KEPT_MS, 3 * pollIntervalMs);
  const kept = (past?.rises ?? []).filter((rise) => atMs - rise.atMs <= keptMs);
  const isAbsent = facts.isEnabled && facts.workerPid === null && isPublisherReading;
  const presentLooks = isAbsent ? 0 : (past?.presentLooks ?? 0) + 1;
  // Between two retries the worker is there for a moment; two looks in a row mean that it stays.
  const absentBefore = presentLooks >= 2 ? [] : (past?.absentAtMs ?? []);
  return {
    lookedAtMs: atMs,
    errors,
    errorsWhileEnabled: facts.isEnabled ? errors : (past?.errorsWhileEnabled ?? null),
    rises: by > 0 ? [...kept, { atMs, by }] : kept,
    absentAtMs: isAbsent ? [...absentBefore.slice(-9), atMs] : absentBefore,
    presentLooks,
  };
}

function isRising(memory: SubscriptionMemory, atMs: number, pollIntervalMs: number): boolean {
  const last = memory.rises.at(-1);
  if (last === undefined) return false;
  const total = memory.rises.reduce((sum, rise) => sum + rise.by, 0);
  return total >= 2 && atMs - last.atMs <= Math.max(RISE_STANDS_MS, 2 * pollIntervalMs);
}

function hasNoWorkerFor(memory: SubscriptionMemory): boolean {
  const [first] = memory.absentAtMs;
  const last = memory.absentAtMs.at(-1);
  if (first === undefined || last === undefined) return false;
  return memory.absentAtMs.length >= ABSENT_LOOKS && last - first >= ABSENT_FOR_MS;
}
