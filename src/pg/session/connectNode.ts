import type { SslMode } from '../../core/connectionStringKeywords';
import { ServerFailure, type FailureReason } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlSession } from '../../core/ports/sqlSession';
import { formatEndpoint } from '../../core/endpoint';
import { say } from '../../core/say';
import { probeStatement, readProbe, type ServerProbe } from '../catalog/features';
import { toFailure, type FailureSubject } from '../errors/toFailure';
import type { DialTarget } from '../libpq/hostList';
import type { ResolvedConnection, TargetSessionAttrs } from '../libpq/resolveConnection';
import { readTlsMaterial, tlsOptionsFor } from '../tls/tlsOptions';
import { tlsModeFor } from '../tls/tlsMode';
import { dial, type DialPlan } from './dial';
import type { SessionLimits } from './limits';
import type { PgSession } from './pgSession';
import { identifyByVersionText } from './serverIdentity';

/** A session that fits, and what its server is. */
export interface ConnectedSession<Session extends SqlSession = SqlSession> {
  readonly session: Session;
  readonly target: DialTarget;
  readonly subject: FailureSubject;
  readonly probe: ServerProbe;
}

export interface ConnectRequest {
  readonly nodeId: string;
  readonly connection: ResolvedConnection;
  readonly limits: SessionLimits;
  readonly isReadOnly: boolean;
  readonly isPipelined?: boolean;
  readonly platform: NodeJS.Platform;
  /** Called when a server asks; may throw a `ServerFailure`. */
  readonly passwordFor: (target: DialTarget, subject: FailureSubject) => Promise<string>;
  /** A finished sentence about how a setting was read. */
  readonly onNote: (note: string) => void;
  /** Called for each host that failed. */
  readonly onFailure: (target: DialTarget, failure: ServerFailure) => void;
}

/** After these the next host is tried, as libpq does; any other answer of a server is final. */
const TRY_NEXT: readonly FailureReason[] = [
  'refused',
  'unresolved',
  'unroutable',
  'silent',
  'notPostgres',
  'lost',
  'starting',
  'noHostFits',
];

/**
 * Tries the hosts of a connection in order until one answers and fits `target_session_attrs`.
 * @throws ServerFailure; with several hosts `noHostFits`, with each one's reason.
 */
export function connectNode(
  request: ConnectRequest,
  signal: CancelSignal,
): Promise<ConnectedSession<PgSession>> {
  return tryHosts(request, (target, attrs) => connectTarget(request, target, attrs, signal));
}

/** Tries the hosts of a connection in order, as libpq does, until `attempt` succeeds with one. @throws ServerFailure */
export async function tryHosts<T>(
  request: ConnectRequest,
  attempt: (target: DialTarget, attrs: TargetSessionAttrs) => Promise<T>,
): Promise<T> {
  const wanted = request.connection.targetSessionAttrs;
  const passes: readonly TargetSessionAttrs[] =
    wanted === 'prefer-standby' ? ['standby', 'any'] : [wanted];
  const failures: ServerFailure[] = [];
  for (const attrs of passes) {
    failures.length = 0;
    for (const target of request.connection.targets) {
      try {
        return await attempt(target, attrs);
      } catch (error) {
        const failure = toFailure(error, subjectOf(request, target), 'dial');
        request.onFailure(target, failure);
        failures.push(failure);
        if (!TRY_NEXT.includes(failure.facts.reason)) break;
      }
    }
  }
  throw summarise(request, failures);
}

function summarise(request: ConnectRequest, failures: readonly ServerFailure[]): ServerFailure {
  const last = failures.at(-1);
  if (last !== undefined && (failures.length === 1 || !TRY_NEXT.includes(last.facts.reason))) {
    return last;
  }
  const detail = failures
    .map(({ facts }) => `${facts.endpoint ? formatEndpoint(facts.endpoint) : '?'}: ${facts.text}`)
    .join(' ');
  return new ServerFailure(describeFailure('noHostFits', { nodeId: request.nodeId, detail }));
}

