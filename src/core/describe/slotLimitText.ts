import { formatBytes, formatBytesOf, formatEstimate } from '../format';
import { say } from '../say';
import type { SlotSnapshot } from '../snapshot';

type Limited = Pick<SlotSnapshot, 'retainedWalBytes' | 'limitBytes' | 'toLimit'>;

/** For the row of a slot near its limit: `9.1 of 10 GB`, then `about 13 min`. Either is `null` where it is not known. */
export function nearLimitWords(slot: Limited): {
  readonly size: string | null;
  readonly time: string | null;
} {
  const { retainedWalBytes: kept, toLimit } = slot;
  const limit = toLimit?.limitBytes ?? slot.limitBytes;
  const size = kept === null || limit === null ? null : formatBytesOf(kept, limit);
  return { size, time: timeToLimit(slot) };
}

/** `about 13 min` while the limit comes nearer; `null` when it does not, or nothing is known of its pace. */
export function timeToLimit({ toLimit }: Pick<Limited, 'toLimit'>): string | null {
  if (toLimit?.pace !== 'approaching' || toLimit.ms === null) return null;
  return toLimit.leftBytes !== null && toLimit.leftBytes <= 0 ? null : formatEstimate(toLimit.ms);
}

/** What becomes of a slot in time, in a sentence without its end: `about 13 min, then WAL that it needs is removed`. */
export function limitOutlook({ limitBytes, leftBytes, pace, ms, by }: SlotLimit): string {
  const limit = formatBytes(limitBytes);
  if (leftBytes !== null && leftBytes <= 0) {
    return by === 'server'
      ? say`none: it keeps more than ${limit}, and the next checkpoint may lose it`
      : say`none: it keeps more than ${limit}`;
  }
  if (pace === 'unknown') return say`unknown: the rate was not seen for a minute yet`;
  if (pace === 'steady' || ms === null) return say`steady below ${limit}`;
  const end =
    by === 'server' ? say`then WAL that it needs is removed` : say`until it keeps ${limit}`;
  return by === 'server' ? `${formatEstimate(ms)}, ${end}` : `${formatEstimate(ms)} ${end}`;
}

type SlotLimit = NonNullable<SlotSnapshot['toLimit']>;
