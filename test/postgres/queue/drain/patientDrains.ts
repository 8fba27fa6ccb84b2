import { DRAIN_LIMITS, type SessionLimits } from '../../../../src/pg/session/limits';

/** Longer than a test on a busy machine holds a lock against a drain. */
const LONG_MS = 90_000;

/** The client gives up after the server, as with the limits of every day. */
const PATIENT: Partial<SessionLimits> = {
  statementMs: LONG_MS,
  readMs: LONG_MS + 5_000,
  lockMs: LONG_MS,
  idleInTransactionMs: LONG_MS,
};

/**
 * Lets sessions that drains of this process open from now on wait as long as a test makes them, so that none ends by a limit while the
 * test gets ready for what it is about.
 * @returns what gives drains their own limits back
 */
export function letDrainsWait(): () => void {
  const own = { ...DRAIN_LIMITS };
  // Sessions take their limits from it when they are opened; nothing but a test has a use for others.
  Object.assign(DRAIN_LIMITS, PATIENT);
  return () => {
    Object.assign(DRAIN_LIMITS, own);
  };
}
