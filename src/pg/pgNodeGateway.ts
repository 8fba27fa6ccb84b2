import type { Endpoint } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { NodeGateway, NodeSession } from '../core/ports/nodeGateway';
import type { PasswordOutcome, Passwords } from '../core/ports/passwords';
import type { TopologyNode } from '../core/topology';
import type { DialTarget } from './libpq/hostList';
import { NodeDialer, type NodeDialerOptions, type SessionKind } from './nodeDialer';
import { secretKeyOf } from './passwords/passwordFinder';
import { PgNodeSession } from './pgNodeSession';
import { MONITOR_LIMITS, type SessionLimits } from './session/limits';

export interface PgNodeGatewayOptions extends NodeDialerOptions {
  /** For tests and benchmarks; by default the limits of watching. */
  readonly limits?: SessionLimits;
}

/** Reads real servers with `pg`. Holds no connection itself: whoever opens a session closes it. */
export class PgNodeGateway implements NodeGateway, Passwords {
  /** For the gateway of changes, which finds and refuses the same passwords. */
  readonly dialer: NodeDialer;
  readonly #kind: SessionKind;

  constructor(options: PgNodeGatewayOptions) {
    this.dialer = new NodeDialer(options);
    this.#kind = { limits: options.limits ?? MONITOR_LIMITS, isReadOnly: true };
  }

  async endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    const connection = await this.dialer.resolve(node);
    // What is dialled, not what it is called: consent is about where packets go.
    return connection.targets.map(({ endpoint, hostAddress }) =>
      hostAddress === null ? endpoint : { host: hostAddress, port: endpoint.port },
    );
  }

  async open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession> {
    return new PgNodeSession(await this.dialer.open(node, this.#kind, signal), node);
  }

  async enterPassword(node: TopologyNode, password: string): Promise<PasswordOutcome> {
    const { dialer } = this;
    const connection = await dialer.resolve(node);
    const asked = new Set<DialTarget>();
    const accepted = new Set<DialTarget>();
    const signal = new AbortController().signal;
    const connected = await dialer.connect(node, connection, this.#kind, signal, {
      passwordFor: (target) => {
        asked.add(target);
        return Promise.resolve(password);
      },
      // A server of the wrong role is told only after it let us in.
      onFailure: (target, { facts }) => {
        if (facts.reason === 'noHostFits') accepted.add(target);
      },
    });
    await connected.session.close();
    accepted.add(connected.target);
    // Where it was not tried, or not let in, it is not known to be right, and is not kept.
    const proven = [...accepted].filter((target) => asked.has(target));
    if (proven.length === 0) return 'notNeeded';
    for (const target of proven) {
      const key = secretKeyOf(connection, target);
      dialer.refused.forget(key);
      if (node.passwordSource.kind === 'prompt') dialer.entered.keep(key, password);
      else await dialer.options.secrets.store(key, password);
    }
    return 'kept';
  }

  async forgetPassword(node: TopologyNode): Promise<void> {
    for (const key of await this.#keysOf(node)) {
      this.dialer.refused.forget(key);
      this.dialer.entered.forget(key);
      await this.dialer.options.secrets.delete(key);
    }
  }

  async storeKeysOf(node: TopologyNode): Promise<readonly string[]> {
    try {
      return await this.#keysOf(node);
    } catch {
      // Nothing that can be dialled, so nothing was stored for it either.
      return [];
    }
  }

  async retryAuthentication(node: TopologyNode): Promise<void> {
    for (const key of await this.#keysOf(node)) this.dialer.refused.forget(key);
  }

  async #keysOf(node: TopologyNode): Promise<readonly string[]> {
    const connection = await this.dialer.resolve(node);
    return connection.targets.map((target) => secretKeyOf(connection, target));
  }
}
