import { createHash } from 'node:crypto';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { HistoryArchive } from '../core/ports/historyArchive';
import type { Log } from '../core/ports/log';
import { decodeHistory, encodeHistory } from './historyCodec';

/** While there is news it is written this often; what came since is lost when the window crashes. */
const SAVE_INTERVAL_MS = 5 * 60_000;
/** The file of a topology that is gone is kept this long: a branch may bring it back. */
const KEEP_GONE_MS = 7 * 24 * 60 * 60_000;
/** A file that was begun this long ago will not be finished. */
const KEEP_UNFINISHED_MS = 60 * 60_000;
const OURS = /^history-[0-9a-f]{32}\.bin$/u;
const UNFINISHED = /^history-[0-9a-f]{32}\.bin\.[0-9a-f]+\.tmp$/u;

/** A folder for files of ours. */
export interface HistoryFiles {
  /** @returns `null` when there is no such file */
  read(name: string): Promise<Uint8Array | null>;
  /** All of it or nothing, also when the process ends meanwhile; another window's file of that name is replaced. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  list(): Promise<readonly { readonly name: string; readonly changedAtMs: number }[]>;
  remove(name: string): Promise<void>;
}

export interface HistoryKeeperDeps {
  readonly archive: HistoryArchive;
  readonly files: HistoryFiles;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps the history of each topology over a reload of the window, in one bounded file a topology. Reads a file when somebody first
 * asks for the past, or before it is written; writes every few minutes while there is news, and at the end.
 */
export class HistoryKeeper implements Disposable {
  private readonly restored = new Map<string, Promise<void>>();
  private readonly news = new Set<string>();
  private readonly subscription: Disposable;
  private topologyIds: readonly string[] = [];
  private cancelTimer: (() => void) | null = null;
  private hasPruned = false;

  constructor(private readonly deps: HistoryKeeperDeps) {
    this.subscription = deps.archive.onDidAdd((topologyId) => this.note(topologyId));
  }

  /** Puts what an earlier window saw before what this one has, once. Never rejects. */
  restore(topologyId: string): Promise<void> {
    const known = this.restored.get(topologyId);
    if (known !== undefined) return known;
    const reading = this.read(topologyId);
    this.restored.set(topologyId, reading);
    return reading;
  }

  /** Takes over which topologies there are; what is known of others is written and let go. */
  async follow(topologyIds: readonly string[]): Promise<void> {
    this.topologyIds = topologyIds;
    const gone = [...this.restored.keys(), ...this.news].filter((id) => !topologyIds.includes(id));
    await this.save(gone.filter((id) => this.news.has(id)));
    // Some of them may be back by now.
    this.deps.archive.keep(this.topologyIds);
    for (const id of gone) if (!this.topologyIds.includes(id)) this.restored.delete(id);
  }

  /** Writes what is not written yet. Never rejects. */
  async flush(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = null;
    await this.save([...this.news]);
  }

  dispose(): void {
    this.subscription.dispose();
    this.cancelTimer?.();
  }

  private note(topologyId: string): void {
    this.news.add(topologyId);
    this.cancelTimer ??= this.deps.clock.schedule(SAVE_INTERVAL_MS, () => {
      this.cancelTimer = null;
      void this.flush();
    });
  }

  private async save(topologyIds: readonly string[]): Promise<void> {
    if (topologyIds.length === 0) return;
    await Promise.all(topologyIds.map((id) => this.saveOne(id)));
    await this.prune();
  }

  private async saveOne(topologyId: string): Promise<void> {
    const { archive, files, log } = this.deps;
    try {
      // What it would replace is part of it first.
      await this.restore(topologyId);
      this.news.delete(topologyId);
      const history = archive.save(topologyId);
      const bytes = history === null ? null : encodeHistory(history);
      if (bytes !== null) await files.write(fileName(topologyId), bytes);
      else if (history !== null) log.warn(`The history of ${topologyId} is too large to be kept.`);
    } catch (error) {
      log.warn(`The history of ${topologyId} could not be kept: ${String(error)}`);
    }
  }

  private async read(topologyId: string): Promise<void> {
    const { archive, files, log } = this.deps;
    try {
      const bytes = await files.read(fileName(topologyId));
      if (bytes === null) return;
      const history = decodeHistory(bytes);
      if (history.topologyId !== topologyId) throw new Error('of another topology');
      archive.restore(history);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn(`The history kept of ${topologyId} could not be read (${why}): it begins anew.`);
    }
  }

  /** Removes, once a window, files that nobody will ask for. */
  private async prune(): Promise<void> {
    if (this.hasPruned) return;
    this.hasPruned = true;
    const { files, clock, log } = this.deps;
    try {
      const present = new Set(this.topologyIds.map(fileName));
      for (const { name, changedAtMs } of await files.list()) {
        const ageMs = clock.nowMs() - changedAtMs;
        const isGone = OURS.test(name) && !present.has(name) && ageMs > KEEP_GONE_MS;
        const isUnfinished = UNFINISHED.test(name) && ageMs > KEEP_UNFINISHED_MS;
        if (isGone || isUnfinished) await files.remove(name);
      }
    } catch (error) {
      log.warn(`Old histories could not be removed: ${String(error)}`);
    }
  }
}

function fileName(topologyId: string): string {
  const hash = createHash('sha256').update(topologyId).digest('hex');
  return `history-${hash.slice(0, 32)}.bin`;
}
