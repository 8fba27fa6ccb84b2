import type { CancelSignal } from '../core/ports/cancelSignal';

/** Makes a signal and raises it; stands where `AbortController` is not known to the types. */
export class CancelSource {
  private readonly listeners = new Set<() => void>();
  private isCancelled = false;
  readonly signal: CancelSignal;

  constructor() {
    const isAborted = () => this.isCancelled;
    this.signal = {
      get aborted() {
        return isAborted();
      },
      addEventListener: (_type, listener) => void this.listeners.add(listener),
      removeEventListener: (_type, listener) => void this.listeners.delete(listener),
    };
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }
}
