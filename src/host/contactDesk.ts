import { formatEndpoint } from '../core/endpoint';
import type { Endpoint } from '../core/failure';
import type { ContactGate } from '../core/ports/contactGate';
import type { NodeGateway } from '../core/ports/nodeGateway';
import type { NodeRef, TopologyEntry, TopologyMonitor } from '../core/ports/topologyMonitor';
import type { TopologyNode } from '../core/topology';
import type { WorkspaceContactGate } from './contactGate';

/** One endpoint that waits for consent, and which nodes of which topology are behind it. */
export interface Waiting {
  readonly topologyId: string;
  readonly endpoint: Endpoint;
  readonly nodeIds: string[];
}

/** What the desk needs of the gate, which keeps the answers. */
export type ContactMemory = Pick<WorkspaceContactGate, keyof WorkspaceContactGate>;

export interface ContactDeskDeps {
  readonly gate: ContactGate &
    Pick<
      WorkspaceContactGate,
      'rememberAct' | 'rememberActEverywhere' | 'waitingFor' | 'approve' | 'decline' | 'wasDeclined'
    >;
  readonly gateway: Pick<NodeGateway, 'endpointsOf'>;
  readonly monitor: Pick<TopologyMonitor, 'recheckContact'>;
  readonly entries: () => readonly TopologyEntry[];
  readonly isTrusted: () => boolean;
  /** Shows the list. Gives what the user approved; nothing when he dismissed it. */
  readonly ask: (waiting: readonly Waiting[]) => Promise<readonly Waiting[]>;
}

/**
 * Where every act of the user that wants servers comes in: remembers that there was one, and asks once, in one list,
 * about the endpoints that were never approved. A poll never comes here.
 */
export class ContactDesk {
  #open: Promise<void> = Promise.resolve();

  constructor(private readonly deps: ContactDeskDeps) {}

  /** An act that concerns everything: the explorer or the dashboard was opened, the status bar clicked. */
  async act(): Promise<boolean> {
    return this.#act(null);
  }

  /** A command on a node or a topology; asks again about what was not approved before. */
  async actOn(ref: NodeRef | null): Promise<boolean> {
    return this.#act(ref ?? { topologyId: '', nodeId: null });
  }

  /** Whether this node may be dialled now; for what dials by itself, past the monitor. Rejects as `endpointsOf` does. */
  async allows(topologyId: string, node: TopologyNode): Promise<boolean> {
    const { gate, gateway } = this.deps;
    if (gate.decideBeforeResolving(topologyId) !== 'allowed') return false;
    return gate.decide(topologyId, await gateway.endpointsOf(node)) === 'allowed';
  }

  /** Whether the user allowed this address from the folder of a topology, whose file need not be there yet. */
  isApproved(topologyId: string, endpoint: Endpoint): boolean {
    return this.deps.gate.waitingFor(topologyId, [endpoint]).length === 0;
  }

  /** Remembers addresses that the user allowed on the way to a file: they are not asked about again. Nobody is contacted. */
  async approve(topologyId: string, endpoints: readonly Endpoint[]): Promise<void> {
    await this.deps.gate.approve(topologyId, endpoints);
  }

  /** @param ref `null`: everything, without asking again. @returns false in Restricted Mode, where nothing happens. */
  async #act(ref: NodeRef | null): Promise<boolean> {
    const { gate, monitor, entries, isTrusted } = this.deps;
    if (!isTrusted()) return false;
    const concerned = entries().filter(
      ({ id }) => ref === null || ref.topologyId === '' || id === ref.topologyId,
    );
    if (ref === null) await gate.rememberActEverywhere();
    for (const { id } of concerned) await gate.rememberAct(id);
    monitor.recheckContact();
    // One question at a time; what a second act would ask was answered by the first.
    const asked = this.#open.then(async () => this.#askAbout(concerned, ref));
    this.#open = asked.catch(() => undefined);
    await asked;
    return true;
  }

  async #askAbout(entries: readonly TopologyEntry[], ref: NodeRef | null): Promise<void> {
    const waiting = await this.#collect(entries, ref?.nodeId ?? null);
    const { gate } = this.deps;
    const open = waiting.filter(
      ({ topologyId, endpoint }) => ref !== null || !gate.wasDeclined(topologyId, endpoint),
    );
    if (open.length === 0) return;
    const approved = await this.deps.ask(open);
    for (const item of open) {
      const { topologyId, endpoint } = item;
      if (approved.includes(item)) await gate.approve(topologyId, [endpoint]);
      else await gate.decline(topologyId, [endpoint]);
    }
    if (approved.length > 0) this.deps.monitor.recheckContact();
  }

  async #collect(entries: readonly TopologyEntry[], nodeId: string | null): Promise<Waiting[]> {
    const found = new Map<string, Waiting>();
    for (const { id: topologyId, topology } of entries) {
      for (const node of topology.nodes) {
        if (nodeId !== null && node.id !== nodeId) continue;
        // A connection that cannot be completed is told by the node's own row.
        const endpoints = await this.deps.gateway.endpointsOf(node).catch(() => []);
        for (const endpoint of this.deps.gate.waitingFor(topologyId, endpoints)) {
          const item = { topologyId, endpoint, nodeIds: [node.id] };
          const known = found.get(keyOf(item));
          if (known === undefined) found.set(keyOf(item), item);
          else known.nodeIds.push(node.id);
        }
      }
    }
    return [...found.values()];
  }
}

function keyOf({ topologyId, endpoint }: Waiting): string {
  return `${topologyId} ${formatEndpoint(endpoint)}`;
}
