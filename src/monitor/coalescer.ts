import type { Clock } from '../core/ports/clock';

/** Answers that arrive together make one run. */
const SETTLE_MS = 5;
const LEAST_GAP_MS = 50;
/** Runs may take a fiftieth of the time at most: a picture of 500 nodes is made less often than one of four. */
const COST_FACTOR = 50;

/** Turns many requests into few runs: a moment after the first, and never closer than 50 ms or 50 times what a run costs. */
export class Coalescer {
  private cancel: (() => void) | null = null;
  private nextAllowedMs = Number.NEGATIVE_INFINITY;
  private isDisposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly run: () => void,
  ) {}

  request(): void {
    if (this.cancel !== null || this.isDisposed) return;
    const delayMs = Math.max(SETTLE_MS, this.nextAllowedMs - this.clock.monotonicMs());
    this.cancel = this.clock.schedule(delayMs, () => this.flush());
  }

  /** Runs now if a run was requested. */
  flush(): void {
    if (this.cancel === null) return;
    this.cancel();
    this.cancel = null;
    const startedMs = this.clock.monotonicMs();
    this.run();
    const endedMs = this.clock.monotonicMs();
    this.nextAllowedMs = endedMs + Math.max(LEAST_GAP_MS, (endedMs - startedMs) * COST_FACTOR);
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancel?.();
    this.cancel = null;
  }
}
