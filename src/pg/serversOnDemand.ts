import type { ClusterMember, DiscoveryFacts } from '../core/discovery/discoveryFacts';
import type { Endpoint } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeAccess, ChangeGateway, ChangeSession } from '../core/ports/changeGateway';
import type { DiscoveryGateway } from '../core/ports/discoveryGateway';
import type { DrainGateway, DrainSession, QueueEnd } from '../core/ports/drainGateway';
import type { NodeGateway, NodeSession } from '../core/ports/nodeGateway';
import type { PasswordOutcome, Passwords } from '../core/ports/passwords';
import type {
  SelectionAnswer,
  SelectionGateway,
  SelectionRequest,
} from '../core/ports/selectionGateway';
import type { TopologyNode } from '../core/topology';

/** What speaks to servers, once it is loaded. */
export interface LoadedServers {
  readonly watching: NodeGateway & Passwords;
  readonly changes: ChangeGateway;
  readonly drains: DrainGateway;
  readonly discovery: DiscoveryGateway;
  readonly selections: SelectionGateway;
}

/**
 * Loads what speaks to servers (statements, connection settings, TLS) with the first thing that needs it: activation needs
 * none of it. Holds no connection.
 */
export class ServersOnDemand
  implements
    NodeGateway,
    Passwords,
    ChangeGateway,
    DrainGateway,
    DiscoveryGateway,
    SelectionGateway
{
  #loading: Promise<LoadedServers> | null = null;

  constructor(private readonly load: () => Promise<LoadedServers>) {}

  async endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    return (await this.#get()).watching.endpointsOf(node);
  }

  async open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession> {
    return (await this.#get()).watching.open(node, signal);
  }

  async look(
    node: TopologyNode,
    password: string | null,
    signal: CancelSignal,
  ): Promise<DiscoveryFacts> {
    return (await this.#get()).discovery.look(node, password, signal);
  }

  async readMembers(endpoint: Endpoint, signal: CancelSignal): Promise<readonly ClusterMember[]> {
    return (await this.#get()).discovery.readMembers(endpoint, signal);
  }

  async enterPassword(node: TopologyNode, password: string): Promise<PasswordOutcome> {
    return (await this.#get()).watching.enterPassword(node, password);
  }

  async forgetPassword(node: TopologyNode): Promise<void> {
    return (await this.#get()).watching.forgetPassword(node);
  }

  async storeKeysOf(node: TopologyNode): Promise<readonly string[]> {
    return (await this.#get()).watching.storeKeysOf(node);
  }

  async retryAuthentication(node: TopologyNode): Promise<void> {
    return (await this.#get()).watching.retryAuthentication(node);
  }

  async userOf(node: TopologyNode, user: string | null): Promise<string> {
    return (await this.#get()).changes.userOf(node, user);
  }

  async openChange(
    node: TopologyNode,
    access: ChangeAccess,
    signal: CancelSignal,
  ): Promise<ChangeSession> {
    return (await this.#get()).changes.openChange(node, access, signal);
  }

  async tryReplication(
    nodeId: string,
    conninfo: Readonly<Record<string, string>>,
    signal: CancelSignal,
  ): Promise<{ readonly systemIdentifier: string }> {
    return (await this.#get()).changes.tryReplication(nodeId, conninfo, signal);
  }

  async openDrain(
    node: TopologyNode,
    end: QueueEnd,
    signal: CancelSignal,
    user?: string,
  ): Promise<DrainSession> {
    return (await this.#get()).drains.openDrain(node, end, signal, user);
  }

  async runSelection(
    node: TopologyNode,
    request: SelectionRequest,
    signal: CancelSignal,
  ): Promise<SelectionAnswer> {
    return (await this.#get()).selections.runSelection(node, request, signal);
  }

  /** A load that failed is tried anew with the next question. */
  #get(): Promise<LoadedServers> {
    this.#loading ??= this.load().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }
}
