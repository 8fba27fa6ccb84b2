import type pg from 'pg';
import { waitFor } from '../../../clusters/waitFor';
import type { QueueRig } from '../queueRig';

/** A batch that waits for a lock of ours must go on before the server ends its wait. */
const HOLD_MS = 3_000;

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

/**
 * Holds the batch of whoever drains in the middle, takes its session on the edge away from it, and lets it go on only once
 * somebody else drains.
 * @returns `null` where no batch came any more
 */
export async function takeLock(rig: QueueRig): Promise<TakeOver | null> {
  const [blocker, edge] = [await rig.primary.connect(), await rig.edge.connect()];
  // In a transaction the activity would look as it first did.
  const primary = await rig.primary.connect();
  try {
    // The ledger alone, which each batch writes: of several locks one could be had while a batch has another.
    await blocker.query('BEGIN; LOCK TABLE pgtopology.applied_operation IN SHARE MODE');
    const batch = await waitFor(
      async () => {
        const [pid] = await pidsOf(primary, WAITING_SQL);
        if (pid !== undefined) return pid;
        return (await edge.query(PENDING_SQL)).rows.length === 0 ? 'none' : undefined;
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
  const options = { what: 'it', timeoutMs: HOLD_MS / 3, everyMs: 2 };
  return waitFor(look, options).catch(() => undefined);
}
