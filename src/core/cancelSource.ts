import type { CancelSignal } from './ports/cancelSignal';

/**
 * A signal and the means to raise it. Stands where `AbortController` is not known to the types, and where one a poll of
 * every node would cost: its signal is an event target, which takes longer to make than the rest of a poll's bookkeeping.
 */
export class CancelSource implements CancelSignal {
  private readonly listeners = new Set<() => void>();
  private isCancelled = false;

  get aborted(): boolean {
    return this.isCancelled;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  /** Raises the signal, once. */
  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }
}
