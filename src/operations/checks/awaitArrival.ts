import { LONGEST_WAIT_MS, type ArrivalQuestion } from '../../core/checks/checkStatements';
import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Clock } from '../../core/ports/clock';
import type { SqlSession } from '../../core/ports/sqlSession';
import { SQLSTATE } from '../../core/sqlstate';
import { pause } from '../pause';

/** A wait that comes back at once with nothing is not asked again at once. */
const PAUSE_MS = 5;

/** A lock, a recovery conflict, our own limit: nothing is known yet, and the question is asked again. */
const ASK_AGAIN: readonly string[] = [
  SQLSTATE.lockNotAvailable,
  SQLSTATE.queryCanceled,
  SQLSTATE.serializationFailure,
  SQLSTATE.deadlockDetected,
];

export interface Waiting {
  readonly session: SqlSession;
  readonly question: ArrivalQuestion;
  /** When the limit ends, by `clock.monotonicMs`. */
  readonly untilMs: number;
  readonly clock: Clock;
  readonly signal: CancelSignal;
}

/**
 * Waits until it has arrived.
 * @returns when the answer came, by `clock.monotonicMs`; `null` when it had not arrived in time.
 * @throws ServerFailure when the session can tell nothing
 */
export async function awaitArrival(waiting: Waiting): Promise<number | null> {
  const { session, question, untilMs, clock, signal } = waiting;
  for (;;) {
    const startedAtMs = clock.monotonicMs();
    const leftMs = untilMs - startedAtMs;
    if (leftMs <= 0) return null;
    try {
      await session.query(question.wait(Math.min(leftMs, LONGEST_WAIT_MS)), signal);
      const answeredAtMs = clock.monotonicMs();
      const proof = await session.query(question.proof, signal);
      if (proof.rows[0]?.['arrived'] === true) {
        return answeredAtMs <= untilMs ? answeredAtMs : null;
      }
    } catch (error) {
      if (session.isClosed || !mayAskAgain(error)) throw error;
    }
    const tookMs = clock.monotonicMs() - startedAtMs;
    if (tookMs < PAUSE_MS) await pause(clock, PAUSE_MS, signal);
  }
}

function mayAskAgain(error: unknown): boolean {
  const code = isServerFailure(error) ? error.facts.sqlstate : null;
  return code !== null && ASK_AGAIN.includes(code);
}
