import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';

/** Waits, but no longer than until the signal is given. */
export function pause(
  clock: Pick<Clock, 'schedule'>,
  delayMs: number,
  signal: CancelSignal,
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(delayMs, end);
    signal.addEventListener('abort', end);
  });
}

const FIRST_MS = 50;
const CAP_MS = 1_000;
const GROWTH = 1.6;

/** What became of asking again and again. */
export type PollEnd = 'true' | 'timeUp' | 'cancelled';

/**
 * Asks until the answer is true, in growing distances, so that what is quick is seen quickly and what is slow costs little.
 * Asks at least once. Rejects as `ask` does.
 */
export async function pollUntil(
  ask: () => Promise<boolean>,
  limitMs: number,
  clock: Clock,
  signal: CancelSignal,
): Promise<PollEnd> {
  const endMs = clock.monotonicMs() + limitMs;
  for (let delayMs = FIRST_MS; ; delayMs = Math.min(CAP_MS, delayMs * GROWTH)) {
    if (signal.aborted) return 'cancelled';
    if (await ask()) return 'true';
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs <= 0) return 'timeUp';
    await pause(clock, Math.min(delayMs, leftMs), signal);
  }
}

/** Lets something be done at most so often, the first time at once. */
export class Pace {
  #lastMs = -Infinity;

  constructor(
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly everyMs: number,
  ) {}

  isDue(): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#lastMs < this.everyMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
