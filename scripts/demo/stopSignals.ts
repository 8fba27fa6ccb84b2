/** Ctrl+C comes twice at once, from the terminal and from npm: only a later one means "now". */
const SAME_PRESS_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The wish to stop. While `onStop` is unset, or a second or more after it was called, a signal ends the process at once, and the exit
 * hooks of what exists remove it.
 */
export class StopSignals {
  private onStop: (() => void) | null = null;
  private stoppedAtMs: number | null = null;

  constructor() {
    for (const name of SIGNALS) process.on(name, this.take);
  }

  /** From now on the first signal settles this, so that everything can be ended in order. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.onStop = resolve;
    });
  }

  private readonly take = (): void => {
    const now = performance.now();
    if (this.onStop !== null && this.stoppedAtMs === null) {
      this.stoppedAtMs = now;
      this.onStop();
      return;
    }
    if (this.stoppedAtMs === null || now - this.stoppedAtMs > SAME_PRESS_MS) process.exit(130);
  };
}
