import type pg from 'pg';
import { waitFor } from '../../../clusters/waitFor';
import type { QueueRig } from '../queueRig';

/** For what comes at once on a quiet machine; both together end before the server ends a batch's wait for our lock (`letDrainsWait`). */
const PERHAPS_MS = 30_000;

/** Sessions of drains that are within a transaction on the primary and wait there. Source: pg_stat_activity. */
const WAITING_SQL = `
  SELECT pid FROM pg_stat_activity
   WHERE application_name = 'pg-topology' AND backend_xid IS NOT NULL AND wait_event_type = 'Lock' ORDER BY xact_start`;
const BEGUN_SQL = `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-topology' AND xact_start IS NOT NULL`;
/** Whoever drains. Source: pg_locks. */
const HOLDER_SQL = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()`;

const PENDING_SQL = `SELECT FROM pgtopology.pending_sync WHERE state = 'pending' LIMIT 1`;

export interface TakeOver {
  /** Another drainer had the lock while the first one's batch was still under way on the primary. */
  readonly isTaken: boolean;
  /** It had begun a batch of its own by then. */
  readonly isBoth: boolean;
}

/** Lets no batch get further than its ledger, until the session ends. */
export async function holdBatches(rig: QueueRig): Promise<pg.Client> {
  const blocker = await rig.primary.connect();
  // The ledger alone, which each batch writes: of several locks one could be had while a batch has another.
  await blocker.query('BEGIN; LOCK TABLE pgtopology.applied_operation IN SHARE MODE');
  return blocker;
}

/**
 * Has the batch of whoever drains held in the middle, takes its session on the edge away from it, and lets it go on only once
 * somebody else drains.
 * @param blocker of `holdBatches`; it is ended here
 * @param isOver whether everybody has ended: what waits for a person then is no batch any more
 * @returns `null` where no batch came any more
 */
export async function takeLock(
  rig: QueueRig,
  blocker: pg.Client,
  isOver: () => boolean,
): Promise<TakeOver | null> {
  const edge = await rig.edge.connect();
  // In a transaction the activity would look as it first did.
  const primary = await rig.primary.connect();
  try {
    const batch = await waitFor(
      async () => {
        const [pid] = await pidsOf(primary, WAITING_SQL);
        if (pid !== undefined) return pid;
        const isDone = isOver() || (await edge.query(PENDING_SQL)).rows.length === 0;
        return isDone ? 'none' : undefined;
      },
      { what: 'a batch waits for the lock, or none is left', everyMs: 2 },
    );
    const [holder] = await pidsOf(edge, HOLDER_SQL);
    if (batch === 'none' || holder === undefined) return null;
    await edge.query('SELECT pg_terminate_backend($1)', [holder]);
    const next = await perhaps(async () => {
      const [other] = await pidsOf(edge, HOLDER_SQL);
      return other === holder ? undefined : other;
    });
    const both = await perhaps(async () => {
      const others = (await pidsOf(primary, BEGUN_SQL)).filter((pid) => pid !== batch);
      return others.length === 0 ? undefined : true;
    });
    const isThere = (await pidsOf(primary, WAITING_SQL)).includes(batch);
    return { isTaken: isThere && next !== undefined, isBoth: isThere && both === true };
  } finally {
    await blocker.end();
    await primary.end();
    await edge.end();
  }
}

async function pidsOf(session: pg.Client, sql: string): Promise<readonly number[]> {
  return (await session.query<{ pid: number }>(sql)).rows.map(({ pid }) => pid);
}

/** @returns `undefined` where it does not come in time */
function perhaps<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  const options = { what: 'it', timeoutMs: PERHAPS_MS, everyMs: 2 };
  return waitFor(look, options).catch(() => undefined);
}
