import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientConfig } from 'pg';
import { isUnixSocket } from '../../core/endpoint';
import { ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import { toFailure, type FailureSubject } from '../errors/toFailure';
import { socketPath, type DialTarget } from '../libpq/hostList';
import { sendCancelRequest, type CancelTarget } from './cancelRequest';
import type { SessionLimits } from './limits';
import { PgSession } from './pgSession';
import { identifyByParameters, type ServerParameters } from './serverIdentity';
import { typeParsers } from './typeParsers';

/** One connection to make: one address, one user, everything explicit. */
export interface DialPlan {
  readonly target: DialTarget;
  readonly subject: FailureSubject;
  readonly user: string;
  readonly database: string;
  /** `null`: no TLS. */
  readonly tls: ConnectionOptions | null;
  readonly sslnegotiation: 'postgres' | 'direct';
  readonly requiresChannelBinding: boolean;
  /** libpq's `options` of the user. */
  readonly options: string;
  readonly isReadOnly: boolean;
  /** `database`: the replication protocol of logical slots, which knows simple statements alone. */
  readonly replication?: 'database';
  /** Several statements may be under way at a time; `limits.readMs` then counts from the last answer. */
  readonly isPipelined?: boolean;
  readonly limits: SessionLimits;
  /** Called only when the server asks for a password. A `ServerFailure` that it throws is the outcome. */
  readonly password: () => Promise<string>;
}

export interface DialedSession {
  readonly session: PgSession;
  readonly parameters: ServerParameters;
}

/** How the first message of a server that speaks the protocol begins: authentication, error, notice, version negotiation. */
const FIRST_MESSAGE = new Set(Buffer.from('RENv'));

const APPLICATION_NAME = 'pg-topology';

/**
 * Opens one connection and says who is at the other end.
 * @throws ServerFailure
 */
export async function dial(plan: DialPlan, signal: CancelSignal): Promise<DialedSession> {
  if (signal.aborted) throw cancelled(plan);
  if (plan.target.endpoint.host.startsWith('@')) {
    throw new ServerFailure(
      describeFailure('configuration', {
        ...plan.subject,
        detail: say`abstract Unix sockets are not supported`,
      }),
    );
  }
  // Loaded here, not at the top: activation must not pay for it.
  const pg = await import('pg');
  if (wasAborted(signal)) throw cancelled(plan);
  const socket = new Socket();
  const line = watchLine(socket, plan);
  const parameters = new Map<string, string>();
  const client = new pg.Client(clientConfig(plan, socket, typeParsers(pg.types.getTypeParser)));
  // An error event without a listener would end the process; the outcome of connect() says the same.
  client.on('error', () => undefined);
  client.connection.on('parameterStatus', (message: ParameterStatusMessage) => {
    parameters.set(message.parameterName, message.parameterValue);
  });
  const onAbort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', onAbort);
  try {
    await client.connect();
    refuseOthers(parameters, plan);
    return { session: sessionOver(client, socket, plan), parameters };
  } catch (error) {
    socket.destroy();
    client.end().catch(() => undefined);
    if (wasAborted(signal)) throw cancelled(plan);
    if (line.isForeign) throw new ServerFailure(describeFailure('notPostgres', plan.subject));
    throw toFailure(error, plan.subject, 'dial');
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface ParameterStatusMessage {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** Asked anew after an await; the compiler remembers what it was before. */
function wasAborted(signal: CancelSignal): boolean {
  return signal.aborted;
}

/** Looks at what arrives first, and hangs up on a server that speaks something else. */
function watchLine(socket: Socket, plan: DialPlan): { readonly isForeign: boolean } {
  const line = { isForeign: false };
  // TLS from the first byte on: what is not TLS fails there.
  if (plan.tls !== null && plan.sslnegotiation === 'direct') return line;
  socket.once('data', (chunk: Buffer) => {
    line.isForeign = plan.tls === null ? isForeignMessage(chunk) : isForeignTlsAnswer(chunk);
    if (line.isForeign) socket.destroy(new Error('not the protocol'));
  });
  return line;
}

function isForeignMessage(chunk: Buffer): boolean {
  return !FIRST_MESSAGE.has(chunk[0] ?? 0);
}

/** The answer to SSLRequest is one byte, S or N, or an error message. */
function isForeignTlsAnswer(chunk: Buffer): boolean {
  const first = String.fromCharCode(chunk[0] ?? 0);
  return first !== 'E' && !(chunk.length === 1 && (first === 'S' || first === 'N'));
}

/** `replication` is understood by `pg` and missing from its types. */
interface ReplicationConfig extends ClientConfig {
  readonly replication?: 'database';
}

function clientConfig(
  plan: DialPlan,
  socket: Socket,
  getTypeParser: ReturnType<typeof typeParsers>,
): ReplicationConfig {
  const { target, limits } = plan;
  const options = [plan.options, plan.isReadOnly ? '-c default_transaction_read_only=on' : ''];
  return {
    // Every member that `pg` would otherwise take from the environment is given.
    host: target.hostAddress ?? target.endpoint.host,
    port: target.endpoint.port,
    user: plan.user,
    database: plan.database,
    password: plan.password,
    ssl: plan.tls ?? false,
    sslnegotiation: plan.tls === null ? 'postgres' : plan.sslnegotiation,
    application_name: APPLICATION_NAME,
    client_encoding: 'UTF8',
    options: options.filter((part) => part !== '').join(' ') || ' ',
    enableChannelBinding: plan.requiresChannelBinding,
    keepAlive: true,
    connectionTimeoutMillis: plan.subject.dialLimitMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    // One that counts from its sending would end a statement that only waits for those before it.
    ...(plan.isPipelined === true ? { pipeline: true } : { query_timeout: limits.readMs }),
    ...(plan.replication === undefined ? {} : { replication: plan.replication }),
    stream: () => socket,
    types: { getTypeParser },
  };
}

function refuseOthers(parameters: ServerParameters, plan: DialPlan): void {
  const identity = identifyByParameters(parameters);
  if (identity.kind === 'tooOld') {
    throw new ServerFailure(
      describeFailure('tooOld', { ...plan.subject, detail: identity.version }),
    );
  }
  if (identity.kind === 'other') {
    throw new ServerFailure(
      describeFailure('notPostgres', { ...plan.subject, detail: identity.words }),
    );
  }
}

function sessionOver(client: Client, socket: Socket, plan: DialPlan): PgSession {
  const session = new PgSession(client, {
    subject: plan.subject,
    closeMs: plan.limits.closeMs,
    readMs: plan.limits.readMs,
    destroySocket: () => {
      // The TLS stream first: it lies over the socket.
      client.connection.stream.destroy();
      socket.destroy();
    },
    cancelOnServer: () => {
      const target = cancelTargetOf(client, plan);
      return target === null ? Promise.resolve() : sendCancelRequest(target, plan.limits.cancelMs);
    },
  });
  // `pg` itself waits without a limit then.
  if (plan.isPipelined === true) session.setReadLimit(plan.limits.readMs);
  return session;
}

function cancelTargetOf(client: Client, plan: DialPlan): CancelTarget | null {
  // `pg` keeps the key of the backend on the client; its types leave both members out.
  const key = client as unknown as {
    readonly processID: number | null;
    readonly secretKey: number | null;
  };
  if (key.processID === null || key.secretKey === null) return null;
  const { endpoint, hostAddress } = plan.target;
  const path = isUnixSocket(endpoint.host) ? socketPath(endpoint) : null;
  return {
    address: path === null ? { host: hostAddress ?? endpoint.host, port: endpoint.port } : { path },
    tls: plan.tls,
    sslnegotiation: plan.sslnegotiation,
    processId: key.processID,
    secretKey: key.secretKey,
  };
}

function cancelled(plan: DialPlan): ServerFailure {
  return new ServerFailure(describeFailure('cancelled', plan.subject));
}
