/** Callers that wait for a reading of one node. Readings are numbered from 1; each caller names the first that serves it. */
export class Waiters {
  private waiting: { readonly reading: number; readonly resolve: () => void }[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** @returns resolves when that reading, or a later one, has ended, or none will come. */
  add(reading: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ reading, resolve });
    });
  }

  /** Lets go of those whom readings up to this number serve. */
  release(reading: number): void {
    const served = this.waiting.filter((waiter) => waiter.reading <= reading);
    this.waiting = this.waiting.filter((waiter) => waiter.reading > reading);
    for (const waiter of served) waiter.resolve();
  }

  releaseAll(): void {
    this.release(Number.POSITIVE_INFINITY);
  }
}
