import pg from 'pg';

/**
 * What a lag poll has to read at least, as one statement that works on 14 to 18, primary or standby: position, senders,
 * slots, subscriptions, receiver. The floor sends this, and nothing of ours.
 */
export const LEAN_POLL = `
SELECT r.rec, now() AS at, current_setting('server_version_num')::int AS v,
  CASE WHEN r.rec THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn,
  CASE WHEN r.rec THEN pg_last_wal_receive_lsn() END AS recv,
  CASE WHEN r.rec THEN pg_last_xact_replay_timestamp() END AS replay_ts,
  (SELECT json_agg(json_build_object('app', application_name, 'state', state, 'sync', sync_state,
      'sent', sent_lsn, 'flush', flush_lsn, 'replay', replay_lsn,
      'lag_ms', extract(epoch from replay_lag) * 1000, 'reply', reply_time))
    FROM pg_stat_replication) AS senders,
  (SELECT json_agg(json_build_object('slot', slot_name, 'type', slot_type, 'active', active,
      'restart', restart_lsn, 'confirmed', confirmed_flush_lsn))
    FROM pg_replication_slots) AS slots,
  (SELECT json_agg(json_build_object('sub', subname, 'pid', pid, 'recv', received_lsn,
      'end', latest_end_lsn, 'end_at', latest_end_time))
    FROM pg_stat_subscription WHERE relid IS NULL) AS subs,
  (SELECT json_build_object('status', status, 'host', sender_host, 'port', sender_port,
      'end', latest_end_lsn) FROM pg_stat_wal_receiver LIMIT 1) AS receiver
FROM (SELECT pg_is_in_recovery() AS rec) r`;

/** The same for an edge: depth, bounded, and age of its queue. */
export const LEAN_QUEUE = `
SELECT (SELECT count(*)::int FROM (SELECT 1 FROM pending_sync WHERE synced_at IS NULL LIMIT 10001) x) AS depth,
  (SELECT created_at FROM pending_sync WHERE synced_at IS NULL ORDER BY created_at LIMIT 1) AS oldest`;

export interface FloorTarget {
  readonly host: string;
  readonly port: number;
  readonly sql: string;
}

/** The floor: bare `pg`, one held connection a node, one named statement each, all in parallel. */
export class Floor {
  private constructor(private readonly held: readonly { client: pg.Client; sql: string }[]) {}

  static async open(targets: readonly FloorTarget[]): Promise<Floor> {
    const held = [];
    for (const { host, port, sql } of targets) {
      const client = new pg.Client({ host, port, user: 'postgres', database: 'postgres' });
      client.on('error', () => undefined);
      await client.connect();
      held.push({ client, sql });
    }
    return new Floor(held);
  }

  async poll(): Promise<void> {
    await Promise.all(
      this.held.map(({ client, sql }) => client.query({ name: 'floor', text: sql })),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.held.map(({ client }) => client.end()));
  }
}
