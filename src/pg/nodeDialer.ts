import { isServerFailure, ServerFailure } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Log } from '../core/ports/log';
import type { SecretStore } from '../core/ports/secretStore';
import type { TopologyNode } from '../core/topology';
import { toFailure, unresolvedSubject, type FailureSubject } from './errors/toFailure';
import { withoutSecrets } from './errors/withoutSecrets';
import type { LocalEnvironment } from './libpq/environment';
import type { DialTarget } from './libpq/hostList';
import type { PathPolicy } from './libpq/pathPolicy';
import { resolveConnection, type ResolvedConnection } from './libpq/resolveConnection';
import { EnteredPasswords } from './passwords/enteredPasswords';
import { PasswordFinder, secretKeyOf } from './passwords/passwordFinder';
import { RefusedPasswords } from './passwords/refusedPasswords';
import { connectNode, type ConnectedSession, type ConnectRequest } from './session/connectNode';
import type { SessionLimits } from './session/limits';
import type { PgSession } from './session/pgSession';

export interface NodeDialerOptions {
  readonly environment: LocalEnvironment;
  readonly secrets: SecretStore;
  readonly paths: PathPolicy;
  readonly log: Log;
}

/** What a session is for: its time limits, and whether it may write. */
export interface SessionKind {
  readonly limits: SessionLimits;
  readonly isReadOnly: boolean;
  /** Several statements may be under way at a time. */
  readonly isPipelined?: boolean;
}

/** What is asked while hosts are tried. */
type ConnectAnswers = Pick<ConnectRequest, 'passwordFor' | 'onFailure'>;

/**
 * The way from a node of the file to a connected session: connection completed, password found, refusals remembered,
 * secrets kept out of what fails. Shared by watching and changing, so that a password which one learned the other knows.
 * Holds no connection itself: whoever opens a session closes it.
 */
export class NodeDialer {
  readonly entered = new EnteredPasswords();
  readonly refused = new RefusedPasswords();
  readonly options: NodeDialerOptions;
  readonly #finder: PasswordFinder;
  /** Notes that were logged, so that a poll does not repeat them. */
  readonly #logged = new Set<string>();

  constructor(options: NodeDialerOptions) {
    this.options = options;
    this.#finder = new PasswordFinder(options.secrets, this.entered, options.environment);
  }

  /** Reads local files, never a socket. @throws ServerFailure */
  async resolve(node: TopologyNode): Promise<ResolvedConnection> {
    try {
      const { environment, paths } = this.options;
      const connection = await resolveConnection(node, environment, paths);
      for (const note of connection.notes) this.#note(node, note);
      return connection;
    } catch (error) {
      throw toFailure(error, unresolvedSubject(node.id), 'dial');
    }
  }

  /**
   * Opens a session with the password that is found where the node's source looks; one that was refused is not sent again.
   * @throws ServerFailure
   */
  async open(
    node: TopologyNode,
    kind: SessionKind,
    signal: CancelSignal,
  ): Promise<ConnectedSession<PgSession>> {
    const connection = await this.resolve(node);
    await this.#refuseKnownRefusal(node, connection);
    const sent = new Map<string, string>();
    return this.connect(node, connection, kind, signal, {
      passwordFor: async (target, subject) => {
        const password = await this.#find(node, connection, target, subject);
        sent.set(secretKeyOf(connection, target), password);
        return password;
      },
      onFailure: (target, failure) => {
        const key = secretKeyOf(connection, target);
        const password = sent.get(key);
        if (failure.facts.reason === 'passwordRefused' && password !== undefined) {
          this.refused.remember(key, password, failure);
        }
      },
    });
  }

  /** Opens a session with passwords that the caller gives. @throws ServerFailure, without any of them. */
  async connect(
    node: TopologyNode,
    connection: ResolvedConnection,
    kind: SessionKind,
    signal: CancelSignal,
    answers: ConnectAnswers,
  ): Promise<ConnectedSession<PgSession>> {
    return this.guard(node.id, connection, answers, (guarded) =>
      connectNode(
        {
          ...guarded,
          nodeId: node.id,
          connection,
          limits: kind.limits,
          isReadOnly: kind.isReadOnly,
          isPipelined: kind.isPipelined ?? false,
          platform: this.options.environment.platform,
          onNote: (note) => this.#note(node, note),
        },
        signal,
      ),
    );
  }

  /** Keeps the passwords that `answers` gives out of every failure of `work`. */
  async guard<T>(
    nodeId: string,
    connection: ResolvedConnection,
    answers: ConnectAnswers,
    work: (guarded: ConnectAnswers) => Promise<T>,
  ): Promise<T> {
    const names = [nodeId, connection.user, connection.database];
    const secrets = new Set<string>();
    try {
      return await work({
        passwordFor: async (target, subject) => {
          const password = await answers.passwordFor(target, subject);
          // One that is also a name is in every sentence, and hides nothing.
          if (!names.includes(password)) secrets.add(password);
          return password;
        },
        onFailure: (target, failure) => answers.onFailure(target, withoutSecrets(failure, secrets)),
      });
    } catch (error) {
      throw isServerFailure(error) ? withoutSecrets(error, secrets) : error;
    }
  }

  /** A password that was refused is not sent again: fails before dialling while nothing has changed. */
  async #refuseKnownRefusal(node: TopologyNode, connection: ResolvedConnection): Promise<void> {
    for (const target of connection.targets) {
      const key = secretKeyOf(connection, target);
      if (!this.refused.has(key)) continue;
      const request = { source: node.passwordSource, connection, target };
      const found = await this.#finder.find(request).catch(() => null);
      const password = found?.password ?? null;
      if (password === null) continue;
      const failure = this.refused.find(key, password);
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
    this.options.log.info(line);
  }
}
