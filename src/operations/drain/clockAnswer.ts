import type { Clock } from '../../core/ports/clock';
import { numberOf } from '../../core/queue/rowValues';

/** A server's answer that has its clock in it. */
export interface ClockAnswer {
  readonly row: Readonly<Record<string, unknown>>;
  /** Clock of the server less that of this machine, in milliseconds; wrong by half of `roundTripMs` at most. */
  readonly aheadMs: number;
  readonly roundTripMs: number;
}

/** An answer that took longer says too little of a clock, against a limit of two seconds for the skew. */
const LONG_MS = 500;
const MOST_TRIES = 3;

/**
 * Asks a server what time it is, beside what else it says. An answer that took long is asked for again, and the quickest counts: a machine
 * that was busy for a moment is not taken for one whose clock is wrong.
 * @param ask gives one row, with `clockUs`, microseconds since 1970
 * @throws what `ask` throws
 */
export async function askClock(
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>,
  ask: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<ClockAnswer> {
  let best: ClockAnswer | null = null;
  for (let tries = 1; ; tries += 1) {
    const askedAtMs = clock.nowMs();
    const beganMs = clock.monotonicMs();
    const row = await ask();
    const roundTripMs = clock.monotonicMs() - beganMs;
    const aheadMs = numberOf(row, 'clockUs') / 1000 - (askedAtMs + roundTripMs / 2);
    if (best === null || roundTripMs < best.roundTripMs) best = { row, aheadMs, roundTripMs };
    if (best.roundTripMs <= LONG_MS || tries === MOST_TRIES) return best;
  }
}
