import type pg from 'pg';
import type { Cluster, SessionOptions } from './cluster';
import { signal } from './processTable';
import { waitFor } from './waitFor';

/** A fault that lasts until it is ended. Ending twice is fine. */
export interface Fault {
  end(): Promise<void>;
}

/** Ends all, the last one first, and forgets them. Also when one cannot be ended. @throws with the first of those failures. */
export async function endAll(faults: Fault[]): Promise<void> {
  const failures: unknown[] = [];
  for (const fault of faults.splice(0).toReversed()) {
    await fault.end().catch((error: unknown) => failures.push(error));
  }
  if (failures.length === 0) return;
  throw new Error(`A fault did not end: ${String(failures[0])}`, { cause: failures[0] });
}

/** Stops the postmaster: new connections hang, open sessions go on. */
export function freezePostmaster(cluster: Cluster): Fault {
  cluster.forgetSessions();
  return freeze([cluster.pid]);
}

/** Stops the postmaster and everything below it: a machine that hangs. */
export function freezeServer(cluster: Cluster): Fault {
  cluster.forgetSessions();
  return freeze([cluster.pid, ...cluster.children]);
}

/** Stops one process of a server by its pid, such as a backend of `pg_stat_activity` or the WAL receiver. */
export function freezeBackend(pid: number): Fault {
  return freeze([pid]);
}

function freeze(pids: readonly number[]): Fault {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  return {
    end: () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
      return Promise.resolve();
    },
  };
}

/** Kills one backend as the out-of-memory killer would: the server ends every session and recovers. */
export function killBackend(pid: number): void {
  signal(pid, 'SIGKILL');
}

/** Ends the sessions with this application name. @returns how many. */
export async function terminateSessions(
  cluster: Cluster,
  applicationName: string,
): Promise<number> {
  const rows = await cluster.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
    [applicationName],
  );
  return rows.length;
}

/** Cuts a standby off its upstream; its own sessions are not touched. Returns when its WAL receiver is gone. */
export async function cutOffStandby(standby: Cluster): Promise<Fault> {
  await standby.query(`ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'`);
  await standby.reload();
  await waitForReceivers(standby, 0);
  return {
    end: async () => {
      await standby.query('ALTER SYSTEM RESET primary_conninfo');
      await standby.reload();
    },
  };
}

/** Points a subscription at a port where nobody listens. Returns when its apply worker is gone. */
export async function cutOffSubscription(
  subscriber: Cluster,
  subscription: string,
  options?: SessionOptions,
): Promise<Fault> {
  const [row] = await subscriber.query<{ conninfo: string }>(
    'SELECT subconninfo AS conninfo FROM pg_subscription WHERE subname = $1',
    [subscription],
    options,
  );
  if (row === undefined) throw new Error(`${subscriber.name} has no subscription ${subscription}.`);
  const point = (conninfo: string): Promise<unknown> =>
    subscriber.query(
      `ALTER SUBSCRIPTION "${subscription}" CONNECTION '${conninfo.replaceAll("'", "''")}'`,
      undefined,
      options,
    );
  await point('host=127.0.0.1 port=1');
  await waitFor(
    async () => {
      const workers = await subscriber.query(
        'SELECT FROM pg_stat_subscription WHERE subname = $1 AND pid IS NOT NULL',
        [subscription],
      );
      return workers.length === 0;
    },
    { what: `${subscription} has no worker` },
  );
  return {
    end: async () => {
      await point(row.conninfo);
    },
  };
}

/** Pauses replay; WAL still arrives. */
export async function pauseReplay(standby: Cluster): Promise<Fault> {
  await standby.query('SELECT pg_wal_replay_pause()');
  await waitFor(
    async () => {
      const [row] = await standby.query<{ state: string }>(
        'SELECT pg_get_wal_replay_pause_state() AS state',
      );
      return row?.state === 'paused';
    },
    { what: `${standby.name} pauses replay` },
  );
  return {
    end: async () => {
      await standby.query('SELECT pg_wal_replay_resume()');
    },
  };
}

/**
 * Waits until a standby whose `recovery_min_apply_delay` was set holds replay back. A reload tells the startup process later than anybody
 * who asks for the setting; what comes before that is replayed at once.
 * @param write commits something on the primary
 */
export async function untilDelayed(standby: Cluster, write: () => Promise<unknown>): Promise<void> {
  await waitFor(
    async () => {
      await write();
      const rows = await standby.query(
        `SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event = 'RecoveryApplyDelay'`,
      );
      return rows.length === 1;
    },
    { what: `${standby.name} delays what it replays` },
  );
}

/** Holds an ACCESS EXCLUSIVE lock in an open transaction: an apply worker that needs the table waits. */
export async function lockTable(
  cluster: Cluster,
  table: string,
  options?: SessionOptions,
): Promise<Fault & { readonly session: pg.Client }> {
  const session = await cluster.connect(options);
  await session.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  let ended = false;
  return {
    session,
    end: async () => {
      if (ended) return;
      ended = true;
      await session.end();
    },
  };
}

/** `limit` 0 keeps a role out without touching its sessions: new ones get 53300 (superusers are exempt). */
export async function limitConnections(
  cluster: Cluster,
  role: string,
  limit: number,
): Promise<Fault> {
  await cluster.query(`ALTER ROLE "${role}" CONNECTION LIMIT ${limit}`);
  return {
    end: async () => {
      await cluster.query(`ALTER ROLE "${role}" CONNECTION LIMIT -1`);
    },
  };
}

/** New sessions of the role get 28000. */
export async function forbidLogin(cluster: Cluster, role: string): Promise<Fault> {
  await cluster.query(`ALTER ROLE "${role}" NOLOGIN`);
  return {
    end: async () => {
      await cluster.query(`ALTER ROLE "${role}" LOGIN`);
    },
  };
}

/** Puts a record before all others of `pg_hba.conf`, such as `host all monitor 127.0.0.1/32 reject`. */
export async function putFirstInHba(cluster: Cluster, record: string): Promise<Fault> {
  const before = cluster.readHba();
  await cluster.setHba([record, ...before]);
  return { end: () => cluster.setHba(before) };
}

async function waitForReceivers(standby: Cluster, count: number): Promise<void> {
  await waitFor(
    async () => (await standby.query('SELECT FROM pg_stat_wal_receiver')).length === count,
    { what: `${standby.name} has ${count} WAL receivers` },
  );
}
