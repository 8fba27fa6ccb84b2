import type { Disposable } from '../core/ports/disposable';

/**
 * Stands for something that is still being loaded: what is asked of it meanwhile is done, in order, once it is there. When it is
 * disposed of before, it is not made at all.
 */
export class LateSession<T extends Disposable> implements Disposable {
  private session: T | null = null;
  private waiting: ((session: T) => void)[] = [];
  private isDisposed = false;

  /** @param onError told once when it cannot be loaded; then nothing that is asked of it happens */
  constructor(load: () => Promise<() => T>, onError: (error: unknown) => void) {
    load().then((make) => this.begin(make), onError);
  }

  do(act: (session: T) => void): void {
    if (this.session !== null) act(this.session);
    else if (!this.isDisposed) this.waiting.push(act);
  }

  dispose(): void {
    this.isDisposed = true;
    this.waiting = [];
    this.session?.dispose();
  }

  private begin(make: () => T): void {
    if (this.isDisposed) return;
    this.session = make();
    const { waiting } = this;
    this.waiting = [];
    for (const act of waiting) act(this.session);
  }
}
