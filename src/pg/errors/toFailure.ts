import { isUnixSocket } from '../../core/endpoint';
import { isServerFailure, ServerFailure, type Endpoint } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import { redact } from '../../core/redact';
import { say } from '../../core/say';
import { ConfigurationProblem } from '../libpq/settings';
import { classifyError } from './classify';

/** Whose connection failed, and how it was made. */
export interface FailureSubject {
  readonly nodeId: string;
  readonly endpoint: Endpoint | null;
  readonly user: string | null;
  readonly database: string | null;
  /** In force for this endpoint. */
  readonly sslmode: string | null;
  readonly dialLimitMs: number;
  readonly readLimitMs: number;
}

/** A subject of which nothing but the node is known yet. */
export function unresolvedSubject(nodeId: string): FailureSubject {
  return {
    nodeId,
    endpoint: null,
    user: null,
    database: null,
    sslmode: null,
    dialLimitMs: 0,
    readLimitMs: 0,
  };
}

/**
 * Turns whatever went wrong into the one error that leaves this layer. The cause keeps code and redacted message, never
 * the original: its detail may hold row values, its config a password.
 */
export function toFailure(
  error: unknown,
  subject: FailureSubject,
  phase: 'dial' | 'query',
): ServerFailure {
  if (isServerFailure(error)) return error;
  if (error instanceof ConfigurationProblem) {
    const facts = describeFailure('configuration', { ...subject, detail: redact(error.message) });
    return new ServerFailure(facts);
  }
  const classified = classifyError(error, {
    phase,
    usesTls: subject.sslmode !== null && subject.sslmode !== 'disable',
    isUnixSocket: subject.endpoint !== null && isUnixSocket(subject.endpoint.host),
  });
  const message = redact(error instanceof Error ? error.message : say`unknown error`);
  const isServers = classified.server !== null;
  const facts = describeFailure(classified.reason, {
    nodeId: subject.nodeId,
    endpoint: subject.endpoint,
    user: subject.user,
    database: subject.database,
    sslmode: subject.sslmode,
    sqlstate: classified.server?.sqlstate ?? null,
    serverMessage: isServers ? message : null,
    limitMs: classified.reason === 'readTimeout' ? subject.readLimitMs : subject.dialLimitMs,
    detail: classified.detail,
    ...(classified.advice === null ? {} : { advice: classified.advice }),
    ...(classified.reason === 'other' && !isServers
      ? { serverMessage: null, detail: message }
      : {}),
  });
  return new ServerFailure(facts, { cause: new Error(message) });
}
