import { escapeLiteral, UnquotableTextError } from '../sql';

/** What a query is narrowed to, as far as it is known. */
export interface QueryScope {
  /** `170002` */
  readonly version: number | null;
  readonly slot: string | null;
  readonly subscription: string | null;
}

export const NO_SCOPE: QueryScope = { version: null, slot: null, subscription: null };

/**
 * The statement that shows again what a catalog view or function said, with columns that the server's version has.
 * @param object as evidence names it: `pg_stat_replication`, `pg_blocking_pids()`, several with commas between.
 * @returns `null` for what no statement shows
 */
export function evidenceQuery(object: string, scope: QueryScope): string | null {
  for (const name of object.split(',')) {
    const query = QUERIES[name.trim()];
    if (query === undefined) continue;
    try {
      return query(scope);
    } catch (error) {
      // A name that no SQL can hold: the view as a whole still shows it.
      if (!(error instanceof UnquotableTextError)) throw error;
      return query({ ...NO_SCOPE, version: scope.version });
    }
  }
  return null;
}

type Query = (scope: QueryScope) => string;

const QUERIES: Readonly<Record<string, Query>> = {
  pg_stat_replication: () =>
    'SELECT pid, application_name, client_addr, state, sent_lsn, replay_lsn, replay_lag, sync_state FROM pg_stat_replication;',
  pg_stat_wal_receiver: () =>
    'SELECT pid, status, received_tli, flushed_lsn, latest_end_lsn, latest_end_time, last_msg_receipt_time, slot_name, sender_host, sender_port FROM pg_stat_wal_receiver;',
  pg_replication_slots: ({ version, slot }) =>
    `SELECT ${slotColumns(version).join(', ')} FROM pg_replication_slots${where('slot_name', slot)};`,
  pg_subscription: ({ version, subscription }) => {
    const columns = ['subname', 'subenabled', 'subslotname', 'subpublications'];
    if (isFrom(version, 15)) columns.push('subdisableonerr');
    return `SELECT ${columns.join(', ')} FROM pg_subscription${where('subname', subscription)};`;
  },
  pg_stat_subscription: ({ subscription }) =>
    `SELECT subname, pid, relid::regclass, received_lsn, latest_end_lsn, last_msg_receipt_time FROM pg_stat_subscription${where('subname', subscription)};`,
  pg_stat_subscription_stats: ({ version, subscription }) => {
    if (!isFrom(version, 15)) return NO_STATISTICS;
    return `SELECT * FROM pg_stat_subscription_stats${where('subname', subscription)};`;
  },
  pg_subscription_rel: ({ subscription }) =>
    `SELECT r.srrelid::regclass, r.srsubstate FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid${where('s.subname', subscription)};`,
  'pg_blocking_pids()': ({ subscription }) =>
    `SELECT w.pid AS waits, b.pid AS holds, b.usename, b.state, b.xact_start, b.query FROM pg_stat_subscription AS w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS h(pid) JOIN pg_stat_activity AS b ON b.pid = h.pid${where('w.subname', subscription)};`,
  'pg_is_in_recovery()': () => 'SELECT pg_is_in_recovery();',
  'current_database()': () => 'SELECT current_database();',
  'pg_control_system()': () => 'SELECT system_identifier FROM pg_control_system();',
  'pg_get_wal_replay_pause_state()': () => 'SELECT pg_get_wal_replay_pause_state();',
  'pg_last_wal_replay_lsn()': () => 'SELECT pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn();',
  'pg_walfile_name()': () => 'SELECT pg_walfile_name(pg_current_wal_lsn());',
  pg_stat_activity: () =>
    'SELECT pid, usename, application_name, state, wait_event_type, wait_event, xact_start, query FROM pg_stat_activity ORDER BY xact_start;',
  'startup process': () =>
    "SELECT pid, wait_event_type, wait_event FROM pg_stat_activity WHERE backend_type = 'startup';",
  'snapshots of queries': () =>
    'SELECT pid, usename, state, query_start, age(backend_xmin), query FROM pg_stat_activity WHERE backend_xmin IS NOT NULL ORDER BY age(backend_xmin) DESC;',
  pg_stat_database_conflicts: () => 'SELECT * FROM pg_stat_database_conflicts;',
  'pg_ls_waldir()': () => "SELECT min(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$';",
  pg_settings: () =>
    "SELECT name, setting, unit, context, pending_restart FROM pg_settings WHERE name ~ '(^max_|wal_level|recovery_min_apply_delay|hot_standby|slot)' ORDER BY name;",
  'server log': () => 'SELECT pg_current_logfile();',
  pg_attribute: () =>
    'SELECT a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a JOIN pg_subscription_rel AS r ON r.srrelid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum;',
  pg_publication_tables: () => 'SELECT * FROM pg_publication_tables;',
  pg_sequences: () =>
    'SELECT schemaname, sequencename, last_value, increment_by FROM pg_sequences;',
  'now()': () => 'SELECT clock_timestamp();',
};

/** Every object that a statement shows. */
export const EVIDENCE_OBJECTS: readonly string[] = Object.keys(QUERIES);

const NO_STATISTICS = 'SELECT subname, pid FROM pg_stat_subscription;';

function slotColumns(version: number | null): readonly string[] {
  return [
    'slot_name',
    'slot_type',
    'active',
    'active_pid',
    'restart_lsn',
    'confirmed_flush_lsn',
    'wal_status',
    'safe_wal_size',
    ...(isFrom(version, 17)
      ? ['inactive_since', 'invalidation_reason']
      : isFrom(version, 16)
        ? ['conflicting']
        : []),
  ];
}

function isFrom(version: number | null, major: number): boolean {
  return version !== null && version >= major * 10_000;
}

function where(column: string, value: string | null): string {
  return value === null ? '' : ` WHERE ${column} = ${escapeLiteral(value)}`;
}
