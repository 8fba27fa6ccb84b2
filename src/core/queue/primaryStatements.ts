import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import { EDGE_REGISTER, LEDGER, METRICS, RETENTION_DAYS } from './queueNames';

const REGISTER = qualifiedName(EDGE_REGISTER);

/**
 * A server as a primary: which one, and on which timeline. The name of the WAL file tells the timeline right after a
 * promotion; the control file only after the next checkpoint. Source: pg_control_system(), pg_walfile_name().
 */
export const primaryStatement: SqlStatement = {
  text: `
SELECT c.system_identifier::text AS "system",
  ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS "timeline",
  (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "clockUs"
  FROM pg_control_system() AS c`,
};

/** What a transaction of a drain begins with: everything outside of one is refused. */
export const beginBatchStatement: SqlStatement = {
  text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
};

/** The counter of an edge. With `FOR UPDATE` it waits for whoever applies its operations just now. */
export function registerStatement(edgeId: string, isLocking: boolean): SqlStatement {
  return {
    text: `SELECT e.batches AS "batches" FROM ${REGISTER} AS e WHERE e.edge_id = $1::uuid${isLocking ? ' FOR UPDATE' : ''}`,
    values: [edgeId],
  };
}

/** Knows an edge from now on. */
export function enterStatement(
  edgeId: string,
  name: string,
  system: string,
  batches: bigint,
): SqlStatement {
  return {
    text: `
INSERT INTO ${REGISTER} (edge_id, name, system_identifier, batches) VALUES ($1::uuid, $2::text, $3::text, $4::bigint)
ON CONFLICT (edge_id) DO UPDATE SET name = EXCLUDED.name, system_identifier = EXCLUDED.system_identifier, batches = EXCLUDED.batches`,
    values: [edgeId, name, system, batches],
  };
}

/** How a batch stands to the ones before it. */
export interface BatchTurn {
  readonly edgeId: string;
  /** What the edge's counter is before it. */
  readonly from: bigint;
  /** One that is sent while the edge has not noted the last count does not count: the edge would fall behind by more than one. */
  readonly counts: boolean;
  /** Name of the batch that was sent before it and has not been answered; `null`: none is. */
  readonly after: string | null;
  /** Its own, by which the next one knows it. */
  readonly name: string;
}

/**
 * Locks the edge's row and counts a batch. Where the counter is another one, or the batch before it was not committed, the statement fails
 * with 22012, and the transaction with it. The setting that names a batch is the session's, and is undone with its transaction.
 */
export function countBatchStatement(turn: BatchTurn): SqlStatement {
  const { edgeId, from, counts, after, name } = turn;
  return {
    name: 'pgt_count_batch',
    text: `
WITH counted AS (
  UPDATE ${REGISTER} AS e SET batches = e.batches + $3::int, drained_at = clock_timestamp()
   WHERE e.edge_id = $1::uuid AND e.batches = $2::bigint AND ($4::text IS NULL OR current_setting('pgtopology.batch', true) = $4::text)
  RETURNING e.batches
)
SELECT CASE WHEN 1 / (SELECT count(*) FROM counted) = 1 THEN set_config('pgtopology.batch', $5::text, false) END AS "batch"`,
    values: [edgeId, from, counts ? 1 : 0, after, name],
  };
}

/** Of these operations those that the ledger does not name. */
export function missingStatement(ids: readonly string[]): SqlStatement {
  return {
    text: `
SELECT o.id::text AS "id" FROM unnest($1::uuid[]) AS o (id)
 WHERE NOT EXISTS (SELECT FROM ${qualifiedName(LEDGER)} AS l WHERE l.operation_id = o.id)`,
    values: [ids],
  };
}

export function forgetStatement(ids: readonly string[]): SqlStatement {
  return {
    text: `DELETE FROM ${qualifiedName(LEDGER)} WHERE operation_id = ANY ($1::uuid[])`,
    values: [ids],
  };
}

/** Who stands in the way of a lock, as far as it can be told. Source: pg_locks, pg_stat_activity. */
export const blockersStatement: SqlStatement = {
  text: `
SELECT a.pid AS "pid", coalesce(a.usename::text, '') AS "user", coalesce(nullif(a.application_name, ''), '') AS "application",
  floor(extract(epoch FROM clock_timestamp() - a.xact_start))::float8 AS "seconds"
  FROM pg_stat_activity AS a
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start < clock_timestamp() - interval '4 seconds'
   AND EXISTS (SELECT FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype IN ('transactionid', 'relation') AND l.granted
                AND l.mode IN ('ExclusiveLock', 'AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock'))
 ORDER BY a.xact_start LIMIT 3`,
};

/** One minute, or one drain, of an edge. */
export interface Metric {
  readonly edgeId: string;
  readonly edge: string;
  readonly depth: number;
  readonly oldestMs: number | null;
  readonly drained: number;
  readonly conflicts: number;
  readonly latencyMs: number | null;
}

export function metricStatement(metric: Metric): SqlStatement {
  return {
    text: `
INSERT INTO ${qualifiedName(METRICS)} (edge_id, edge, depth, oldest, drained, conflicts, latency_ms)
VALUES ($1::uuid, $2::text, $3::bigint, to_timestamp($4::float8 / 1000), $5::int, $6::int, $7::float8)`,
    values: [
      metric.edgeId,
      metric.edge,
      metric.depth,
      metric.oldestMs,
      metric.drained,
      metric.conflicts,
      metric.latencyMs,
    ],
  };
}

/** Rows of edges that are not registered any more go at one time, a drain at most. */
const STRAY_LIMIT = 10_000;

/** What is too old of this edge and of those that were removed or got a new identity: nobody else forgets it. */
export function pruneMetricsStatement(edgeId: string): SqlStatement {
  const name = qualifiedName(METRICS);
  return {
    text: `
DELETE FROM ${name} AS m WHERE m.id IN (
  SELECT o.id FROM ${name} AS o
   WHERE o.at < clock_timestamp() - make_interval(days => $2::int)
     AND (o.edge_id = $1::uuid OR NOT EXISTS (SELECT FROM ${REGISTER} AS e WHERE e.edge_id = o.edge_id))
   LIMIT ${STRAY_LIMIT})`,
    values: [edgeId, RETENTION_DAYS],
  };
}

/**
 * Ledger entries of edges that are not registered any more, once they are too old to be sent again. Found by their age, of which the ledger has an
 * index.
 */
export function forgetStraysStatement(): SqlStatement {
  const name = qualifiedName(LEDGER);
  return {
    text: `
DELETE FROM ${name} AS l WHERE l.operation_id IN (
  SELECT o.operation_id FROM ${name} AS o
   WHERE o.applied_at < clock_timestamp() - make_interval(days => $1::int)
     AND NOT EXISTS (SELECT FROM ${REGISTER} AS e WHERE e.edge_id = o.edge_id)
   LIMIT ${STRAY_LIMIT})`,
    values: [RETENTION_DAYS],
  };
}

/** A backend that does not end within this is waited for by nobody. */
const BACKEND_ENDS_MS = 5_000;

/**
 * Ends what a lost session of ours may still do, and returns once its backend is gone with the locks that it held, or after five
 * seconds. Source: pg_stat_activity, pg_terminate_backend().
 */
export function endBackendStatement(pid: number): SqlStatement {
  return {
    text: `
SELECT pg_terminate_backend(a.pid, ${BACKEND_ENDS_MS}) FROM pg_stat_activity AS a
 WHERE a.pid = $1::int AND a.pid <> pg_backend_pid() AND a.application_name = 'pg-topology' AND a.usename = session_user`,
    values: [pid],
  };
}
