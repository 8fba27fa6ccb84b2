import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import type { TableName } from '../topology';
import type { BatchLimits, PageRow } from './batchCut';
import type { QueueOperation } from './operation';
import { statementName } from './statementName';

/** Which rows of a queue a page is of. */
export type PageScope =
  | { readonly kind: 'all'; readonly skipped: readonly string[]; readonly upTo: bigint | null }
  | { readonly kind: 'transaction'; readonly txid: string }
  | { readonly kind: 'row'; readonly seq: bigint };

export interface PageRequest {
  readonly queue: TableName;
  readonly scope: PageScope;
  /** Rows after this `seq`. */
  readonly after: bigint;
  readonly limits: BatchLimits;
}

/** Rows that a writer has not marked itself. */
export const IS_OPEN = `state = 'pending' AND synced_at IS NULL`;

/**
 * The next open rows, in order, with their texts as far as these fit; a larger row comes without, or alone where it was asked
 * for by itself. Sizes are reckoned from what is stored first, so that no more is unpacked than a page takes.
 * Source: the queue's table. Lowest version: 14.
 */
export function pageStatement({ queue, scope, after, limits }: PageRequest): SqlStatement {
  const name = qualifiedName(queue);
  const [condition, scopeValues] = conditionOf(scope);
  const text = `
WITH page AS MATERIALIZED (
  SELECT t.*, octet_length(coalesce(t.key_text, '')) + octet_length(coalesce(t.data_text, '')) + octet_length(coalesce(t.old_text, '')) AS bytes
    FROM (SELECT s.id, s.seq, s.txid, s.table_schema, s.table_name, s.operation, s.attempts, s.created_at, s.next_attempt_at,
                 s.key::text AS key_text, s.data::text AS data_text, s.old_data::text AS old_text
            FROM (SELECT q.*, sum(q.stored) OVER (ORDER BY q.seq) - q.stored AS before
                    FROM (SELECT *, coalesce(pg_column_size(data), 0) + coalesce(pg_column_size(old_data), 0) AS stored
                            FROM ${name} WHERE ${IS_OPEN} AND seq > $1::bigint AND ${condition} ORDER BY seq LIMIT $2::int) AS q) AS s
           WHERE s.before < $3::bigint
          OFFSET 0) AS t
), summed AS (
  SELECT p.*, sum(p.bytes) OVER (ORDER BY p.seq) AS total, row_number() OVER (ORDER BY p.seq) AS nth,
         p.txid IS DISTINCT FROM lag(p.txid) OVER (ORDER BY p.seq) AS begins FROM page AS p
)
SELECT p.id::text AS id, p.seq, p.txid::text AS txid, p.table_schema, p.table_name, p.operation, p.attempts, p.bytes,
       p.key_text IS NOT NULL AS by_trigger, g.is_given,
       CASE WHEN g.is_given THEN p.key_text END AS key, CASE WHEN g.is_given THEN p.data_text END AS data,
       CASE WHEN g.is_given THEN p.old_text END AS old_data,
       CASE WHEN p.key_text IS NULL THEN (extract(epoch FROM p.created_at) * 1000000)::bigint::text ELSE '0' END AS created_at,
       coalesce(p.next_attempt_at <= clock_timestamp(), true) AS is_due,
       CASE WHEN p.begins THEN (SELECT min(q.seq) FROM ${name} AS q WHERE q.txid = p.txid AND q.${IS_OPEN_OF}) END AS first,
       CASE WHEN p.begins THEN (SELECT max(q.seq) FROM ${name} AS q WHERE q.txid = p.txid AND q.${IS_OPEN_OF}) END AS last
  FROM summed AS p, LATERAL (SELECT p.total <= $3::bigint OR (p.nth = 1 AND $4::boolean) AS is_given) AS g
 WHERE $4::boolean IS FALSE OR g.is_given
 ORDER BY p.seq`;
  return {
    name: statementName(text),
    text,
    values: [after, limits.rows, limits.bytes, scope.kind !== 'all', ...scopeValues],
  };
}

const IS_OPEN_OF = `state = 'pending' AND q.synced_at IS NULL`;

function conditionOf(
  scope: PageScope,
): readonly [string, readonly (string | bigint | readonly string[] | null)[]] {
  switch (scope.kind) {
    case 'all':
      return [
        `(txid IS NULL OR txid <> ALL ($5::text[]::xid8[])) AND ($6::bigint IS NULL OR seq <= $6::bigint)`,
        [scope.skipped, scope.upTo],
      ];
    case 'transaction':
      return [`txid = $5::text::xid8`, [scope.txid]];
    case 'row':
      return [`seq = $5::bigint`, [scope.seq]];
  }
}

/**
 * The rows of a page. How far a transaction goes is told by the first of its rows that follow each other.
 * @throws TypeError when the statement yields something else
 */
export function readPage(rows: readonly Readonly<Record<string, unknown>>[]): readonly PageRow[] {
  let first = 0n;
  let last = 0n;
  let txid: string | null = null;
  let table: TableName = { schema: '', name: '' };
  return rows.map((row) => {
    const [schema, name] = [text(row['table_schema']), text(row['table_name'])];
    if (table.name !== name || table.schema !== schema) table = { schema, name };
    const operation = operationOf(row, table);
    if (operation.txid === null || operation.txid !== txid) {
      first = row['first'] === null ? operation.seq : big(row['first']);
      last = row['last'] === null ? operation.seq : big(row['last']);
    }
    txid = operation.txid;
    return {
      operation,
      hasData: row['is_given'] === true,
      isDue: row['is_due'] === true,
      first,
      last,
    };
  });
}

function operationOf(row: Readonly<Record<string, unknown>>, table: TableName): QueueOperation {
  return {
    id: text(row['id']),
    seq: big(row['seq']),
    txid: nullableText(row['txid']),
    table,
    operation: text(row['operation']),
    writtenBy: row['by_trigger'] === true ? 'trigger' : 'application',
    key: nullableText(row['key']),
    data: nullableText(row['data']),
    oldData: nullableText(row['old_data']),
    bytes: Number(row['bytes']),
    attempts: Number(row['attempts']),
    createdAt: text(row['created_at']),
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A column of the queue is no text.');
  return value;
}

function nullableText(value: unknown): string | null {
  return value === null ? null : text(value);
}

function big(value: unknown): bigint {
  if (typeof value !== 'bigint') throw new TypeError('A column of the queue is no bigint.');
  return value;
}
