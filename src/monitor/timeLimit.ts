import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';

/** Waits, or less when cancelled. Leaves no timer and no listener behind. */
export function waitFor(clock: Clock, delayMs: number, signal: CancelSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return Promise.resolve();
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

/**
 * Waits for work to end, but not for ever. The work goes on when the limit passes.
 * @returns true when it ended, well or not, within the limit.
 */
export function endsWithin(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(limitMs, () => resolve(false));
    const end = (): void => {
      cancel();
      resolve(true);
    };
    work.then(end, end);
  });
}
