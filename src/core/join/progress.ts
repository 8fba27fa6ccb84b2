import type { EdgeMemory, Reading, Standstill } from './memory';

const READINGS_KEPT = 12;
/** A refresh by hand may follow a poll at once; two looks that close show no movement even where there is some. */
const SHORTEST_STEP_MS = 500;
/** A position that stands for fewer looks may only have been looked at between two messages. */
const STUCK_AFTER_LOOKS = 3;
const STUCK_AFTER_MS = 5_000;
const RISING_AFTER_LOOKS = 5;
const RISING_AFTER_MS = 20_000;
/** Growth below this is ordinary traffic between two looks. */
const RISING_BYTES = 1024 * 1024;

export interface Progress {
  readonly readings: readonly Reading[];
  readonly standstill: Standstill | null;
  /** The position was the same a moment ago. */
  readonly isStill: boolean;
  /** Bytes waited at every look, for several looks, and the position did not move. */
  readonly isStuck: boolean;
  readonly isFalling: boolean;
  /** Grew with every look for a while: the downstream is slower than its source. */
  readonly isRising: boolean;
}

/**
 * Adds one look to what is remembered of an edge and says what the series shows. A look with the time of the last one is the
 * same answer joined again, and changes nothing.
 * @param stuckAfterMs raised for readers that confirm rarely by habit.
 */
export function followProgress(
  past: EdgeMemory,
  look: Reading,
  stuckAfterMs: number = STUCK_AFTER_MS,
): Progress {
  const last = past.readings.at(-1);
  const isNew = last === undefined || look.atMs > last.atMs;
  const readings = isNew ? [...past.readings, look].slice(-READINGS_KEPT) : past.readings;
  const newest = readings.at(-1) ?? look;
  const standstill = isNew ? stand(past.standstill, last, newest) : past.standstill;
  const before = readings.findLast((reading) => newest.atMs - reading.atMs >= SHORTEST_STEP_MS);
  return {
    readings,
    standstill,
    isStill: before?.position === newest.position,
    isStuck:
      standstill !== null &&
      standstill.looks >= STUCK_AFTER_LOOKS &&
      newest.atMs - standstill.sinceMs >= stuckAfterMs,
    isFalling: before !== undefined && newest.bytes < before.bytes,
    isRising: isRising(readings),
  };
}

function stand(
  past: Standstill | null,
  last: Reading | undefined,
  newest: Reading,
): Standstill | null {
  if (newest.bytes === 0) return null;
  const hasStood = past !== null && last !== undefined && !hasMoved(last, newest);
  return hasStood
    ? { sinceMs: past.sinceMs, looks: past.looks + 1 }
    : { sinceMs: newest.atMs, looks: 1 };
}

function hasMoved(from: Reading, to: Reading): boolean {
  return from.position !== to.position || from.received !== to.received;
}

function isRising(readings: readonly Reading[]): boolean {
  let oldest = readings.at(-1);
  const newest = oldest;
  let looks = 1;
  for (const reading of readings.slice(0, -1).toReversed()) {
    if (oldest === undefined || reading.bytes >= oldest.bytes) break;
    oldest = reading;
    looks += 1;
  }
  if (oldest === undefined || newest === undefined || looks < RISING_AFTER_LOOKS) return false;
  return (
    newest.atMs - oldest.atMs >= RISING_AFTER_MS && newest.bytes - oldest.bytes >= RISING_BYTES
  );
}

/** What the next join has to remember of the series. */
export function rememberProgress(past: EdgeMemory, progress: Progress | null): EdgeMemory {
  if (progress === null) return past;
  const { readings, standstill } = progress;
  return { ...past, readings, standstill };
}

/** Since when nothing has moved while bytes wait, as part of a verdict; empty while that is not known. */
export function standingSince(progress: Progress | null): { sinceMs?: number } {
  const standstill = progress?.standstill ?? null;
  return standstill === null ? {} : { sinceMs: standstill.sinceMs };
}
