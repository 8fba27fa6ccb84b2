import { CancelSource } from '../../core/cancelSource';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Disposable } from '../../core/ports/disposable';
import type { Drains } from '../../core/ports/drains';
import type {
  DrainPreview,
  DrainProgress,
  DrainReport,
  DrainState,
  QueueAddress,
} from '../../core/queue/drain';
import { doneOf } from '../../core/queue/drainWords';
import { Drainer } from './drainer';
import { DrainRefused, type DrainerDeps, type DrainJob } from './drainJob';
import { previewDrain } from './drainPreview';
import { NO_COUNTS } from './drainTally';

/** What drains have to ask of the rest of the extension. */
export interface DrainsDeps extends DrainerDeps {
  /**
   * The queue as its file has it now (`jobOf`), once trust, contact and access allow it. Asked anew before every drain and preview.
   * @throws DrainRefused
   */
  jobOf(address: QueueAddress): DrainJob;
  /** Whether nobody has to be asked: trusted, connected, both ends approved and not read-only, and no split brain is seen. */
  mayDrainUnasked(address: QueueAddress): boolean;
  /** Whether the last poll saw open operations there that are due, and both ends answered it. */
  hasWork(address: QueueAddress): boolean;
  /** Called whenever one of the two may have changed, such as after a poll. */
  onDidChangeTopology(listener: (topologyId: string) => void): Disposable;
}

type DrainOnce = (
  job: DrainJob,
  onProgress: (progress: DrainProgress) => void,
  signal: CancelSignal,
) => Promise<DrainReport>;

/** A drain of this window. */
interface Running {
  readonly cancel: CancelSource;
  readonly isAutomatic: boolean;
}

interface Entry {
  readonly address: QueueAddress;
  isAutomatic: boolean;
  running: Running | null;
  progress: DrainProgress | null;
  last: DrainReport | null;
  /** Automatic drains that came to nothing, in a row. */
  failures: number;
  /** Not before this, by the clock that never jumps. */
  dueMs: number;
}

/** News of a drain come no more often. */
const NEWS_MS = 200;
/** After a drain, a poll has to see the queue anew. */
const GAP_MS = 5_000;
const FIRST_WAIT_MS = 15_000;
const MAX_WAIT_MS = 300_000;

/** Drains of one window: at most one an edge, by hand or by itself. The owner disposes. */
export class QueueDrains implements Drains {
  readonly #entries = new Map<string, Entry>();
  readonly #runs = new Map<Running, Promise<unknown>>();
  readonly #listeners = new Set<(topologyId: string) => void>();
  readonly #states = new Map<string, readonly DrainState[]>();
  readonly #watch: Disposable;
  #newsAtMs = 0;

  /** @param drainOnce one drain, from its lock to its report */
  constructor(
    private readonly deps: DrainsDeps,
    private readonly drainOnce: DrainOnce = async (job, onProgress, signal) =>
      new Drainer(deps, job, onProgress).run(signal),
  ) {
    this.#watch = deps.onDidChangeTopology((topologyId) => this.#lookAt(topologyId));
  }

  async preview(address: QueueAddress, signal: CancelSignal): Promise<DrainPreview> {
    let job: DrainJob;
    try {
      job = this.deps.jobOf(address);
    } catch (error) {
      if (error instanceof DrainRefused) return refusedPreview(address, error.reasons);
      throw error;
    }
    return previewDrain(this.deps, job, signal);
  }

  drain(
    address: QueueAddress,
    signal: CancelSignal,
    onProgress: (progress: DrainProgress) => void = () => undefined,
  ): Promise<DrainReport> {
    return this.#run(address, false, signal, onProgress);
  }

