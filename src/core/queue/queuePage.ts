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
 * for by itself. What is the usual case is NULL, and so is what repeats the row before, since every value that
 * is sent costs time. Sizes are reckoned from what is stored first, so that no more is unpacked than a page takes.
 * Source: the queue's table. Lowest version: 14.
 */
export function pageStatement({ queue, scope, after, limits }: PageRequest): SqlStatement {
  const name = qualifiedName(queue);
  const [condition, scopeValues] = conditionOf(scope, 5);
  const text = `
SELECT p.id::text AS id, p.seq, CASE WHEN p.begins THEN true END AS begins, CASE WHEN p.begins THEN p.txid::text END AS txid,
       CASE WHEN p.differs THEN true END AS differs, CASE WHEN p.differs THEN p.table_schema END AS table_schema,
       CASE WHEN p.differs THEN p.table_name END AS table_name, CASE WHEN p.differs THEN p.operation END AS operation, nullif(p.attempts, 0) AS attempts, p.bytes,
       CASE WHEN p.key_text IS NULL THEN true END AS by_application, CASE WHEN g.is_given THEN NULL ELSE true END AS is_withheld,
       CASE WHEN g.is_given THEN p.key_text END AS key, CASE WHEN g.is_given THEN p.data_text END AS data,
       CASE WHEN g.is_given THEN p.old_text END AS old_data,
       CASE WHEN p.key_text IS NULL THEN (extract(epoch FROM p.created_at) * 1000000)::bigint::text END AS created_at,
       CASE WHEN p.next_attempt_at > clock_timestamp() THEN true END AS is_early,
       CASE WHEN p.begins THEN (SELECT min(q.seq) FROM ${name} AS q WHERE q.txid = p.txid AND q.${IS_OPEN_OF}) END AS first,
       CASE WHEN p.begins THEN (SELECT max(q.seq) FROM ${name} AS q WHERE q.txid = p.txid AND q.${IS_OPEN_OF}) END AS last
  FROM (SELECT t.*, sum(t.bytes) OVER w AS total, row_number() OVER w AS nth, t.txid IS DISTINCT FROM lag(t.txid) OVER w AS begins,
               row_number() OVER w = 1 OR t.table_name IS DISTINCT FROM lag(t.table_name) OVER w OR t.operation IS DISTINCT FROM lag(t.operation) OVER w
                 OR t.table_schema IS DISTINCT FROM lag(t.table_schema) OVER w AS differs
          FROM (SELECT r.*, coalesce(octet_length(r.key_text), 0) + coalesce(octet_length(r.data_text), 0) + coalesce(octet_length(r.old_text), 0) AS bytes
                  FROM (SELECT s.id, s.seq, s.txid, s.table_schema, s.table_name, s.operation, s.attempts, s.created_at, s.next_attempt_at,
                               s.key::text AS key_text, s.data::text AS data_text, s.old_data::text AS old_text
                          FROM (SELECT q.*, sum(q.stored) OVER (ORDER BY q.seq ROWS UNBOUNDED PRECEDING) - q.stored AS before
                                  FROM (SELECT id, seq, txid, table_schema, table_name, operation, attempts, created_at, next_attempt_at, key, data, old_data,
                                               coalesce(pg_column_size(data), 0) + coalesce(pg_column_size(old_data), 0) AS stored
                                          FROM ${name} WHERE ${IS_OPEN} AND seq > $1::bigint AND ${condition} ORDER BY seq LIMIT $2::int) AS q) AS s
                         WHERE s.before < $3::bigint
                        OFFSET 0) AS r
                OFFSET 0) AS t
        WINDOW w AS (ORDER BY t.seq ROWS UNBOUNDED PRECEDING)) AS p,
       LATERAL (SELECT p.total <= $3::bigint OR (p.nth = 1 AND $4::boolean) AS is_given) AS g
 WHERE $4::boolean IS FALSE OR g.is_given
 ORDER BY p.seq`;
  return {
    name: statementName(text),
    text,
    values: [after, limits.rows, limits.bytes, scope.kind !== 'all', ...scopeValues],
  };
}

/**
 * The next open rows of one transaction, by their names alone.
 * Source: the queue's table. Lowest version: 14.
 */
export function pageNamesStatement(
  queue: TableName,
  scope: Exclude<PageScope, { readonly kind: 'all' }>,
  after: bigint,
  limit: number,
): SqlStatement {
  const [condition, values] = conditionOf(scope, 3);
  const text = `
SELECT id::text AS id, seq FROM ${qualifiedName(queue)}
 WHERE ${IS_OPEN} AND seq > $1::bigint AND ${condition} ORDER BY seq LIMIT $2::int`;
  return { name: statementName(text), text, values: [after, limit, ...values] };
}

/** What `pageNamesStatement` gave. */
export function readPageNames(
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly Pick<QueueOperation, 'id' | 'seq'>[] {
  return rows.map((row) => ({ id: text(row['id']), seq: big(row['seq']) }));
}

const IS_OPEN_OF = `state = 'pending' AND q.synced_at IS NULL`;

function conditionOf(
  scope: PageScope,
  first: number,
): readonly [string, readonly (string | bigint | readonly string[] | null)[]] {
  switch (scope.kind) {
    case 'all':
      return [
        `(txid IS NULL OR txid <> ALL ($${first}::text[]::xid8[])) AND ($${first + 1}::bigint IS NULL OR seq <= $${first + 1}::bigint)`,
        [scope.skipped, scope.upTo],
      ];
    case 'transaction':
      return [`txid = $${first}::text::xid8`, [scope.txid]];
    case 'row':
      return [`seq = $${first}::bigint`, [scope.seq]];
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
  let kind = '';
  return rows.map((row) => {
    if (row['differs'] === true) {
      const [schema, name] = [text(row['table_schema']), text(row['table_name'])];
      if (table.name !== name || table.schema !== schema) table = { schema, name };
      kind = text(row['operation']);
    }
    if (row['begins'] === true) txid = nullableText(row['txid']);
    const operation = operationOf(row, txid, table, kind);
    if (txid === null || row['begins'] === true) {
      first = row['first'] === null ? operation.seq : big(row['first']);
      last = row['last'] === null ? operation.seq : big(row['last']);
    }
    return {
      operation,
      hasData: row['is_withheld'] !== true,
      isDue: row['is_early'] !== true,
      first,
      last,
    };
  });
}

function operationOf(
  row: Readonly<Record<string, unknown>>,
  txid: string | null,
  table: TableName,
  operation: string,
): QueueOperation {
  return {
    id: text(row['id']),
    seq: big(row['seq']),
    txid,
    table,
    operation,
    writtenBy: row['by_application'] === true ? 'application' : 'trigger',
    key: nullableText(row['key']),
    data: nullableText(row['data']),
    oldData: nullableText(row['old_data']),
    bytes: Number(row['bytes']),
    attempts: Number(row['attempts']),
    createdAt: nullableText(row['created_at']) ?? '0',
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
