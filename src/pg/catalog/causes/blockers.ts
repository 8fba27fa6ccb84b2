import type { BlockerFacts } from '../../../core/causeFacts';
import { epochMs, jsonRow } from '../part';
import { RowReader } from '../rowReader';
import { activityText } from './activity';

/**
 * Who holds what an apply worker, a table sync worker or the startup process waits for. Only processes with a lock that was not
 * granted are asked for, since pg_blocking_pids() stops all locking for a moment; `applytransaction` is how a parallel worker idles
 * between two chunks. The startup process is seen by roles with pg_read_all_stats alone.
 * Lowest version: 14. Source: pg_locks, pg_blocking_pids(), pg_stat_get_subscription(), pg_stat_activity.
 */
export const blockersSql = `(SELECT pg_catalog.json_agg(${jsonRow([
  'x.waiting_pid',
  'x.pid',
  'b.usename',
  `nullif(b.application_name, '')`,
  'pg_catalog.host(b.client_addr)',
  'b.state',
  activityText('b'),
  epochMs('b.xact_start'),
  'coalesce(x.relation, x.row_of, x.only_table)',
  'x.mode',
])} ORDER BY x.waiting_pid, x.pid)
  FROM (SELECT DISTINCT l.pid AS waiting_pid, k.pid, l.mode,
      ${nameOf('l.relation')} AS relation,
      (SELECT ${nameOf('t.relation')} FROM pg_catalog.pg_locks AS t
        WHERE t.pid = l.pid AND t.locktype = 'tuple' AND t.granted LIMIT 1) AS row_of,
      ${onlyTable()} AS only_table
      FROM pg_catalog.pg_locks AS l
      CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(l.pid)) AS k(pid)
     WHERE NOT l.granted AND l.locktype <> 'applytransaction' AND l.pid = ANY (${waitingPids()})
     ORDER BY l.pid, k.pid LIMIT 50) AS x
  LEFT JOIN pg_catalog.pg_stat_activity AS b ON b.pid = x.pid)`;

/** Workers of this database's subscriptions, and what replays on a standby. */
function waitingPids(): string {
  return `ARRAY(SELECT p.pid FROM pg_catalog.pg_stat_get_subscription(NULL) AS p
      JOIN pg_catalog.pg_subscription AS s ON s.oid = p.subid
     WHERE p.pid IS NOT NULL AND s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d
       WHERE d.datname = pg_catalog.current_database())
    UNION ALL
    SELECT a.pid FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'startup')`;
}

function nameOf(relation: string): string {
  return `(SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = ${relation})`;
}

/** Whoever waits for the end of a transaction says no table: it is known where the waiting one writes to a single one. */
function onlyTable(): string {
  return `(SELECT CASE WHEN count(*) = 1 THEN min(n.nspname || '.' || c.relname) END
      FROM pg_catalog.pg_locks AS w
      JOIN pg_catalog.pg_class AS c ON c.oid = w.relation AND c.relkind IN ('r', 'p')
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname <> 'pg_catalog'
     WHERE l.locktype = 'transactionid' AND w.pid = l.pid AND w.locktype = 'relation'
       AND w.mode = 'RowExclusiveLock' AND w.granted)`;
}

/** @param value what `blockersSql` yields. */
export function readBlockers(value: unknown): readonly BlockerFacts[] {
  return RowReader.list(value, (row) => ({
    waitingPid: row.number(),
    pid: row.number(),
    user: row.nullableText(),
    applicationName: row.nullableText(),
    clientAddress: row.nullableText(),
    state: row.nullableText(),
    query: row.nullableText(),
    transactionStartedAtMs: row.nullableNumber(),
    relation: row.nullableText(),
    mode: row.nullableText(),
  }));
}
