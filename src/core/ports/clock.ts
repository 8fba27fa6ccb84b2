/** Time, injected so that tests need no sleep. */
export interface Clock {
  /** Epoch milliseconds, for what people see. */
  nowMs(): number;
  /** Milliseconds of a clock that never jumps, for durations. */
  monotonicMs(): number;
  /** Runs once after `delayMs`. The returned function cancels; calling it twice is allowed. */
  schedule(delayMs: number, run: () => void): () => void;
}
