import { CancelSource } from '../core/cancelSource';
import { isServerFailure } from '../core/failure';
import type { PlanStep } from '../core/plan/plan';
import type { ChangeSession } from '../core/ports/changeGateway';
import type { Clock } from '../core/ports/clock';
import { askCondition } from './askCondition';
import { pollUntil } from './pause';
import type { PlanSessions } from './planSessions';

/** `there`, `notThere`: the server said so, after the lost session had ended. `unknown`: nothing tells. */
export type Effect = 'there' | 'notThere' | 'unknown';

/** How long a server may take to come back, and a lost backend to end by itself, then after it was told to. */
const REGAIN_LIMIT_MS = 15_000;
const REGAIN_AFTER_CANCEL_MS = 5_000;
const END_LIMIT_MS = 3_000;
const KILL_LIMIT_MS = 2_000;

export interface LostAnswer {
  readonly step: PlanStep;
  /** Backend of the session whose answer was lost. */
  readonly backendPid: number;
  readonly wasCancelled: boolean;
}

/**
 * Finds out over a new session whether a step has its effect, when the answer was lost: a COMMIT whose connection broke,
 * a statement that ran into a time limit or was cancelled. The lost backend must have ended first, or it could still commit.
 */
export async function findOutEffect(
  { step, backendPid, wasCancelled }: LostAnswer,
  sessions: PlanSessions,
  clock: Clock,
): Promise<Effect> {
  if (step.effectCheck === null) return 'unknown';
  // Not the user's signal: after a cancellation what became of the step is told all the same.
  const signal = new CancelSource();
  const limitMs = wasCancelled ? REGAIN_AFTER_CANCEL_MS : REGAIN_LIMIT_MS;
  try {
    const session = await sessions.regain(step.nodeId, limitMs, signal);
    if (session === null) return 'unknown';
    const hasEnded = (): Promise<boolean> => isGone(session, backendPid);
    if ((await pollUntil(hasEnded, END_LIMIT_MS, clock, signal)) !== 'true') {
      await session.query({
        text: `SELECT pg_catalog.pg_terminate_backend(a.pid) ${LOST_BACKEND}`,
        values: [backendPid],
      });
      if ((await pollUntil(hasEnded, KILL_LIMIT_MS, clock, signal)) !== 'true') return 'unknown';
    }
    return (await askCondition(session, step.effectCheck.sql, signal)) ? 'there' : 'notThere';
  } catch (error) {
    if (isServerFailure(error)) return 'unknown';
    throw error;
  }
}

/** The name guards against a pid that somebody else has by now. */
const LOST_BACKEND = `FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid = $1::pg_catalog.int4 AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.application_name = 'pg-topology' AND a.usename = session_user`;

async function isGone(session: ChangeSession, backendPid: number): Promise<boolean> {
  const { rows } = await session.query({
    text: `SELECT ${LOST_BACKEND}`,
    values: [backendPid],
  });
  return rows.length === 0;
}
