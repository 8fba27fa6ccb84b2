import type { CauseWants } from '../core/causeFacts';
import { emptyMemory, type JoinMemory } from '../core/join/memory';
import type { ServerMemory } from '../core/ports/serverMemory';
import type { TopologyEntry } from '../core/ports/topologyMonitor';
import type { NodeSample, TopologySnapshot } from '../core/snapshot';
import { withDrainedFrom, type Topology, type TopologyNode } from '../core/topology';
import { Coalescer } from './coalescer';
import { downstreamFirst } from './downstreamFirst';
import type { HistoryBook } from './historyBook';
import { NodePoller, type PollerDeps } from './nodePoller';
import { isSameButForTimes } from './sameButForTimes';

/** Holds file and samples together; `core/join`. Pure: all it remembers is in `memory`. */
export type JoinTopology = (input: {
  readonly entryId: string;
  readonly topology: Topology;
  readonly samples: ReadonlyMap<string, NodeSample>;
  readonly memory: JoinMemory;
  readonly nowMs: number;
  readonly pollIntervalMs: number;
  readonly version: number;
}) => { readonly snapshot: TopologySnapshot; readonly memory: JoinMemory };

export interface WatchDeps extends PollerDeps {
  readonly join: JoinTopology;
  /** How often nodes are asked; `null` while nobody looks. */
  readonly intervalMs: () => number | null;
  /** The interval the user chose, whoever looks. */
  readonly chosenIntervalMs: () => number;
  readonly onSnapshot: (snapshot: TopologySnapshot, isNews: boolean) => void;
  /** What is to be read of which nodes to tell why something is wrong, by node id; without it nothing is. */
  readonly wantedCauses?: (snapshot: TopologySnapshot) => ReadonlyMap<string, CauseWants>;
  readonly servers?: Pick<ServerMemory, 'systemsOf' | 'rememberSystems' | 'chosenPrimaryOf'>;
  readonly histories: Pick<HistoryBook, 'record' | 'pause' | 'resume'>;
}

/** One topology file under watch: a poller for each of its nodes, and the latest snapshot. */
export class TopologyWatch {
  private pollers: ReadonlyMap<string, NodePoller> = new Map();
  private declared: ReadonlyMap<string, TopologyNode> = new Map();
  private memory: JoinMemory;
  private latest: TopologySnapshot | null = null;
  private readonly publisher: Coalescer;

  constructor(
    private readonly deps: WatchDeps,
    private entry: TopologyEntry,
  ) {
    const systemIdentifiers = deps.servers?.systemsOf(entry.id) ?? new Map<string, string>();
    this.memory = { ...emptyMemory(), systemIdentifiers };
    this.publisher = new Coalescer(deps.clock, () => this.publish());
  }

  /** `null` only if the very first join failed, which is logged. */
  snapshot(): TopologySnapshot | null {
    return this.latest;
  }

  /** Makes the first snapshot, from the file alone, then starts to ask. */
  start(): void {
    void this.declare(this.entry.topology);
    this.publisher.request();
    this.publisher.flush();
  }

  /** Takes over what the file says now. @returns resolves when the sessions of nodes that are gone are closed. */
  update(entry: TopologyEntry): Promise<void> {
    if (JSON.stringify(entry.topology) === JSON.stringify(this.entry.topology)) {
      return Promise.resolve();
    }
    this.entry = entry;
    const declared = this.declare(entry.topology);
    // At once: what a person does next counts on what was just saved.
    this.retell();
    return declared;
  }

  setInterval(intervalMs: number | null): void {
    const { histories } = this.deps;
    if (intervalMs === null) histories.pause(this.entry.id);
    else histories.resume(this.entry.id);
    for (const poller of this.pollers.values()) poller.setInterval(intervalMs);
  }

  /** One node's poller, or all, downstreams first. */
  select(nodeId: string | null): readonly NodePoller[] {
    if (nodeId === null) return [...this.pollers.values()];
    const poller = this.pollers.get(nodeId);
    return poller === undefined ? [] : [poller];
  }

  /** What answers at a node now is that node from now on. */
  acceptServer(nodeId: string): void {
    const found = this.latest?.nodes.find(({ id }) => id === nodeId)?.sample.fast;
    const identifier = found?.systemIdentifier ?? null;
    if (identifier === null) return;
    const systemIdentifiers = new Map(this.memory.systemIdentifiers).set(nodeId, identifier);
    this.remember({ ...this.memory, systemIdentifiers });
    this.retell();
  }