  of(topologyId: string): readonly DrainState[] {
    const known = this.#states.get(topologyId);
    if (known !== undefined) return known;
    const states = [...this.#entries.values()]
      .filter(({ address }) => address.topologyId === topologyId)
      .filter(
        ({ isAutomatic, progress, last }) => isAutomatic || progress !== null || last !== null,
      )
      .map(({ address, progress, isAutomatic, last }) => ({
        address,
        progress,
        isAutomatic,
        last,
      }));
    this.#states.set(topologyId, states);
    return states;
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  setAutomatic(address: QueueAddress, isOn: boolean): void {
    const entry = this.#entryOf(address);
    if (entry.isAutomatic === isOn) return;
    entry.isAutomatic = isOn;
    entry.dueMs = 0;
    entry.failures = 0;
    if (!isOn && entry.running?.isAutomatic === true) entry.running.cancel.cancel();
    this.#changed(address.topologyId);
    if (isOn) this.#consider(entry);
  }

  /** Cancels what is under way and waits until its sessions are closed: its batches are whole or undone. */
  async dispose(): Promise<void> {
    this.#watch.dispose();
    this.#listeners.clear();
    for (const { cancel } of this.#runs.keys()) cancel.cancel();
    for (const entry of this.#entries.values()) entry.isAutomatic = false;
    await Promise.allSettled(this.#runs.values());
  }

  #lookAt(topologyId: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.address.topologyId === topologyId && entry.isAutomatic) this.#consider(entry);
    }
  }

  #consider(entry: Entry): void {
    const { address, running } = entry;
    const isAllowed = this.deps.mayDrainUnasked(address);
    if (running !== null) {
      if (running.isAutomatic && !isAllowed) running.cancel.cancel();
      return;
    }
    if (!isAllowed || this.deps.clock.monotonicMs() < entry.dueMs || !this.deps.hasWork(address))
      return;
    this.#run(address, true, new CancelSource(), () => undefined).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      this.deps.log.error(`Draining ${address.nodeId} failed: ${words}`);
    });
  }

  async #run(
    address: QueueAddress,
    isAutomatic: boolean,
    signal: CancelSignal,
    onProgress: (progress: DrainProgress) => void,
  ): Promise<DrainReport> {
    const entry = this.#entryOf(address);
    const cancel = new CancelSource();
    const pass = (): void => cancel.cancel();
    signal.addEventListener('abort', pass);
    if (signal.aborted) cancel.cancel();
    const isOwn = entry.running === null;
    // A second one in this window ends at the lock, which says who drains.
    const running = { cancel, isAutomatic };
    if (isOwn) entry.running = running;
    try {
      const drained = this.#drain(address, cancel, (progress) => {
        onProgress(progress);
        if (isOwn) this.#progressed(entry, progress);
      });
      this.#runs.set(running, drained);
      const report = await drained;
      if (isOwn) this.#ended(entry, report);
      return report;
    } finally {
      this.#runs.delete(running);
      signal.removeEventListener('abort', pass);
      if (isOwn) {
        entry.running = null;
        entry.progress = null;
        this.#changed(address.topologyId);
      }
    }
  }

  async #drain(
    address: QueueAddress,
    signal: CancelSignal,
    onProgress: (progress: DrainProgress) => void,
  ): Promise<DrainReport> {
    const startedAtMs = this.deps.clock.nowMs();
    try {
      return await this.drainOnce(this.deps.jobOf(address), onProgress, signal);
    } catch (error) {
      if (!(error instanceof DrainRefused)) throw error;
      return {
        address,
        primaryId: '',
        startedAtMs,
        endedAtMs: startedAtMs,
        end: { kind: 'refused', reasons: error.reasons },
        counts: NO_COUNTS,
        left: null,
        resent: 0,
        verdicts: [],
        notes: [],
      };
    }
  }

  #progressed(entry: Entry, progress: DrainProgress): void {
    entry.progress = progress;
    const nowMs = this.deps.clock.monotonicMs();
    if (nowMs - this.#newsAtMs < NEWS_MS) return;
    this.#newsAtMs = nowMs;
    this.#changed(entry.address.topologyId);
  }

  #ended(entry: Entry, report: DrainReport): void {
    entry.last = report;
    // What waits behind a conflict goes on waiting: to look again at once would drain nothing for ever.
    const isStuck = report.left !== 0 && doneOf(report.counts) === 0;
    const isGood = report.end.kind === 'drained' && !isStuck;
    entry.failures = isGood ? 0 : entry.failures + 1;
    const waitMs = isGood
      ? GAP_MS
      : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (entry.failures - 1));
    entry.dueMs = this.deps.clock.monotonicMs() + waitMs;
  }

  #entryOf(address: QueueAddress): Entry {
    const key = JSON.stringify([address.topologyId, address.nodeId]);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      address,
      isAutomatic: false,
      running: null,
      progress: null,
      last: null,
      failures: 0,
      dueMs: 0,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #changed(topologyId: string): void {
    this.#states.delete(topologyId);
    for (const listener of [...this.#listeners]) listener(topologyId);
  }
}

/** What a dry run says where none could begin. Nothing of it is confirmed, so nothing depends on the environment. */
function refusedPreview(address: QueueAddress, refusals: readonly string[]): DrainPreview {
  return {
    address,
    edgeId: address.nodeId,
    primaryId: '',
    environment: 'production',
    total: 0,
    missing: 0,
    verdicts: [],
    counts: NO_COUNTS,
    notes: [],
    refusals,
  };
}
