import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import type { TableName } from '../topology';
import type { QueueOperation } from './operation';
import { bigintOf, textOf, textOrNull, type AnswerRow } from './rowValues';
import { statementName } from './statementName';

/** An operation that was set aside before, with nothing of its rows but the keys. */
export type AsideOperation = Pick<
  QueueOperation,
  'seq' | 'table' | 'operation' | 'writtenBy' | 'key' | 'data'
>;

/** Tables that operations in conflict or dead are of. Source: the queue's table, by its index on them. */
export function asideTablesStatement(queue: TableName): SqlStatement {
  return {
    name: 'pgt_aside_tables',
    text: `SELECT DISTINCT table_schema AS "schema", table_name AS "name" FROM ${qualifiedName(queue)} WHERE ${IS_ASIDE}`,
  };
}

export const ASIDE_PAGE = 2_000;

/**
 * The next operations in conflict or dead, in their order. Of what a trigger queued the new row comes only where an UPDATE changes the key, and
 * of it, as of what an application queued, the key's columns alone.
 * @param tables as they were queued, with the columns of their keys
 */
export function asideStatement(
  queue: TableName,
  after: bigint,
  tables: readonly (TableName & { readonly key: readonly string[] })[],
): SqlStatement {
  const text = `
SELECT q.seq, q.table_schema AS "schema", q.table_name AS "name", q.operation AS "operation", q.key::text AS "key",
  CASE WHEN q.key IS NULL OR q.operation = 'UPDATE' AND NOT q.data @> q.key
       THEN (SELECT jsonb_object_agg(c.name, q.data -> c.name) FROM jsonb_array_elements_text(
               $2::jsonb -> q.table_schema -> q.table_name) AS c (name) WHERE jsonb_typeof(q.data) = 'object') END::text AS "data"
  FROM ${qualifiedName(queue)} AS q
 WHERE ${IS_ASIDE} AND q.seq > $1::bigint ORDER BY q.seq LIMIT ${ASIDE_PAGE}`;
  const columns: Record<string, Record<string, readonly string[]>> = {};
  for (const { schema, name, key } of tables) {
    columns[schema] = { ...columns[schema], [name]: key };
  }
  return { name: statementName(text), text, values: [after, JSON.stringify(columns)] };
}

export function readAside(row: AnswerRow): AsideOperation {
  const key = textOrNull(row, 'key');
  return {
    seq: bigintOf(row, 'seq'),
    table: { schema: textOf(row, 'schema'), name: textOf(row, 'name') },
    operation: textOf(row, 'operation'),
    writtenBy: key === null ? 'application' : 'trigger',
    key,
    data: textOrNull(row, 'data'),
  };
}

const IS_ASIDE = `state IN ('conflict', 'dead')`;
