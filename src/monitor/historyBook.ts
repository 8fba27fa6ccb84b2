import type { CheckResult } from '../core/checks/checkResult';
import { emptyHistory, type HistoryRange, type TopologyHistory } from '../core/history';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { HistoryArchive, SavedHistory } from '../core/ports/historyArchive';
import type { TopologySnapshot } from '../core/snapshot';
import { HistoryStore } from './historyStore';

/** The pasts of all topologies: polls and checks write, charts read, and a file keeps them over a reload. */
export class HistoryBook implements HistoryArchive {
  private readonly stores = new Map<string, HistoryStore>();
  private readonly listeners = new Set<(topologyId: string) => void>();

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  /** @see HistoryStore.record */
  record(
    snapshot: TopologySnapshot,
    attemptedAtMs: ReadonlyMap<string, number | null>,
    intervalMs: number,
  ): void {
    this.storeOf(snapshot.id).record(snapshot, attemptedAtMs, intervalMs);
    this.tell(snapshot.id);
  }

  /** @param results oldest first */
  recordChecks(topologyId: string, results: readonly CheckResult[]): void {
    if (results.length === 0) return;
    const store = this.storeOf(topologyId);
    for (const result of results) store.recordCheck(result);
    this.tell(topologyId);
  }

  /** Says that polling of a topology stops. */
  pause(topologyId: string): void {
    this.stores.get(topologyId)?.pause(this.clock.nowMs());
  }

  /** Says that it goes on. */
  resume(topologyId: string): void {
    this.stores.get(topologyId)?.resume(this.clock.nowMs());
  }

  read(topologyId: string, range: HistoryRange, afterMs: number | null): TopologyHistory {
    const store = this.stores.get(topologyId);
    if (store === undefined) return emptyHistory(topologyId, range);
    return store.read(range, this.clock.nowMs(), afterMs);
  }

  onDidAdd(listener: (topologyId: string) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  save(topologyId: string): SavedHistory | null {
    return this.stores.get(topologyId)?.save(this.clock.nowMs()) ?? null;
  }

  restore(saved: SavedHistory): void {
    this.storeOf(saved.topologyId).restore(saved, this.clock.nowMs());
  }

  keep(topologyIds: readonly string[]): void {
    for (const id of this.stores.keys()) if (!topologyIds.includes(id)) this.stores.delete(id);
  }

  private storeOf(topologyId: string): HistoryStore {
    const known = this.stores.get(topologyId);
    if (known !== undefined) return known;
    const store = new HistoryStore(topologyId);
    this.stores.set(topologyId, store);
    return store;
  }

  private tell(topologyId: string): void {
    for (const listener of [...this.listeners]) listener(topologyId);
  }
}
