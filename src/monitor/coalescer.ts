import type { Clock } from '../core/ports/clock';

/** Answers that arrive together make one run; the dearer a run is, the longer others are waited for. */
const SETTLE_MS = 5;
const SETTLE_LIMIT_MS = 1_000;
const SETTLE_FACTOR = 30;
const LEAST_GAP_MS = 50;
/** Runs may take a fiftieth of the time at most: a picture of 500 nodes is made less often than one of four. */
const GAP_FACTOR = 50;
/** One run that was slow, because the machine was, must not silence the next ones. */
const GAP_LIMIT_MS = 2_000;

/** Turns many requests into few runs: a moment after the first, and never closer than 50 ms or 50 times what a run costs. */
export class Coalescer {
  private costMs = 0;
  private cancel: (() => void) | null = null;
  private nextAllowedMs = Number.NEGATIVE_INFINITY;
  private isDisposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly run: () => void,
  ) {}

  request(): void {
    if (this.cancel !== null || this.isDisposed) return;
    const settleMs = Math.min(SETTLE_LIMIT_MS, this.costMs * SETTLE_FACTOR);
    const gapMs = this.nextAllowedMs - this.clock.monotonicMs();
    const delayMs = Math.max(SETTLE_MS, settleMs, gapMs);
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
    this.costMs = endedMs - startedMs;
    const gapMs = Math.min(GAP_LIMIT_MS, this.costMs * GAP_FACTOR);
    this.nextAllowedMs = endedMs + Math.max(LEAST_GAP_MS, gapMs);
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancel?.();
    this.cancel = null;
  }
}
