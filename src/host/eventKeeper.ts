import { readEvents } from '../core/events/readEvents';
import type { TopologyEvent } from '../core/events/topologyEvent';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import type { HistoryFiles } from './historyKeeper';

/** While something happens it is written this often. */
const SAVE_INTERVAL_MS = 30_000;
const FILE = 'events.json';
/** A larger file was not written by us. */
const MAX_BYTES = 16 * 1024 * 1024;
const VERSION = 1;

interface Book {
  of(topologyId: string): readonly TopologyEvent[];
  restore(topologyId: string, events: readonly TopologyEvent[]): void;
  onDidChange(listener: (topologyId: string) => void): Disposable;
}

export interface EventKeeperDeps {
  readonly book: Book;
  readonly files: Pick<HistoryFiles, 'read' | 'write'>;
  /** Topologies that are open now: only their events are kept. */
  readonly topologyIds: () => readonly string[];
  readonly clock: Pick<Clock, 'schedule'>;
  readonly log: Pick<Log, 'warn'>;
}

/** Keeps what happened over a reload of the window, in one bounded file. Never rejects: what cannot be kept is said in the log. */
export class EventKeeper implements Disposable {
  readonly #subscription: Disposable;
  #restored: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #hasNews = false;
  #isRestoring = false;

  constructor(private readonly deps: EventKeeperDeps) {
    this.#subscription = deps.book.onDidChange(() => this.#note());
  }

  /** Takes back what the last window kept, once. Also before the first writing, which would replace it. */
  restore(): Promise<void> {
    return (this.#restored ??= this.#read());
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (!this.#hasNews) return;
    await this.restore();
    this.#hasNews = false;
    const { book, files, topologyIds, log } = this.deps;
    const topologies = Object.fromEntries(topologyIds().map((id) => [id, book.of(id)]));
    try {
      const text = JSON.stringify({ version: VERSION, topologies });
      await files.write(FILE, new TextEncoder().encode(text));
    } catch (error) {
      log.warn(`Events could not be kept: ${String(error)}`);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cancelTimer?.();
  }

  #note(): void {
    if (this.#isRestoring) return;
    this.#hasNews = true;
    this.#cancelTimer ??= this.deps.clock.schedule(SAVE_INTERVAL_MS, () => {
      this.#cancelTimer = null;
      void this.flush();
    });
  }

  async #read(): Promise<void> {
    const { book, files, topologyIds, log } = this.deps;
    try {
      const bytes = await files.read(FILE);
      if (bytes === null || bytes.length > MAX_BYTES) return;
      const kept = topologiesOf(JSON.parse(new TextDecoder().decode(bytes)));
      this.#isRestoring = true;
      for (const id of topologyIds()) {
        if (Object.hasOwn(kept, id)) book.restore(id, readEvents(Reflect.get(kept, id)));
      }
    } catch (error) {
      log.warn(`Events of before could not be read: ${String(error)}`);
    } finally {
      this.#isRestoring = false;
    }
  }
}

/** What a file of this version holds; nothing of any other. */
function topologiesOf(value: unknown): object {
  if (typeof value !== 'object' || value === null) return {};
  const topologies: unknown = Reflect.get(value, 'topologies');
  const isOurs = Reflect.get(value, 'version') === VERSION;
  return isOurs && typeof topologies === 'object' && topologies !== null ? topologies : {};
}
