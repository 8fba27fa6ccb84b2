import type { TopologyQueues } from '../core/describe/queueRows';
import { CancelSource } from '../core/cancelSource';
import { isServerFailure } from '../core/failure';
import type { Disposable } from '../core/ports/disposable';
import type { Drains, QueueDesk } from '../core/ports/drains';
import type { Log } from '../core/ports/log';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { QueueAddress, QueueContents } from '../core/queue/drain';
import { say } from '../core/say';
import type { QueueSnapshot } from '../core/snapshot';

export interface QueueReaderDeps {
  readonly desk: Pick<QueueDesk, 'readContents'>;
  readonly drains: Pick<Drains, 'of' | 'onDidChange'>;
  readonly monitor: Pick<TopologyMonitor, 'current' | 'onDidChange'>;
  readonly log: Log;
}

interface Reading {
  readonly address: QueueAddress;
  /** Counts for which it was read last; read again once they are others. */
  readFor: string | null;
  isReading: boolean;
  /** Ids of the rows that show it. */
  readonly rows: Set<string>;
  found: QueueContents | string | null;
}

/**
 * Reads the operations of queues that somebody unfolded, and reads them again when the poll counts others or a drain ended;
 * never by itself. What was folded is forgotten.
 */
export class QueueReader implements Disposable {
  readonly #readings = new Map<string, Reading>();
  readonly #listeners = new Set<() => void>();
  readonly #subscriptions: readonly Disposable[];
  readonly #stop = new CancelSource();

  constructor(private readonly deps: QueueReaderDeps) {
    this.#subscriptions = [
      deps.monitor.onDidChange(({ id }) => this.#follow(id)),
      deps.drains.onDidChange((topologyId) => {
        this.#tell();
        this.#follow(topologyId);
      }),
    ];
  }

  /** What the rows of one topology are drawn from. */
  of(topologyId: string): TopologyQueues {
    return {
      drainOf: (nodeId) =>
        this.deps.drains.of(topologyId).find(({ address }) => address.nodeId === nodeId) ?? null,
      contentsOf: (nodeId) => this.#readings.get(keyOf({ topologyId, nodeId }))?.found ?? null,
    };
  }

  /** Called after what the rows are drawn from changed. */
  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** A row was unfolded that shows its operations: reads them unless they were read. */
  opened(address: QueueAddress, rowId: string): void {
    const key = keyOf(address);
    const reading = this.#readings.get(key);
    if (reading?.rows.has(rowId) === true) return;
    if (reading !== undefined) {
      reading.rows.add(rowId);
      return;
    }
    const rows = new Set([rowId]);
    this.#readings.set(key, { address, readFor: null, isReading: false, rows, found: null });
    this.#follow(address.topologyId);
  }

  /** That row was folded. */
  closed(address: QueueAddress, rowId: string): void {
    const key = keyOf(address);
    const rows = this.#readings.get(key)?.rows;
    rows?.delete(rowId);
    if (rows?.size === 0) this.#readings.delete(key);
  }

  /** Reads again what is to be seen, whatever the counts say: after a decision. */
  refresh(address: QueueAddress): void {
    const reading = this.#readings.get(keyOf(address));
    if (reading === undefined) return;
    reading.readFor = null;
    this.#follow(address.topologyId);
  }

  dispose(): void {
    this.#stop.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#readings.clear();
    this.#listeners.clear();
  }

  #follow(topologyId: string): void {
    for (const reading of this.#readings.values()) {
      if (reading.address.topologyId !== topologyId || reading.isReading) continue;
      const queue = this.#queueOf(reading.address);
      const wanted = queue === null ? null : this.#stateOf(reading.address, queue);
      if (wanted === null || wanted === reading.readFor) continue;
      void this.#read(reading, wanted);
    }
  }

  async #read(reading: Reading, wanted: string): Promise<void> {
    reading.isReading = true;
    reading.readFor = wanted;
    try {
      reading.found = await this.deps.desk.readContents(reading.address, this.#stop);
    } catch (error) {
      if (!isServerFailure(error)) {
        this.deps.log.error(`The queue of ${reading.address.nodeId}: ${String(error)}`);
      }
      reading.found = isServerFailure(error)
        ? error.facts.text
        : say`Could not be read; see the log for details.`;
    } finally {
      reading.isReading = false;
    }
    if (this.#stop.aborted) return;
    this.#tell();
    this.#follow(reading.address.topologyId);
  }

  /** The queue, while its edge answers: one that does not is not asked. */
  #queueOf({ topologyId, nodeId }: QueueAddress): QueueSnapshot | null {
    const snapshot = this.deps.monitor.current().find(({ id }) => id === topologyId);
    const node = snapshot?.nodes.find(({ id }) => id === nodeId);
    if (node?.sample.contact !== 'connected') return null;
    const queue = snapshot?.queues.find((candidate) => candidate.nodeId === nodeId);
    return queue === undefined || queue.facts === null ? null : queue;
  }

  #stateOf({ topologyId, nodeId }: QueueAddress, { facts }: QueueSnapshot): string {
    const drain = this.of(topologyId).drainOf(nodeId);
    return [facts?.conflicts, facts?.dead, facts?.lastError, drain?.last?.endedAtMs].join('/');
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ topologyId, nodeId }: QueueAddress): string {
  return JSON.stringify([topologyId, nodeId]);
}
