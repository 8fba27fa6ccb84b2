import type { Clock } from '../../../src/core/ports/clock';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Timer>();
  private monotonic = 1_000;
  private epochOffset = 1_700_000_000_000;

  nowMs(): number {
    return this.epochOffset + this.monotonic;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.monotonic + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Timers that have not run and were not cancelled. */
  get pending(): number {
    return this.timers.size;
  }

  /** Milliseconds until the next timer; `null` without one. */
  get nextInMs(): number | null {
    const next = this.next();
    return next === null ? null : next.atMs - this.monotonic;
  }

  /** Moves time on, running every timer at its moment and everything that follows from it. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.monotonic + byMs;
    await settled();
    for (;;) {
      const next = this.next();
      if (next === null || next.atMs > endMs) break;
      this.monotonic = Math.max(this.monotonic, next.atMs);
      this.timers.delete(next);
      next.run();
      await settled();
    }
    this.monotonic = Math.max(this.monotonic, endMs);
  }

  /** Something computes for so long; timers that come due meanwhile run late. */
  work(forMs: number): void {
    this.monotonic += forMs;
  }

  /** The machine sleeps: both clocks jump, and timers run late, all at once. */
  async sleep(byMs: number): Promise<void> {
    this.monotonic += byMs;
    await this.advance(0);
  }

  /** The machine sleeps the way laptops do: the monotonic clock stands still meanwhile. */
  suspend(byMs: number): void {
    this.epochOffset += byMs;
  }

  private next(): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.timers) if (next === null || timer.atMs < next.atMs) next = timer;
    return next;
  }
}

/** Lets every promise that is ready run to its end. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
