import type { SlotFacts } from '../facts';
import type { SlotLimit } from '../snapshot';
import type { SlotReading, WalReading } from './memory';
import { spaced, walRateOver } from './walRate';

/** An estimate is told once its rate was seen for so long. */
const SEEN_FOR_MS = 60_000;
/** What takes longer is steady. */
const STEADY_MS = 48 * 3_600_000;

/** The limits of one slot: the server's goes first, since there data is lost. */
export interface SlotLimits {
  /** max_slot_wal_keep_size */
  readonly serverBytes: number | null;
  /** `thresholds.retainedWal` of the file */
  readonly fileBytes: number | null;
}

/** Adds one look at what a slot keeps. */
export function followSlot(
  past: readonly SlotReading[],
  slot: SlotFacts,
  retainedBytes: number | null,
  atMs: number,
): readonly SlotReading[] {
  if (retainedBytes === null || slot.restartLsn === null) return [];
  const last = past.at(-1);
  if (last !== undefined && atMs <= last.atMs) return past;
  const reading = { atMs, restart: slot.restartLsn, retainedBytes };
  // A slot that went back was made anew.
  return last !== undefined && reading.restart < last.restart ? [reading] : spaced(past, reading);
}

/**
 * How long until a slot reaches its limit, at the rate that was seen: that of the WAL for a slot that stands, that of what it keeps
 * for one that moves. @see SlotLimit
 * @returns `null` where there is no limit, or nothing is left to lose
 */
export function limitOf(
  slot: SlotFacts,
  retainedBytes: number | null,
  { serverBytes, fileBytes }: SlotLimits,
  series: { readonly slot: readonly SlotReading[]; readonly wal: readonly WalReading[] },
): SlotLimit | null {
  const limit =
    serverBytes === null
      ? fileBytes === null
        ? null
        : { by: 'file' as const, limitBytes: fileBytes, leftBytes: left(fileBytes, retainedBytes) }
      : {
          by: 'server' as const,
          limitBytes: serverBytes,
          leftBytes: leftOnServer(slot, serverBytes, retainedBytes),
        };
  if (limit === null) return null;
  return { ...limit, ...paceOf(limit.leftBytes, growthOf(slot, series)) };
}

/** The server counts in whole segments, and says what is left by that. */
function leftOnServer(slot: SlotFacts, limitBytes: number, kept: number | null): number | null {
  if (slot.walStatus === 'unreserved') return 0;
  return slot.safeWalBytes === null ? left(limitBytes, kept) : Math.max(0, slot.safeWalBytes);
}

function left(limitBytes: number, kept: number | null): number | null {
  return kept === null ? null : Math.max(0, limitBytes - kept);
}

function paceOf(leftBytes: number | null, growth: number | null): Pick<SlotLimit, 'pace' | 'ms'> {
  if (leftBytes === 0) return { pace: 'approaching', ms: 0 };
  if (leftBytes === null || growth === null) return { pace: 'unknown', ms: null };
  const ms = growth <= 0 ? Infinity : (leftBytes / growth) * 1_000;
  return ms > STEADY_MS
    ? { pace: 'steady', ms: null }
    : { pace: 'approaching', ms: Math.floor(ms) };
}

/** Bytes a second by which what it keeps grows; `null` until that was seen for a minute. */
function growthOf(
  slot: SlotFacts,
  series: { readonly slot: readonly SlotReading[]; readonly wal: readonly WalReading[] },
): number | null {
  const newest = series.slot.at(-1);
  const before = series.slot.findLast(
    ({ atMs }) => newest !== undefined && newest.atMs - atMs >= SEEN_FOR_MS,
  );
  // Nobody reads it: it stands from now on, whatever it did before.
  if (!slot.isActive) return walRateOver(series.wal, SEEN_FOR_MS);
  if (newest === undefined || before === undefined) return null;
  if (before.restart === newest.restart) return walRateOver(series.wal, SEEN_FOR_MS);
  return growthOfMoving(series.slot);
}

/**
 * A slot that is read moves in steps, so that what it keeps goes up and down: only how its lowest points grow is growth.
 */
function growthOfMoving(series: readonly SlotReading[]): number | null {
  const first = series[0];
  const last = series.at(-1);
  if (first === undefined || last === undefined) return null;
  const middleMs = (first.atMs + last.atMs) / 2;
  const early = lowest(series.filter(({ atMs }) => atMs < middleMs));
  const late = lowest(series.filter(({ atMs }) => atMs >= middleMs));
  if (early === null || late === null || late.atMs <= early.atMs) return null;
  const grown = late.retainedBytes - early.retainedBytes;
  return Math.round((grown * 1_000) / (late.atMs - early.atMs));
}

function lowest(readings: readonly SlotReading[]): SlotReading | null {
  let found: SlotReading | null = null;
  for (const reading of readings) {
    if (found === null || reading.retainedBytes <= found.retainedBytes) found = reading;
  }
  return found;
}
