import { bareNode } from '../core/bareNode';
import type { SslMode } from '../core/connectionStringKeywords';
import { isUnixSocket } from '../core/endpoint';
import { isServerFailure, ServerFailure, type FailureReason } from '../core/failure';
import { describeFailure } from '../core/failureText';
import type { CancelSignal } from '../core/ports/cancelSignal';
import { say } from '../core/say';
import { toFailure, unresolvedSubject } from './errors/toFailure';
import type { DialTarget } from './libpq/hostList';
import { resolveConnection, type ResolvedConnection } from './libpq/resolveConnection';
import { ConfigurationProblem } from './libpq/settings';
import type { NodeDialer } from './nodeDialer';
import {
  dialTarget,
  tryHosts,
  type ConnectRequest,
  type DialedTarget,
} from './session/connectNode';
import { CHANGE_LIMITS } from './session/limits';
import { tlsModeFor } from './tls/tlsMode';

/** What these name is on the host of the subscriber. */
const FILES_OF_SUBSCRIBER: readonly string[] = [
  'passfile',
  'service',
  'servicefile',
  'sslcert',
  'sslkey',
  'sslcrl',
  'sslcrldir',
  'sslkeylogfile',
];

/** Next steps of somebody who gives a subscription its connection. `{user}` and `{node}` stand for their names. */
const ADVICE: Partial<Record<FailureReason, string>> = {
  refused: say`The publisher is down, or the address of the connection is wrong.`,
  unresolved: say`Correct the host of the connection.`,
  passwordNeeded: say`Give the connection a password.`,
  passwordRefused: say`Correct user and password of the connection.`,
  privilege: say`A subscription connects as a role with REPLICATION: run ALTER ROLE {user} REPLICATION on {node}.`,
  noDatabase: say`Correct dbname of the connection.`,
  connectionsFull: say`Raise max_wal_senders of {node}, or end a WAL sender that nobody needs.`,
  configuration: say`Correct the connection of the subscription.`,
  starting: say`Try again when it accepts connections.`,
  lost: say`Its log may say why.`,
};

/** @see ChangeGateway.tryReplication */
export async function tryReplication(
  dialer: NodeDialer,
  nodeId: string,
  conninfo: Readonly<Record<string, string>>,
  signal: CancelSignal,
): Promise<{ readonly systemIdentifier: string }> {
  try {
    const connection = await resolveConninfo(dialer, nodeId, conninfo);
    const answers = {
      passwordFor: (): Promise<string> => passwordOf(conninfo, nodeId, connection.user),
      onFailure: () => undefined,
    };
    return await dialer.guard(nodeId, connection, answers, (guarded) => {
      const request: ConnectRequest = {
        ...guarded,
        nodeId,
        connection,
        limits: CHANGE_LIMITS,
        isReadOnly: true,
        platform: dialer.options.environment.platform,
        onNote: () => undefined,
      };
      return tryHosts(request, (target) => identify(request, target, signal));
    });
  } catch (error) {
    throw advised(error, nodeId);
  }
}

/** As the subscriber's server reads it: nothing is taken from this machine's own environment and service files. */
async function resolveConninfo(
  dialer: NodeDialer,
  nodeId: string,
  conninfo: Readonly<Record<string, string>>,
): Promise<ResolvedConnection> {
  const { environment, paths } = dialer.options;
  try {
    const file = FILES_OF_SUBSCRIBER.find((keyword) => (conninfo[keyword] ?? '') !== '');
    if (file !== undefined) {
      throw new ConfigurationProblem(
        say`${file} is for the host of the subscriber and cannot be tried from here`,
      );
    }
    return await resolveConnection(
      bareNode(nodeId, conninfo),
      { ...environment, variables: {}, userName: '' },
      paths,
    );
  } catch (error) {
    throw toFailure(error, unresolvedSubject(nodeId), 'dial');
  }
}

function passwordOf(
  conninfo: Readonly<Record<string, string>>,
  nodeId: string,
  user: string,
): Promise<string> {
  const password = conninfo['password'] ?? '';
  return password === ''
    ? Promise.reject(new ServerFailure(describeFailure('passwordNeeded', { nodeId, user })))
    : Promise.resolve(password);
}

/** Asks one host who it is, in the modes of TLS that the subscriber's libpq would try. */
async function identify(
  request: ConnectRequest,
  target: DialTarget,
  signal: CancelSignal,
): Promise<{ readonly systemIdentifier: string }> {
  const { session, subject } = await dialAsLibpq(request, target, signal);
  try {
    const [answer] = await session.queryTogether(['IDENTIFY_SYSTEM'], signal);
    const systemIdentifier = answer?.rows[0]?.['systemid'];
    if (typeof systemIdentifier === 'string') return { systemIdentifier };
    throw new ServerFailure(
      describeFailure('notPostgres', {
        ...subject,
        detail: say`it did not say which system it is`,
      }),
    );
  } finally {
    await session.close();
  }
}

/** `prefer`, libpq's default, takes TLS without looking at the certificate where it is offered, else clear text. */
async function dialAsLibpq(
  request: ConnectRequest,
  target: DialTarget,
  signal: CancelSignal,
): Promise<DialedTarget> {
  const { sslmode, tlsFiles } = request.connection;
  const dialIn = (mode: SslMode): Promise<DialedTarget> =>
    dialTarget(request, target, mode, signal, 'database');
  const host = target.endpoint.host;
  const isPrefer = sslmode === null || sslmode === 'prefer' || sslmode === 'allow';
  if (!isPrefer || tlsFiles.rootCert === 'system' || isUnixSocket(host)) {
    return dialIn(tlsModeFor(sslmode, host, tlsFiles.rootCert === 'system').mode);
  }
  try {
    return await dialIn('require');
  } catch (error) {
    const reason = isServerFailure(error) ? error.facts.reason : null;
    if (reason !== 'tlsMissing') throw error;
    return dialIn('disable');
  }
}

function advised(error: unknown, nodeId: string): unknown {
  if (!isServerFailure(error)) return error;
  const { facts } = error;
  const advice = ADVICE[facts.reason];
  if (advice === undefined) return error;
  const filled = advice.replace('{user}', facts.user ?? 'it').replace('{node}', nodeId);
  return new ServerFailure({ ...facts, advice: filled }, { cause: error.cause });
}
