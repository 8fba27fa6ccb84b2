import { ConfigurationTarget, workspace, type Memento } from 'vscode';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { Drains } from '../core/ports/drains';
import type { NodeRef, TopologyEntry } from '../core/ports/topologyMonitor';
import type { QueueAddress } from '../core/queue/drain';

const SECTION = 'pgTopology';
const SETTING = 'automaticDraining';
const MEMENTO_KEY = 'pgTopology.automaticDraining';

export interface AutomaticDrainingDeps {
  readonly drains: Pick<Drains, 'setAutomatic'>;
  /** What was confirmed here, in this workspace: text of a setting alone starts nothing. */
  readonly memento: Pick<Memento, 'get' | 'update'>;
  readonly entries: () => readonly TopologyEntry[];
  readonly isTrusted: () => boolean;
  /** Resolves when the node was asked once more; never rejects. */
  readonly refresh: (ref: NodeRef) => Promise<void>;
  readonly clock: Pick<Clock, 'schedule'>;
}

/** While nothing is shown, the ends of these queues are asked this often. */
const LOOK_MS = 15_000;

/**
 * Which edges are drained unasked: those that the user's own setting names, and that were confirmed in this workspace. A file that comes
 * with a repository can do neither. The owner calls `follow` when files or trust have changed.
 */
export class AutomaticDraining implements Disposable {
  readonly #subscription: Disposable;
  /** Keys of the edges that are being drained automatically. */
  #running = new Map<string, QueueAddress>();
  #cancelLook: (() => void) | null = null;

  constructor(private readonly deps: AutomaticDrainingDeps) {
    this.#subscription = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.${SETTING}`)) this.follow();
    });
  }

  isOn(address: QueueAddress): boolean {
    return this.#running.has(keyOf(address));
  }

  /** Turns it on or off; on only after the user has confirmed what it does. */
  async set({ topologyId, nodeId }: QueueAddress, isOn: boolean): Promise<void> {
    const key = keyOf({ topologyId, nodeId });
    const others = this.#confirmed().filter((each) => each !== key);
    await this.deps.memento.update(MEMENTO_KEY, isOn ? [...others, key] : others);
    const all = readSetting();
    const edges = (all[topologyId] ?? []).filter((each) => each !== nodeId);
    const wanted = { ...all, [topologyId]: isOn ? [...edges, nodeId] : edges };
    const filled = Object.entries(wanted).filter(([, ids]) => ids.length > 0);
    await workspace
      .getConfiguration(SECTION)
      .update(
        SETTING,
        filled.length === 0 ? undefined : Object.fromEntries(filled),
        ConfigurationTarget.Global,
      );
    this.follow();
  }

  /** Starts and stops draining by setting, confirmation, files and trust as they are now. */
  follow(): void {
    const wanted = this.deps.isTrusted() ? this.#wanted() : new Map<string, QueueAddress>();
    const before = this.#running;
    this.#running = wanted;
    for (const [key, address] of before) {
      if (!wanted.has(key)) this.deps.drains.setAutomatic(address, false);
    }
    for (const [key, address] of wanted) {
      if (!before.has(key)) this.deps.drains.setAutomatic(address, true);
    }
    this.#lookLater();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cancelLook?.();
    this.#running = new Map();
  }

  /** A poll tells whether operations wait, and goes on unseen as the draining does; nothing is asked where none is on. */
  #lookLater(): void {
    if (this.#cancelLook !== null || this.#running.size === 0) return;
    this.#cancelLook = this.deps.clock.schedule(LOOK_MS, () => {
      this.#cancelLook = null;
      const refs = [...this.#running.values()].flatMap((address) => this.#endsOf(address));
      const looked = Promise.all(refs.map(async (ref) => this.deps.refresh(ref)));
      void looked.then(() => this.#lookLater());
    });
  }

  #endsOf({ topologyId, nodeId }: QueueAddress): readonly NodeRef[] {
    const entry = this.deps.entries().find(({ id }) => id === topologyId);
    const queue = entry?.topology.nodes.find(({ id }) => id === nodeId)?.pendingSync ?? null;
    if (queue === null) return [];
    return [nodeId, queue.primary].map((id) => ({ topologyId, nodeId: id }));
  }

  #wanted(): Map<string, QueueAddress> {
    const setting = readSetting();
    const confirmed = new Set(this.#confirmed());
    const found = new Map<string, QueueAddress>();
    for (const { id: topologyId, topology } of this.deps.entries()) {
      for (const nodeId of setting[topologyId] ?? []) {
        const address = { topologyId, nodeId };
        const node = topology.nodes.find(({ id }) => id === nodeId);
        const hasQueue = (node?.pendingSync ?? null) !== null;
        if (hasQueue && confirmed.has(keyOf(address))) found.set(keyOf(address), address);
      }
    }
    return found;
  }

  #confirmed(): readonly string[] {
    const stored = this.deps.memento.get<unknown>(MEMENTO_KEY);
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
  }
}

/** Edges by topology file; what a user typed may be of any type. Only the user's own settings count. */
function readSetting(): Readonly<Record<string, readonly string[]>> {
  const value: unknown = workspace.getConfiguration(SECTION).inspect<unknown>(SETTING)?.globalValue;
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([id, edges]: [string, unknown]) => [
      id,
      Array.isArray(edges) ? edges.filter((edge) => typeof edge === 'string') : [],
    ]),
  );
}

function keyOf({ topologyId, nodeId }: QueueAddress): string {
  return `${topologyId} ${nodeId}`;
}