  /** Publishes anew what is known, since what this workspace remembers of it has changed. */
  retell(): void {
    this.publisher.request();
    this.publisher.flush();
  }

  /** Publishes now what is not published yet. */
  flush(): void {
    this.publisher.flush();
  }

  /** @returns resolves when the sessions are closed. */
  async dispose(): Promise<void> {
    const gone = this.select(null);
    this.pollers = new Map();
    await Promise.all(gone.map((poller) => poller.dispose()));
    this.publisher.dispose();
  }

  private async declare(declared: Topology): Promise<void> {
    const topology = { ...declared, nodes: withDrainedFrom(declared) };
    const before = { pollers: this.pollers, declared: this.declared };
    const pollers = new Map<string, NodePoller>();
    const fresh: NodePoller[] = [];
    for (const node of downstreamFirst(topology)) {
      const known = before.pollers.get(node.id);
      const poller = known ?? this.createPoller(node);
      if (known === undefined) fresh.push(poller);
      pollers.set(node.id, poller);
    }
    this.pollers = pollers;
    this.declared = new Map(topology.nodes.map((node) => [node.id, node]));
    for (const [id, node] of this.declared) {
      const old = before.declared.get(id);
      if (old !== undefined) redeclare(pollers.get(id), old, node);
    }
    for (const poller of fresh) poller.start();
    const gone = [...before.pollers].filter(([id]) => !pollers.has(id));
    await Promise.all(gone.map(([, poller]) => poller.dispose()));
  }

  private createPoller(node: TopologyNode): NodePoller {
    const { deps, publisher } = this;
    const onChanged = (): void => publisher.request();
    return new NodePoller(deps, this.entry.id, node, deps.intervalMs(), onChanged);
  }

  private remember(memory: JoinMemory): void {
    const before = this.memory.systemIdentifiers;
    this.memory = memory;
    const known = memory.systemIdentifiers;
    const isSame =
      known.size === before.size && [...known].every(([id, system]) => before.get(id) === system);
    if (!isSame) this.deps.servers?.rememberSystems(this.entry.id, known);
  }

  private publish(): void {
    const { deps, entry, pollers } = this;
    const pollIntervalMs = deps.intervalMs() ?? deps.chosenIntervalMs();
    try {
      const { snapshot: joined, memory } = deps.join({
        entryId: entry.id,
        topology: entry.topology,
        samples: new Map([...pollers].map(([id, poller]) => [id, poller.sample()])),
        memory: this.memory,
        nowMs: deps.clock.nowMs(),
        pollIntervalMs,
        version: (this.latest?.version ?? 0) + 1,
      });
      const chosenPrimary = deps.servers?.chosenPrimaryOf(entry.id) ?? null;
      const snapshot = chosenPrimary === null ? joined : { ...joined, chosenPrimary };
      const isNews = !isSameButForTimes(this.latest, snapshot);
      this.remember(memory);
      this.latest = snapshot;
      const attempts = new Map([...pollers].map(([id, poller]) => [id, poller.attemptedAtMs()]));
      deps.histories.record(snapshot, attempts, pollIntervalMs);
      deps.onSnapshot(snapshot, isNews);
      const wanted = deps.wantedCauses?.(snapshot);
      for (const [id, poller] of pollers) poller.wantCauses(wanted?.get(id) ?? null);
    } catch (error) {
      // A fault of ours in one picture must not end the polling; the picture before it stays, with its age.
      deps.log.error(
        `Could not put the picture of "${entry.topology.name}" together: ${String(error)}`,
      );
    }
  }
}

/** Tells a poller what changed of its node, as little as possible: sessions that still fit are not touched. */
function redeclare(poller: NodePoller | undefined, old: TopologyNode, node: TopologyNode): void {
  const differs = (part: (of: TopologyNode) => unknown): boolean =>
    JSON.stringify(part(old)) !== JSON.stringify(part(node));
  if (differs((of) => [of.connection, of.passwordSource])) poller?.redeclare(node);
  else if (differs((of) => of.pendingSync?.table)) poller?.reopen(node);
  else poller?.replaceNode(node);
}
