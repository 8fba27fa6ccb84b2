import type { Endpoint } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { NodeGateway, NodeSession } from '../core/ports/nodeGateway';
import type { PasswordOutcome, Passwords } from '../core/ports/passwords';
import type { TopologyNode } from '../core/topology';

type Gateway = NodeGateway & Passwords;

/** Stands before the layer that knows `pg`, and loads it with the first thing that needs it. Activation does not. */
export class LazyGateway implements Gateway {
  #loaded: Promise<Gateway> | null = null;

  constructor(private readonly load: () => Promise<Gateway>) {}

  async endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    return (await this.#gateway()).endpointsOf(node);
  }

  async open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession> {
    return (await this.#gateway()).open(node, signal);
  }

  async enterPassword(node: TopologyNode, password: string): Promise<PasswordOutcome> {
    return (await this.#gateway()).enterPassword(node, password);
  }

  async forgetPassword(node: TopologyNode): Promise<void> {
    await (await this.#gateway()).forgetPassword(node);
  }

  async retryAuthentication(node: TopologyNode): Promise<void> {
    await (await this.#gateway()).retryAuthentication(node);
  }

  #gateway(): Promise<Gateway> {
    this.#loaded ??= this.load();
    return this.#loaded;
  }
}
