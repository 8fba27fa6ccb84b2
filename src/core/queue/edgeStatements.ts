import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { arrayText } from './arrayTexts';
import { DRAIN_LOCK, isDrainLockSql } from './drainLock';
import { GUARD_TRIGGER, EDGE_IDENTITY } from './queueNames';
import { IS_OPEN } from './queuePage';
import { statementName } from './statementName';

const IDENTITY = qualifiedName(EDGE_IDENTITY);

/** Who this edge is, which server it is on, and what its last drain left. Source: pgtopology.edge_identity, pg_control_system(), getdatabaseencoding(). */
export const identityStatement: SqlStatement = {
  text: `
SELECT i.edge_id::text AS "edgeId", i.system_identifier AS "madeOn", c.system_identifier::text AS "system", i.batches AS "batches",
  i.primary_system AS "primarySystem", i.primary_timeline AS "primaryTimeline", getdatabaseencoding()::text AS "encoding",
  (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "clockUs"
  FROM ${IDENTITY} AS i, pg_control_system() AS c`,
};

/** One drainer an edge, for as long as its session lasts. */
export const lockStatement: SqlStatement = {
  text: `SELECT pg_try_advisory_lock(${DRAIN_LOCK.classId}, ${DRAIN_LOCK.objectId}) AS "isLocked"`,
};

/** Lets go of the lock at once: a session's end is noticed by its server a moment later. */
export const unlockStatement: SqlStatement = {
  text: `SELECT pg_advisory_unlock(${DRAIN_LOCK.classId}, ${DRAIN_LOCK.objectId})`,
};

/** Who holds the lock. Source: pg_locks, pg_stat_activity, pgtopology.edge_identity. */
export const holderStatement: SqlStatement = {
  text: `
SELECT l.pid AS "pid", floor(extract(epoch FROM i.draining_since) * 1000)::float8 AS "sinceMs", left(i.drainer, 200) AS "who"
  FROM pg_locks AS l, ${IDENTITY} AS i
 WHERE ${isDrainLockSql('l')}`,
};

/** Says to others who drains. */
export function beginStatement(who: string): SqlStatement {
  return {
    text: `UPDATE ${IDENTITY} SET drainer = $1::text, draining_since = clock_timestamp()`,
    values: [who],
  };
}

/** @param drained whether anything reached the primary */
export function endStatement(drained: boolean): SqlStatement {
  return {
    text: `UPDATE ${IDENTITY} SET drainer = NULL, draining_since = NULL,
  drained_at = CASE WHEN $1::boolean THEN clock_timestamp() ELSE drained_at END`,
    values: [drained],
  };
}

/** Where batches go from now on. */
export function notePrimaryStatement(system: string, timeline: number): SqlStatement {
  return {
    text: `UPDATE ${IDENTITY} SET primary_system = $1::text, primary_timeline = $2::int`,
    values: [system, timeline],
  };
}

/** The counter as the primary has it. */
export function countBatchesStatement(batches: bigint): SqlStatement {
  return { text: `UPDATE ${IDENTITY} SET batches = $1::bigint`, values: [batches] };
}

/** What became of an operation, for its row on the edge. `again`: stays pending, and is tried at once, then in growing distances. */
export interface Mark {
  readonly id: string;
  /** Its row is found by it: rows that stand together are marked together. */
  readonly seq: bigint;
  readonly state: 'done' | 'conflict' | 'dead' | 'again';
  readonly error: string | null;
  readonly sqlstate: string | null;
}

/**
 * Marks rows and notes the batch that they were in, once the primary has committed. A row that a writer marked meanwhile is left.
 * @param applied rows that are done, beside those that `marks` names
 * @param batches the counter as the primary has it
 * @returns one row: how old the operations were that left, on average, by the edge's clock
 */
export function markStatement(
  queue: TableName,
  applied: readonly Pick<Mark, 'id' | 'seq'>[],
  marks: readonly Mark[],
  batches: bigint,
): SqlStatement {
  const name = qualifiedName(queue);
  const done = inOrder([...applied, ...marks.filter(({ state }) => state === 'done')]);
  const aside = marks.filter(({ state }) => state !== 'done');
  const counted = `counted AS (
  UPDATE ${IDENTITY} SET batches = $1::bigint
)`;
  // Found by their numbers, which stand together where ids are strewn; each has to have the id that belongs to its number.
  const doneSql = `marked AS (
  UPDATE ${name} AS q
     SET state = 'done', synced_at = clock_timestamp(), next_attempt_at = NULL, error = NULL, error_sqlstate = NULL
   WHERE q.seq = ANY ($3::bigint[]) AND q.id = ($2::uuid[])[width_bucket(q.seq, $3::bigint[])] AND q.state = 'pending' AND q.synced_at IS NULL
  RETURNING clock_timestamp() - q.created_at AS age
)`;
  const asideSql = `put_aside AS (
  UPDATE ${name} AS q
     SET state = CASE m.state WHEN 'again' THEN 'pending' ELSE m.state END, attempts = q.attempts + 1,
         next_attempt_at = CASE WHEN m.state = 'again' AND q.attempts > 0 THEN clock_timestamp() + make_interval(secs => least(60, power(2, q.attempts + 1))) END,
         error = nullif(m.error, ''), error_sqlstate = nullif(m.sqlstate, '')
    FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[]) AS m (id, state, error, sqlstate)
   WHERE q.id = m.id AND q.state = 'pending' AND q.synced_at IS NULL
)`;
  const text = `
WITH ${[counted, doneSql, ...(aside.length === 0 ? [] : [asideSql])].join(', ')}
SELECT (extract(epoch FROM avg(age)) * 1000)::float8 AS "latencyMs" FROM marked`;
  return {
    name: statementName(text),
    text,
    values: [
      batches,
      arrayText(done.map(({ id }) => id)),
      arrayText(done.map(({ seq }) => seq)),
      ...(aside.length === 0
        ? []
        : [
            aside.map(({ id }) => id),
            aside.map(({ state }) => state),
            aside.map(({ error }) => error ?? ''),
            aside.map(({ sqlstate }) => sqlstate ?? ''),
          ]),
    ],
  };
}

