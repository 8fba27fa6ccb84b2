import type { ApplyError } from './decoding/applyError';
import type { EdgeSnapshot } from './snapshot';

/** Why a subscription stopped, as its servers told when they were asked last. Holds what their logs say: keys of rows, too. */
export interface StopRecord {
  readonly edgeId: string;
  /** Epoch ms, our clock. */
  readonly readAtMs: number;
  /** `null` when the log may not be read, or says nothing. */
  readonly error: ApplyError | null;
  /** What the subscriber's tables lack: `public.jobs lacks added`. */
  readonly missing: readonly string[];
  /** What waits to be applied: `2 rows of public.jobs`; none when it could not be looked at. */
  readonly waits: readonly string[];
}

/** A stop is seen a few looks after it began; what was read in between is about it. */
const SEEN_WITHIN_MS = 60_000;

/** Whether an error keeps a subscription from going on. */
export function isStopped({ kind, verdict }: Pick<EdgeSnapshot, 'kind' | 'verdict'>): boolean {
  const { code } = verdict;
  return kind === 'logical' && (code === 'stoppedByError' || code === 'applyErrorLoop');
}

/** What was read of the stop that holds now; `null` when nothing was, or only of an earlier one. */
export function stopOf(records: readonly StopRecord[], edge: EdgeSnapshot): StopRecord | null {
  if (!isStopped(edge)) return null;
  const sinceMs = edge.verdict.sinceMs ?? 0;
  const record = records.find(({ edgeId }) => edgeId === edge.id);
  return record !== undefined && record.readAtMs >= sinceMs - SEEN_WITHIN_MS ? record : null;
}
