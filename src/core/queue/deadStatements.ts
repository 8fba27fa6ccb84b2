import type { DeadOperation } from '../ports/drains';
import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { LEDGER } from './queueNames';
import { textOf, textOrNull, type AnswerRow } from './rowValues';

/** A row that is longer is shown cut, and cannot be edited. In characters. */
const SHOWN_TEXT = 100_000;

/** A dead operation with its rows. Lowest version: 14. Source: the queue of an edge. */
export function readDeadStatement(queue: TableName, operationId: string): SqlStatement {
  return {
    text: `
SELECT q.id::text AS "id", q.operation AS "operation", q.table_schema AS "schema", q.table_name AS "name",
  pg_catalog.left(q.data::text, ${SHOWN_TEXT}) AS "data",
  pg_catalog.left(q.old_data::text, ${SHOWN_TEXT}) AS "oldData",
  COALESCE(pg_catalog.length(q.data::text) > ${SHOWN_TEXT}, false)
    OR COALESCE(pg_catalog.length(q.old_data::text) > ${SHOWN_TEXT}, false) AS "isCut",
  q.error AS "error", q.error_sqlstate AS "sqlstate"
  FROM ${qualifiedName(queue)} AS q
 WHERE q.id = $1::uuid AND q.state = 'dead'`,
    values: [operationId],
  };
}

export function readDeadRow(row: AnswerRow): DeadOperation {
  return {
    operationId: textOf(row, 'id'),
    operation: textOf(row, 'operation'),
    tableText: formatTableName({ schema: textOf(row, 'schema'), name: textOf(row, 'name') }),
    data: textOrNull(row, 'data'),
    oldData: textOrNull(row, 'oldData'),
    isCut: row['isCut'] === true,
    error: textOrNull(row, 'error'),
    sqlstate: textOrNull(row, 'sqlstate'),
  };
}

/**
 * Makes dead operations wait again, as if they had never been tried. What was queued as a new row by a trigger gets its key from
 * the row that was edited; an UPDATE or DELETE keeps the key of the row that it is about.
 * @param data text of a JSON object; `null`: as it was
 */
export function retryStatement(
  queue: TableName,
  operationIds: readonly string[],
  data: string | null,
): SqlStatement {
  return {
    text: `
UPDATE ${qualifiedName(queue)} AS q
   SET state = 'pending', attempts = 0, next_attempt_at = NULL, error = NULL, error_sqlstate = NULL,
       data = COALESCE($2::jsonb, q.data),
       key = CASE WHEN $2::jsonb IS NULL OR q.key IS NULL OR q.operation <> 'INSERT' THEN q.key
                  ELSE (SELECT pg_catalog.jsonb_object_agg(k.name, $2::jsonb -> k.name)
                          FROM pg_catalog.jsonb_object_keys(q.key) AS k (name)) END
 WHERE q.id = ANY ($1::uuid[]) AND q.state = 'dead'`,
    values: [operationIds, data],
  };
}

/** Makes dead operations done on the edge; gives what the ledger is to know of them. */
export function dropDeadStatement(queue: TableName, operationIds: readonly string[]): SqlStatement {
  return {
    text: `
UPDATE ${qualifiedName(queue)} AS q
   SET state = 'done', synced_at = pg_catalog.clock_timestamp(), error = NULL, error_sqlstate = NULL
 WHERE q.id = ANY ($1::uuid[]) AND q.state = 'dead'
RETURNING q.id::text AS "id", q.seq::text AS "seq"`,
    values: [operationIds],
  };
}

/** Notes dropped operations in the ledger, so that nobody takes them for lost. */
export function noteDroppedStatement(
  edgeId: string,
  dropped: readonly { readonly id: string; readonly seq: string }[],
): SqlStatement {
  return {
    text: `
INSERT INTO ${qualifiedName(LEDGER)} AS l (operation_id, edge_id, seq, outcome)
SELECT o.id, $1::uuid, o.seq, 'dropped' FROM ROWS FROM (
    pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::bigint[])) AS o (id, seq)
ON CONFLICT (operation_id) DO NOTHING`,
    values: [edgeId, dropped.map(({ id }) => id), dropped.map(({ seq }) => seq)],
  };
}

/** Which of these the ledger has as dropped. */
export function droppedStatement(operationIds: readonly string[]): SqlStatement {
  return {
    text: `
SELECT pg_catalog.count(*) AS "dropped" FROM ${qualifiedName(LEDGER)} AS l
 WHERE l.operation_id = ANY ($1::uuid[]) AND l.outcome = 'dropped'`,
    values: [operationIds],
  };
}

/** Takes that back, where the edge could not be told. */
export function forgetDroppedStatement(
  edgeId: string,
  operationIds: readonly string[],
): SqlStatement {
  return {
    text: `
DELETE FROM ${qualifiedName(LEDGER)} AS l
 WHERE l.operation_id = ANY ($2::uuid[]) AND l.edge_id = $1::uuid AND l.outcome = 'dropped'`,
    values: [edgeId, operationIds],
  };
}
