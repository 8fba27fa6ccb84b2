import type { Disposable } from '../core/ports/disposable';
import type { SetupItem } from '../core/setup/setupItem';
import { recordsOf, type SetupRecord } from '../core/setup/setupRecord';

/** What *Check Set-up* found last, by topology, until its file goes or the window closes. Nothing here asks a server. */
export class SetupResults implements Disposable {
  readonly #records = new Map<string, readonly SetupRecord[]>();
  readonly #listeners = new Set<() => void>();

  /** @returns a record for each node that was checked, and for the topology; none before the first check */
  of(topologyId: string): readonly SetupRecord[] {
    return this.#records.get(topologyId) ?? [];
  }

  /**
   * Notes a run; what it did not look at is kept.
   * @param only the node that it was about; `null`: all of them
   */
  note(
    topologyId: string,
    only: string | null,
    items: readonly SetupItem[],
    takenAtMs: number,
  ): void {
    const others = only === null ? [] : this.of(topologyId).filter(({ nodeId }) => nodeId !== only);
    this.#records.set(topologyId, [...others, ...recordsOf(items, takenAtMs)]);
    this.#tell();
  }

  /** Forgets every topology but these. */
  keep(topologyIds: readonly string[]): void {
    const gone = [...this.#records.keys()].filter((id) => !topologyIds.includes(id));
    for (const id of gone) this.#records.delete(id);
    if (gone.length > 0) this.#tell();
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#records.clear();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
