import { lagBytesBetween, type Lsn } from '../lsn';
import type { WalReading } from './memory';
import { endOfWal, type NodeView } from './scene';

/** A rate that a person is shown is that of the last minute, seen for a part of it. */
const SHOWN_OVER_MS = 60_000;
const SHOWN_FROM_MS = 10_000;
/** What lies further back says nothing of now. */
const KEPT_MS = 180_000;
/** Readings that are closer replace one another, so that few are kept however often a node is asked. */
const SPACING_MS = 5_000;

/**
 * Adds one look at where a node's WAL ends, written or on a standby received. A position that went back is another server, or a
 * standby that was cloned again: the past is not its past.
 */
export function followWal(past: readonly WalReading[], view: NodeView): readonly WalReading[] {
  const end = view.fast === null ? null : endOfWal(view.fast);
  if (end === null) return past;
  const last = past.at(-1);
  if (last !== undefined && view.atMs <= last.atMs) return past;
  const reading = { atMs: view.atMs, end };
  return last !== undefined && end < last.end ? [reading] : spaced(past, reading);
}

/** The series with one more reading, thinned and bounded. */
export function spaced<Reading extends { readonly atMs: number }>(
  past: readonly Reading[],
  reading: Reading,
): readonly Reading[] {
  const before = past.at(-2);
  const last = past.at(-1);
  const isClose =
    before !== undefined && last !== undefined && last.atMs - before.atMs < SPACING_MS;
  const kept = (isClose ? past.slice(0, -1) : past).filter(
    ({ atMs }) => reading.atMs - atMs <= KEPT_MS,
  );
  return [...kept, reading];
}

/** Bytes a second over the last minute; `null` until it was seen for 10 s. */
export function shownWalRate(series: readonly WalReading[], view: NodeView): number | null {
  if (view.fast === null) return null;
  const newest = series.at(-1);
  const oldest = series.find(
    (reading) => newest !== undefined && newest.atMs - reading.atMs <= SHOWN_OVER_MS,
  );
  return rateBetween(oldest, newest, SHOWN_FROM_MS);
}

/** Bytes a second over at least `fromMs`, as late as possible; `null` where it was not seen for so long. */
export function walRateOver(series: readonly WalReading[], fromMs: number): number | null {
  const newest = series.at(-1);
  if (newest === undefined) return null;
  const oldest = series.findLast(({ atMs }) => newest.atMs - atMs >= fromMs);
  return rateBetween(oldest, newest, fromMs);
}

function rateBetween(
  oldest: WalReading | undefined,
  newest: WalReading | undefined,
  fromMs: number,
): number | null {
  if (oldest === undefined || newest === undefined) return null;
  const spanMs = newest.atMs - oldest.atMs;
  const written = bytesBetween(newest.end, oldest.end);
  return spanMs < fromMs || spanMs <= 0 ? null : Math.round((written * 1_000) / spanMs);
}

function bytesBetween(ahead: Lsn, behind: Lsn): number {
  return lagBytesBetween(ahead, behind) ?? 0;
}
