import type { Memento } from 'vscode';
import type { ChosenPrimary } from '../core/snapshot';
import type { Log } from '../core/ports/log';
import type { ServerMemory } from '../core/ports/serverMemory';

const MEMENTO_KEY = 'pgTopology.servers';

interface TopologyMemory {
  readonly systems?: Readonly<Record<string, string>>;
  readonly chosen?: ChosenPrimary | null;
}

/** The memory of servers in the workspace's own state: the file, which others share, says nothing of identifiers. */
export class WorkspaceServerMemory implements ServerMemory {
  constructor(
    private readonly memento: Memento,
    private readonly log: Log,
  ) {}

  systemsOf(topologyId: string): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.#recall(topologyId).systems ?? {}));
  }

  rememberSystems(topologyId: string, systems: ReadonlyMap<string, string>): void {
    this.#remember(topologyId, { systems: Object.fromEntries(systems) });
  }

  chosenPrimaryOf(topologyId: string): ChosenPrimary | null {
    return this.#recall(topologyId).chosen ?? null;
  }

  choosePrimary(topologyId: string, choice: ChosenPrimary | null): void {
    this.#remember(topologyId, { chosen: choice });
  }

  #recall(topologyId: string): TopologyMemory {
    return this.#all()[topologyId] ?? {};
  }

  #remember(topologyId: string, part: TopologyMemory): void {
    const all = { ...this.#all(), [topologyId]: { ...this.#recall(topologyId), ...part } };
    this.memento.update(MEMENTO_KEY, all).then(undefined, (error: unknown) => {
      this.log.warn(`Could not remember which servers were seen: ${String(error)}`);
    });
  }

  #all(): Readonly<Record<string, TopologyMemory>> {
    return this.memento.get<Record<string, TopologyMemory>>(MEMENTO_KEY, {});
  }
}
