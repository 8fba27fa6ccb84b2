import type { FastFacts, SlowFacts } from '../core/facts';
import { isServerFailure, ServerFailure, type FailureReason } from '../core/failure';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { NodeSession } from '../core/ports/nodeGateway';
import { say } from '../core/say';

/** What one visit to a node brought. */
export interface Reading {
  readonly fast: FastFacts;
  /** When the answer arrived, epoch ms of our clock. */
  readonly fastAtMs: number;
  readonly roundTripMs: number;
  /** `null` when they were not asked for, or could not be read. */
  readonly slow: SlowFacts | null;
  /** Why slow facts are missing; the node itself is well. */
  readonly slowFailure: ServerFailure | null;
}

/**
 * Reads one node: in steady state one statement, one round trip. Slow facts go first, because they find the queue that
 * the fast statement then follows; a failure there costs only them, unless the session went with it.
 * A table or column that vanished makes it look again, once, instead of calling the node unreachable.
 * @throws ServerFailure
 */
export async function readNode(
  session: NodeSession,
  nodeId: string,
  wantsSlow: boolean,
  clock: Clock,
  signal: CancelSignal,
): Promise<Reading> {
  const slow = wantsSlow ? await readSlow(session, nodeId, signal) : NOT_READ;
  try {
    return await readFast(session, slow, clock, signal);
  } catch (error) {
    const failure = asServerFailure(error, nodeId);
    if (failure.facts.reason !== 'schemaDrift' || session.isClosed) throw failure;
    return await readFast(session, await readSlow(session, nodeId, signal), clock, signal);
  }
}

type SlowPart = Pick<Reading, 'slow' | 'slowFailure'>;

const NOT_READ: SlowPart = { slow: null, slowFailure: null };

async function readSlow(
  session: NodeSession,
  nodeId: string,
  signal: CancelSignal,
): Promise<SlowPart> {
  try {
    return { slow: await session.readSlow(signal), slowFailure: null };
  } catch (error) {
    const slowFailure = asServerFailure(error, nodeId);
    if (session.isClosed || !leavesSessionUsable(slowFailure)) throw slowFailure;
    return { slow: null, slowFailure };
  }
}

async function readFast(
  session: NodeSession,
  { slow, slowFailure }: SlowPart,
  clock: Clock,
  signal: CancelSignal,
): Promise<Reading> {
  const startedMs = clock.monotonicMs();
  const fast = await session.readFast(signal);
  const roundTripMs = clock.monotonicMs() - startedMs;
  return { fast, fastAtMs: clock.nowMs(), roundTripMs, slow, slowFailure };
}

/** After these the server still listens on this session; after all others it is replaced. */
const SESSION_SURVIVES: readonly FailureReason[] = [
  'privilege',
  'schemaDrift',
  'readOnly',
  'wrongState',
  'limit',
];

/** Whether the same session can be asked again after this failure. */
export function leavesSessionUsable(failure: ServerFailure): boolean {
  return SESSION_SURVIVES.includes(failure.facts.reason);
}

/** Any thrown thing as a failure of this node. What the gateway did not make has no text fit for people. */
export function asServerFailure(error: unknown, nodeId: string): ServerFailure {
  if (isServerFailure(error)) return error;
  const facts = {
    reason: 'other',
    text: say`Could not read node "${nodeId}": something unexpected went wrong in this extension.`,
    advice: say`See the log for details.`,
    sqlstate: null,
    serverMessage: null,
    endpoint: null,
    user: null,
  } as const;
  return new ServerFailure(facts, { cause: error });
}
