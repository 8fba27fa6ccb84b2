import type { Measure } from '../snapshot';
import type { Thresholds } from '../topology';
import type { VerdictDraft } from './draft';
import { standingSince, type Progress } from './progress';

/** What a sender row, or a slot with its sender, says of one downstream. */
export interface LagReading {
  /** `null` when a position is not known. */
  readonly bytes: number | null;
  /** replay_lag as shown; the server keeps showing the last value while nothing is confirmed. */
  readonly replayLagMs: number | null;
  readonly senderState: string | null;
}

/**
 * The lag that may be said now, by the rules for replay_lag: NULL at equal positions is 0; NULL with bytes waiting is unknown; and a
 * value from before the position stopped moving is history, not lag.
 */
export function measureLag(
  reading: LagReading,
  progress: Progress | null,
  thresholds: Thresholds,
): Measure {
  const { bytes, replayLagMs } = reading;
  if (bytes === null) return { lagMs: null, lagBytes: null };
  const isStill = progress?.isStill ?? false;
  if (bytes > 0) return { lagMs: isStill ? null : replayLagMs, lagBytes: bytes };
  // Nothing waits: a late value is that of the catching up that just ended.
  const isHistory = replayLagMs === null || isStill || replayLagMs >= thresholds.lagWarningMs;
  return { lagMs: isHistory ? 0 : replayLagMs, lagBytes: 0 };
}

/** Says how an edge that runs is doing: catching up, lagging, stuck, idle or streaming. */
export function judgeMeasure(
  measure: Measure,
  reading: LagReading,
  progress: Progress | null,
  thresholds: Thresholds,
): VerdictDraft {
  if (measure.lagBytes === null) return { code: 'unknown' };
  if (measure.lagBytes === 0) return { code: measure.lagMs === 0 ? 'idle' : 'streaming' };
  if (progress?.isStuck === true) return { code: 'stuck', ...standingSince(progress) };
  // Also with an outdated value: the lag is at least that, while bytes wait.
  const isLate = (reading.replayLagMs ?? 0) >= thresholds.lagWarningMs;
  const isCatchingUp = reading.senderState === 'catchup';
  const isRising = progress?.isRising ?? false;
  if ((isLate || isCatchingUp) && progress?.isFalling === true) return { code: 'catchingUp' };
  if (isCatchingUp && !isRising) return { code: 'catchingUp' };
  if (!isLate && !isRising) return { code: 'streaming' };
  const isCritical = (reading.replayLagMs ?? 0) >= thresholds.lagCriticalMs;
  return { code: 'lagging', health: isCritical ? 'error' : 'warning' };
}
