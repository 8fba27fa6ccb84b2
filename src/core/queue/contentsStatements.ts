import { DEPTH_CAP } from '../facts';
import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { CONTENTS_LIMIT, type OperationEntry, type QueuedTable } from './drain';
import { bigintOf, numberOf, numberOrNull, textOf, textOrNull, type AnswerRow } from './rowValues';

/** Texts of a list are cut to this. */
const LIST_TEXT = 200;

/**
 * Open operations by table, by the indexes on open rows alone; each kind is counted to `DEPTH_CAP` at most.
 * Lowest version: 14. Source: the queue of an edge.
 */
export function queuedTablesStatement(queue: TableName): SqlStatement {
  const name = qualifiedName(queue);
  const open = (state: string, also = '') =>
    `(SELECT q.table_schema, q.table_name, q.state, q.created_at FROM ${name} AS q
       WHERE q.state = '${state}'${also} ORDER BY q.seq LIMIT ${DEPTH_CAP})`;
  return {
    text: `
SELECT o.table_schema AS "schema", o.table_name AS "name",
  pg_catalog.count(*) FILTER (WHERE o.state = 'pending') AS "pending",
  pg_catalog.count(*) FILTER (WHERE o.state = 'conflict') AS "conflicts",
  pg_catalog.count(*) FILTER (WHERE o.state = 'dead') AS "dead",
  (EXTRACT(epoch FROM pg_catalog.min(o.created_at)) * 1000)::float8 AS "oldestAtMs"
  FROM (${open('pending', ' AND q.synced_at IS NULL')}
        UNION ALL ${open('conflict')}
        UNION ALL ${open('dead')}) AS o
 GROUP BY 1, 2 ORDER BY 1, 2`,
  };
}

export function readQueuedTable(row: AnswerRow): QueuedTable {
  return {
    table: { schema: textOf(row, 'schema'), name: textOf(row, 'name') },
    pending: numberOf(row, 'pending'),
    conflicts: numberOf(row, 'conflicts'),
    dead: numberOf(row, 'dead'),
    oldestAtMs: numberOrNull(row, 'oldestAtMs'),
  };
}

/** Operations of one state, first ones first, without their rows. Key of what an application queued: not known here. */
export function entriesStatement(queue: TableName, state: 'conflict' | 'dead'): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", q.seq AS "seq", q.table_schema AS "schema", q.table_name AS "name",
  pg_catalog.left(q.operation, ${LIST_TEXT}) AS "operation", q.state AS "state",
  COALESCE((SELECT pg_catalog.left(pg_catalog.string_agg(
              k.key || ' = ' || COALESCE(pg_catalog.left(k.value, ${LIST_TEXT}), 'NULL'), ', '), ${LIST_TEXT})
              FROM pg_catalog.jsonb_each_text(
                CASE WHEN pg_catalog.jsonb_typeof(q.key) = 'object' THEN q.key END) AS k), '') AS "keyText",
  COALESCE(pg_catalog.pg_column_size(q.data), 0) + COALESCE(pg_catalog.pg_column_size(q.old_data), 0)
    + COALESCE(pg_catalog.pg_column_size(q.key), 0) AS "bytes",
  q.attempts AS "attempts", pg_catalog.left(q.error, ${LIST_TEXT}) AS "error", q.error_sqlstate AS "sqlstate",
  (EXTRACT(epoch FROM q.created_at) * 1000)::float8 AS "createdAtMs"
  FROM ${qualifiedName(queue)} AS q
 WHERE q.state = '${state}' ORDER BY q.seq LIMIT ${CONTENTS_LIMIT}`,
  };
}

export function readEntry(row: AnswerRow): OperationEntry {
  return {
    id: textOf(row, 'id'),
    seq: bigintOf(row, 'seq'),
    table: { schema: textOf(row, 'schema'), name: textOf(row, 'name') },
    operation: textOf(row, 'operation'),
    state: row['state'] === 'dead' ? 'dead' : 'conflict',
    keyText: textOf(row, 'keyText'),
    bytes: numberOf(row, 'bytes'),
    attempts: numberOf(row, 'attempts'),
    error: textOrNull(row, 'error'),
    sqlstate: textOrNull(row, 'sqlstate'),
    createdAtMs: numberOf(row, 'createdAtMs'),
  };
}
