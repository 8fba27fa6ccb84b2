import { isServerFailure, ServerFailure, type Endpoint } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Log } from '../core/ports/log';
import type { NodeGateway, NodeSession } from '../core/ports/nodeGateway';
import type { PasswordOutcome, Passwords } from '../core/ports/passwords';
import type { SecretStore } from '../core/ports/secretStore';
import type { TopologyNode } from '../core/topology';
import { toFailure, unresolvedSubject, type FailureSubject } from './errors/toFailure';
import { withoutSecrets } from './errors/withoutSecrets';
import type { LocalEnvironment } from './libpq/environment';
import type { PathPolicy } from './libpq/pathPolicy';
import type { DialTarget } from './libpq/hostList';
import { resolveConnection, type ResolvedConnection } from './libpq/resolveConnection';
import { EnteredPasswords } from './passwords/enteredPasswords';
import { PasswordFinder, secretKeyOf } from './passwords/passwordFinder';
import { RefusedPasswords } from './passwords/refusedPasswords';
import { PgNodeSession } from './pgNodeSession';
import { connectNode, type ConnectedSession, type ConnectRequest } from './session/connectNode';
import { MONITOR_LIMITS, type SessionLimits } from './session/limits';

export interface PgNodeGatewayOptions {
  readonly environment: LocalEnvironment;
  readonly secrets: SecretStore;
  readonly paths: PathPolicy;
  readonly log: Log;
  /** For tests and benchmarks; by default the limits of watching. */
  readonly limits?: SessionLimits;
}

/** Reads real servers with `pg`. Holds no connection itself: whoever opens a session closes it. */
export class PgNodeGateway implements NodeGateway, Passwords {
  readonly #options: PgNodeGatewayOptions;
  readonly #entered = new EnteredPasswords();
  readonly #refused = new RefusedPasswords();
  readonly #finder: PasswordFinder;
  /** Notes that were logged, so that a poll does not repeat them. */
  readonly #logged = new Set<string>();

  constructor(options: PgNodeGatewayOptions) {
    this.#options = options;
    this.#finder = new PasswordFinder(options.secrets, this.#entered, options.environment);
  }

  async endpointsOf(node: TopologyNode): Promise<readonly Endpoint[]> {
    const connection = await this.#resolve(node);
    // What is dialled, not what it is called: consent is about where packets go.
    return connection.targets.map(({ endpoint, hostAddress }) =>
      hostAddress === null ? endpoint : { host: hostAddress, port: endpoint.port },
    );
  }

  async open(node: TopologyNode, signal: CancelSignal): Promise<NodeSession> {
    const connection = await this.#resolve(node);
    await this.#refuseKnownRefusal(node, connection);
    const sent = new Map<string, string>();
    const connected = await this.#connect(node, connection, signal, {
      passwordFor: async (target, subject) => {
        const password = await this.#find(node, connection, target, subject);
        sent.set(secretKeyOf(connection, target), password);
        return password;
      },
      onFailure: (target, failure) => {
        const key = secretKeyOf(connection, target);
        const password = sent.get(key);
        if (failure.facts.reason === 'passwordRefused' && password !== undefined) {
          this.#refused.remember(key, password, failure);
        }
      },
    });
    return new PgNodeSession(connected, node);
  }

  async enterPassword(node: TopologyNode, password: string): Promise<PasswordOutcome> {
    const connection = await this.#resolve(node);
    const asked = new Set<DialTarget>();
    const accepted = new Set<DialTarget>();
    const connected = await this.#connect(node, connection, new AbortController().signal, {
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
      this.#refused.forget(key);
      if (node.passwordSource.kind === 'prompt') this.#entered.keep(key, password);
      else await this.#options.secrets.store(key, password);
    }
    return 'kept';
  }

  async forgetPassword(node: TopologyNode): Promise<void> {
    const connection = await this.#resolve(node);
    for (const target of connection.targets) {
      const key = secretKeyOf(connection, target);
      this.#refused.forget(key);
      this.#entered.forget(key);
      await this.#options.secrets.delete(key);
    }
  }

  async storeKeysOf(node: TopologyNode): Promise<readonly string[]> {
    try {
      const connection = await this.#resolve(node);
      return connection.targets.map((target) => secretKeyOf(connection, target));
    } catch {
      // Nothing that can be dialled, so nothing was stored for it either.
      return [];
    }
  }

  async retryAuthentication(node: TopologyNode): Promise<void> {
    const connection = await this.#resolve(node);
    for (const target of connection.targets) {
      this.#refused.forget(secretKeyOf(connection, target));
    }
  }

  async #resolve(node: TopologyNode): Promise<ResolvedConnection> {
    try {
      const { environment, paths } = this.#options;
      const connection = await resolveConnection(node, environment, paths);
      for (const note of connection.notes) this.#note(node, note);
      return connection;
    } catch (error) {
      throw toFailure(error, unresolvedSubject(node.id), 'dial');
    }
  }

  async #connect(
    node: TopologyNode,
    connection: ResolvedConnection,
    signal: CancelSignal,
    answers: Pick<ConnectRequest, 'passwordFor' | 'onFailure'>,
  ): Promise<ConnectedSession> {
    const names = [node.id, connection.user, connection.database];
    const secrets = new Set<string>();
    const request: ConnectRequest = {
      nodeId: node.id,
      connection,
      limits: this.#options.limits ?? MONITOR_LIMITS,
      isReadOnly: true,
      platform: this.#options.environment.platform,
      onNote: (note) => this.#note(node, note),
      passwordFor: async (target, subject) => {
        const password = await answers.passwordFor(target, subject);
        // One that is also a name is in every sentence, and hides nothing.
        if (!names.includes(password)) secrets.add(password);
        return password;
      },
      onFailure: (target, failure) => answers.onFailure(target, withoutSecrets(failure, secrets)),
    };
    try {
      return await connectNode(request, signal);
    } catch (error) {
      throw isServerFailure(error) ? withoutSecrets(error, secrets) : error;
    }
  }

  /** A password that was refused is not sent again: fails before dialling while nothing has changed. */
  async #refuseKnownRefusal(node: TopologyNode, connection: ResolvedConnection): Promise<void> {
    for (const target of connection.targets) {
      const key = secretKeyOf(connection, target);
      if (!this.#refused.has(key)) continue;
      const request = { source: node.passwordSource, connection, target };
      const found = await this.#finder.find(request).catch(() => null);
      const password = found?.password ?? null;
      if (password === null) continue;
      const failure = this.#refused.find(key, password);
      if (failure !== null) throw failure;
    }
  }

  async #find(
    node: TopologyNode,
    connection: ResolvedConnection,
    target: DialTarget,
    subject: FailureSubject,
  ): Promise<string> {
    try {
      const request = { source: node.passwordSource, connection, target };
      const found = await this.#finder.find(request);
      for (const note of found.notes) this.#note(node, note);
      if (found.password !== null && found.password !== '') return found.password;
    } catch (error) {
      throw toFailure(error, subject, 'dial');
    }
    throw new ServerFailure(describeFailure('passwordNeeded', subject));
  }

  #note(node: TopologyNode, note: string): void {
    const line = `${node.id}: ${note}`;
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#options.log.info(line);
  }
}
