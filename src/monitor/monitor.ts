import type { CauseWants } from '../core/causeFacts';
import type { HistoryRange, TopologyHistory } from '../core/history';
import type { Clock } from '../core/ports/clock';
import type { ContactGate } from '../core/ports/contactGate';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import type { NodeGateway } from '../core/ports/nodeGateway';
import type {
  Audience,
  NodeRef,
  RefreshReason,
  TopologyEntry,
  TopologyMonitor,
} from '../core/ports/topologyMonitor';
import type { ServerMemory } from '../core/ports/serverMemory';
import type { TopologySnapshot } from '../core/snapshot';
import { AudienceKeeper } from './audienceKeeper';
import { DialPace } from './dialPace';
import { HistoryBook } from './historyBook';
import type { NodePoller } from './nodePoller';
import { TopologyWatch, type JoinTopology, type WatchDeps } from './topologyWatch';

type Listener = Parameters<TopologyMonitor['onDidChange']>[0];

export interface MonitorDeps {
  readonly gateway: NodeGateway;
  readonly gate: ContactGate;
  readonly clock: Clock;
  readonly log: Log;
  readonly join: JoinTopology;
  /** What is to be read of which nodes to tell why something is wrong; `core/diagnosis`. Without it nothing is. */
  readonly wantedCauses?: (snapshot: TopologySnapshot) => ReadonlyMap<string, CauseWants>;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** Which servers were seen before, in earlier windows; without it only this window remembers. */
  readonly servers?: Pick<ServerMemory, 'systemsOf' | 'rememberSystems' | 'chosenPrimaryOf'>;
  /** Where the past goes, for whoever writes or keeps it too; without it the monitor has a book of its own. */
  readonly histories?: HistoryBook;
}

const DEFAULT_INTERVAL_MS = 5_000;
const LEAST_INTERVAL_S = 1;
const LONGEST_INTERVAL_S = 3_600;

/** Asks every declared node as often as someone looks, and publishes what the answers make together. */
export class Monitor implements TopologyMonitor {
  private watches: ReadonlyMap<string, TopologyWatch> = new Map();
  private snapshots: readonly TopologySnapshot[] = [];
  private readonly listeners = new Set<Listener>();
  private readonly closing = new Set<Promise<void>>();
  private readonly keeper: AudienceKeeper;
  private readonly watchDeps: WatchDeps;
  private readonly histories: HistoryBook;
  private isDisposed = false;

  /** Asks nobody before the first `setAudience` that shows something. */
  constructor(private readonly deps: MonitorDeps) {
    this.keeper = new AudienceKeeper(
      deps.clock,
      { intervalMs: DEFAULT_INTERVAL_MS, inBackground: false },
      (intervalMs) => {
        for (const watch of this.watches.values()) watch.setInterval(intervalMs);
      },
    );
    this.histories = deps.histories ?? new HistoryBook(deps.clock);
    this.watchDeps = {
      ...deps,
      histories: this.histories,
      pace: new DialPace(deps.clock),
      intervalMs: () => this.keeper.intervalMs,
      chosenIntervalMs: () => this.keeper.chosenIntervalMs,
      onSnapshot: (snapshot, isNews) => this.announce(snapshot, isNews),
    };
  }

  current(): readonly TopologySnapshot[] {
    const now = [...this.watches.values()].flatMap((watch) => watch.snapshot() ?? []);
    const isSame =
      now.length === this.snapshots.length && now.every((one, at) => one === this.snapshots[at]);
    if (!isSame) this.snapshots = now;
    return this.snapshots;
  }

  history(
    topologyId: string,
    range: HistoryRange = '15min',
    afterMs: number | null = null,
  ): TopologyHistory {
    return this.histories.read(topologyId, range, afterMs);
  }

  onDidChange(listener: Listener): Disposable {
    // Wrapped, so that the same function given twice is two listeners.
    const own: Listener = (snapshot, isNews) => listener(snapshot, isNews);
    this.listeners.add(own);
    return { dispose: () => this.listeners.delete(own) };
  }

  setTopologies(entries: readonly TopologyEntry[]): void {
    if (this.isDisposed) return;
    const before = this.watches;
    const watches = new Map<string, TopologyWatch>();
    const fresh: TopologyWatch[] = [];
    for (const entry of entries) {
      const known = before.get(entry.id);
      if (known !== undefined) this.track(known.update(entry));
      const watch = known ?? new TopologyWatch(this.watchDeps, entry);
      if (known === undefined) fresh.push(watch);
      watches.set(entry.id, watch);
    }
    this.watches = watches;
    for (const [id, watch] of before) if (!watches.has(id)) this.track(watch.dispose());
    for (const watch of fresh) watch.start();
  }

  setAudience(audience: Audience): void {
    if (this.isDisposed) return;
    if (this.keeper.setAudience(audience)) void this.refresh(null, 'visible');
  }

  acceptServer(topologyId: string, nodeId: string): void {
    this.watches.get(topologyId)?.acceptServer(nodeId);
  }

  retell(topologyId: string): void {
    this.watches.get(topologyId)?.retell();
  }

  setPolling(intervalSeconds: number, inBackground: boolean): void {
    if (this.isDisposed) return;
    const seconds = Math.min(LONGEST_INTERVAL_S, Math.max(LEAST_INTERVAL_S, intervalSeconds));
    this.keeper.setPolling({ intervalMs: seconds * 1000, inBackground });
  }

  recheckContact(): void {
    for (const poller of this.select(null)) poller.recheck();
  }

  connect(ref: NodeRef): void {
    void this.settle(
      ref,
      this.select(ref).map((poller) => poller.connect()),
    );
  }

  async disconnect(ref: NodeRef): Promise<void> {
    await this.settle(
      ref,
      this.select(ref).map((poller) => poller.disconnect()),
    );
  }

  async refresh(ref: NodeRef | null, reason: RefreshReason): Promise<void> {
    await this.settle(
      ref,
      this.select(ref).map((poller) => poller.ask(reason)),
    );
  }

  async dispose(): Promise<void> {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.keeper.dispose();
      this.listeners.clear();
      for (const watch of this.watches.values()) this.track(watch.dispose());
    }
    await Promise.all(this.closing);
  }

  private select(ref: NodeRef | null): readonly NodePoller[] {
    if (ref === null) return [...this.watches.values()].flatMap((watch) => watch.select(null));
    return this.watches.get(ref.topologyId)?.select(ref.nodeId) ?? [];
  }

  /** Waits, then publishes at once, so that whoever waited finds what came in. */
  private async settle(ref: NodeRef | null, work: readonly Promise<void>[]): Promise<void> {
    await Promise.all(work);
    for (const [id, watch] of this.watches)
      if (ref === null || ref.topologyId === id) watch.flush();
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.closing.delete(tracked));
    this.closing.add(tracked);
  }

  private announce(snapshot: TopologySnapshot, isNews: boolean): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(snapshot, isNews);
      } catch (error) {
        this.deps.log.error(`A listener to snapshots failed: ${String(error)}`);
      }
    }
  }
}