function subjectOf(request: ConnectRequest, target: DialTarget): FailureSubject {
  return {
    nodeId: request.nodeId,
    endpoint: target.endpoint,
    user: request.connection.user,
    database: request.connection.database,
    sslmode: null,
    dialLimitMs: request.connection.connectTimeoutMs,
    readLimitMs: request.limits.readMs,
  };
}

async function connectTarget(
  request: ConnectRequest,
  target: DialTarget,
  attrs: TargetSessionAttrs,
  signal: CancelSignal,
): Promise<ConnectedSession<PgSession>> {
  const { connection } = request;
  const usesSystem = connection.tlsFiles.rootCert === 'system';
  const { mode, note } = tlsModeFor(connection.sslmode, target.endpoint.host, usesSystem);
  if (note !== null) request.onNote(note);
  const { session, subject } = await dialTarget(request, target, mode, signal);
  try {
    const probe = await probeServer(session, subject, signal);
    refuseWrongRole(probe, attrs, subject);
    return { session, target, subject, probe };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A connection to one host, of which nothing was asked yet. */
export interface DialedTarget {
  readonly session: PgSession;
  readonly subject: FailureSubject;
}

/**
 * Dials one host with this mode of TLS.
 * @param replication speaks the replication protocol, for which only simple statements are sent (`queryTogether`).
 * @throws ServerFailure
 */
export async function dialTarget(
  request: ConnectRequest,
  target: DialTarget,
  mode: SslMode,
  signal: CancelSignal,
  replication?: DialPlan['replication'],
): Promise<DialedTarget> {
  const { connection } = request;
  const host = target.endpoint.host;
  const tls =
    mode === 'disable'
      ? null
      : tlsOptionsFor(mode, host, connection, await readTlsMaterial(connection, request.platform));
  const subject: FailureSubject = { ...subjectOf(request, target), sslmode: mode };
  const { session } = await dial(
    {
      target,
      subject,
      user: connection.user,
      database: connection.database,
      tls,
      sslnegotiation: connection.sslnegotiation,
      requiresChannelBinding: connection.requiresChannelBinding,
      options: connection.options,
      isReadOnly: request.isReadOnly,
      isPipelined: request.isPipelined ?? false,
      ...(replication === undefined ? {} : { replication }),
      limits: request.limits,
      password: () => request.passwordFor(target, subject),
    },
    signal,
  );
  return { session, subject };
}

async function probeServer(
  session: SqlSession,
  subject: FailureSubject,
  signal: CancelSignal,
): Promise<ServerProbe> {
  const answer = await session.query(probeStatement, signal);
  const probe = readProbe(answer.rows[0]);
  const identity = identifyByVersionText(probe.versionText);
  if (identity.kind === 'other') {
    throw new ServerFailure(describeFailure('notPostgres', { ...subject, detail: identity.words }));
  }
  return probe;
}

/** `read-write` and `read-only` are judged by recovery alone: our sessions are read-only by their own setting. */
function refuseWrongRole(
  probe: ServerProbe,
  attrs: TargetSessionAttrs,
  subject: FailureSubject,
): void {
  const wantsPrimary = attrs === 'read-write' || attrs === 'primary';
  const wantsStandby = attrs === 'read-only' || attrs === 'standby';
  if (wantsPrimary && probe.isInRecovery) throw unfit(subject, attrs, say`it is a standby`);
  if (wantsStandby && !probe.isInRecovery) throw unfit(subject, attrs, say`it is a primary`);
}

function unfit(subject: FailureSubject, attrs: TargetSessionAttrs, why: string): ServerFailure {
  const detail = say`target_session_attrs is ${attrs}, and ${why}`;
  return new ServerFailure(describeFailure('noHostFits', { ...subject, detail }));
}
