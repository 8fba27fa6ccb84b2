import type { Disposable } from '../core/ports/disposable';

/** What was found of each topology, by acts of the user, until its file goes or the window closes. Asks no server. */
export class RecordsByTopology<T> implements Disposable {
  readonly #records = new Map<string, readonly T[]>();
  readonly #listeners = new Set<(topologyId: string) => void>();

  /** @returns none before anything was found */
  of(topologyId: string): readonly T[] {
    return this.#records.get(topologyId) ?? [];
  }

  /** Forgets every topology but these. */
  keep(topologyIds: readonly string[]): void {
    for (const id of [...this.#records.keys()]) {
      if (topologyIds.includes(id)) continue;
      this.#records.delete(id);
      this.#tell(id);
    }
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#records.clear();
  }

  protected replace(topologyId: string, records: readonly T[]): void {
    this.#records.set(topologyId, records);
    this.#tell(topologyId);
  }

  #tell(topologyId: string): void {
    for (const listener of this.#listeners) listener(topologyId);
  }
}
