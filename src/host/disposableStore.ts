import type { Disposable } from '../core/ports/disposable';

/**
 * Owns what must be released. Put a thing in on the line that creates it.
 * Releases last-in-first-out, releases everything even when one throws, then rethrows the first error;
 * what is added after it closed is disposed at once.
 */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #isClosed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#isClosed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** Owns something that is released by a function. */
  defer(release: () => void): void {
    this.add({ dispose: release });
  }

  dispose(): void {
    this.#isClosed = true;
    const errors: unknown[] = [];
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) {
      try {
        item.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