/** By their numbers, as they mostly are already. */
function inOrder(rows: readonly Pick<Mark, 'id' | 'seq'>[]): readonly Pick<Mark, 'id' | 'seq'>[] {
  let last = -1n;
  for (const { seq } of rows) {
    if (seq < last) return rows.toSorted((a, b) => (a.seq < b.seq ? -1 : 1));
    last = seq;
  }
  return rows;
}

/** How many operations are open, as far as counted, the oldest, and the last `seq` among them. */
export function openStatement(queue: TableName, cap: number): SqlStatement {
  const name = qualifiedName(queue);
  return {
    text: `
SELECT (SELECT count(*) FROM (SELECT FROM ${name} WHERE ${IS_OPEN} LIMIT $1::int) AS o)::int AS "open",
  (SELECT floor(extract(epoch FROM created_at) * 1000)::float8 FROM ${name} WHERE ${IS_OPEN} ORDER BY seq LIMIT 1) AS "oldestMs",
  (SELECT max(seq) FROM ${name} WHERE ${IS_OPEN}) AS "last"`,
    values: [cap],
  };
}

/** Tables that open operations name, with how many of them there are. */
export function queuedTablesStatement(queue: TableName): SqlStatement {
  return {
    text: `
SELECT table_schema AS "schema", table_name AS "name", count(*)::float8 AS "open" FROM ${qualifiedName(queue)} WHERE ${IS_OPEN}
 GROUP BY table_schema, table_name`,
  };
}

/**
 * Of these tables those that a subscription brings back and whose echo nobody turns into a replacement.
 * Source: pg_subscription_rel, pg_trigger, pg_inherits by pg_partition_tree().
 */
export function unguardedStatement(tables: readonly TableName[]): SqlStatement {
  return {
    text: `
SELECT DISTINCT t.schema AS "schema", t.name AS "name"
  FROM unnest($1::text[], $2::text[]) AS t (schema, name)
  JOIN pg_namespace AS n ON n.nspname = t.schema
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.name
  CROSS JOIN LATERAL (SELECT c.oid AS relid
                      UNION SELECT p.relid::oid FROM pg_partition_tree(c.oid) AS p
                      UNION SELECT a.relid::oid FROM pg_partition_ancestors(c.oid) AS a) AS family
  JOIN pg_subscription_rel AS r ON r.srrelid = family.relid
 WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = family.relid AND g.tgname = $3::text AND g.tgenabled IN ('R', 'A'))`,
    values: [tables.map(({ schema }) => schema), tables.map(({ name }) => name), GUARD_TRIGGER],
  };
}

/** Operations that the primary had acknowledged, in order, as far as they are kept. */
export function acknowledgedStatement(
  queue: TableName,
  after: bigint,
  limit: number,
  days: number,
): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", q.seq AS "seq" FROM ${qualifiedName(queue)} AS q
 WHERE q.seq > $1::bigint AND (q.state = 'conflict' OR q.state = 'done' AND q.synced_at > clock_timestamp() - make_interval(days => $3::int))
 ORDER BY q.seq LIMIT $2::int`,
    values: [after, limit, days],
  };
}

/** Makes operations that a primary lost wait again, as if they had never been sent. */
export function resendStatement(queue: TableName, ids: readonly string[]): SqlStatement {
  return {
    text: `
UPDATE ${qualifiedName(queue)} SET state = 'pending', synced_at = NULL, attempts = 0, next_attempt_at = NULL, error = NULL, error_sqlstate = NULL
 WHERE id = ANY ($1::uuid[]) AND state IN ('done', 'conflict')`,
    values: [ids],
  };
}

/**
 * Of the oldest done operations that nothing older waits for those that are kept long enough. What is set aside holds up its own
 * row alone, and may stay for ever: it does not count.
 */
export function expiredStatement(queue: TableName, days: number, limit: number): SqlStatement {
  const name = qualifiedName(queue);
  return {
    text: `
SELECT o.id::text AS "id"
  FROM (SELECT q.id, q.synced_at FROM ${name} AS q
         WHERE q.state = 'done' AND q.seq < coalesce((SELECT min(w.seq) FROM ${name} AS w WHERE w.state = 'pending'), 9223372036854775807)
         ORDER BY q.seq LIMIT $2::int) AS o
 WHERE o.synced_at < clock_timestamp() - make_interval(days => $1::int)`,
    values: [days, limit],
  };
}

export function deleteExpiredStatement(queue: TableName, ids: readonly string[]): SqlStatement {
  return {
    text: `DELETE FROM ${qualifiedName(queue)} WHERE id = ANY ($1::uuid[]) AND state = 'done'`,
    values: [ids],
  };
}

/** The first operation that was set aside, or waits for its next attempt; NULL without one. */
export function firstAsideStatement(queue: TableName): SqlStatement {
  const name = qualifiedName(queue);
  return {
    text: `
SELECT least((SELECT min(seq) FROM ${name} WHERE state IN ('conflict', 'dead')),
             (SELECT min(seq) FROM ${name} WHERE ${IS_OPEN} AND next_attempt_at > clock_timestamp())) AS "first"`,
  };
}
