import { DEPTH_CAP, type QueueFacts } from '../../core/facts';
import { redact } from '../../core/redact';
import { qualifiedName } from '../../core/sql';
import type { TableName } from '../../core/topology';
import { identityExpression, readIdentityRow } from './edgeIdentity';
import { epochMs, jsonRow, type PollPart } from './part';
import type { KnownQueue } from './queueShape';
import { RowReader } from './rowReader';

/** Longest error text that is shown; it may quote values, so it is kept short. */
const ERROR_LENGTH = 200;
/** Tables that are told by name; of a queue that is about more, those with the most operations. */
const MOST_TABLES = 50;

/**
 * Depth and trouble of a queue table, never its rows. Every count stops at the cap, and is ordered so that the partial
 * index on open rows serves it: without that order a million done rows in front would be read first.
 * @returns `null` where the table cannot be read as a queue.
 */
export function queuePart(table: TableName, queue: KnownQueue): PollPart<QueueFacts> | null {
  if (!queue.isReadable) return null;
  const shape = queue.shape;
  if (shape !== 'current' && shape !== 'old') return null;
  const name = qualifiedName(table);
  const sql = shape === 'current' ? currentShape(name, queue) : oldShape(name, queue);
  return {
    lowestVersion: 14,
    sql: () => sql,
    read: (value) => RowReader.read(value, (row) => readQueue(shape, queue, row)),
  };
}

function readQueue(shape: QueueFacts['shape'], queue: KnownQueue, row: RowReader): QueueFacts {
  const facts: QueueFacts = {
    shape,
    waiting: row.number(),
    failed: row.number(),
    oldestAtMs: row.nullableNumber(),
    conflicts: row.number(),
    dead: row.number(),
    lastDoneAtMs: row.nullableNumber(),
    lastError: withoutSecrets(row.nullableText()),
  };
  const tables = RowReader.list(row.next(), (one) => ({
    schema: one.nullableText(),
    name: one.text(),
    open: one.number(),
    waiting: one.number(),
    oldestAtMs: one.nullableNumber(),
  }));
  const identity = readIdentityRow(row.next());
  return {
    ...facts,
    ...(namesTables(queue) ? { tables } : {}),
    ...(identity === null ? {} : { identity }),
  };
}

/** What an application wrote into the queue may be the connection string that failed it; the end may be cut off. */
function withoutSecrets(error: string | null): string | null {
  if (error === null) return null;
  const isCut = error.length >= ERROR_LENGTH;
  return redact(isCut ? error.replace(/(:\/\/[^\s:/@]*):[^\s/@]*$/u, '$1:***') : error);
}

function namesTables({ columns }: KnownQueue): boolean {
  return columns.has('table_name');
}

/** Rows that an application marked itself are pending by their state, and yet done. */
function currentShape(name: string, queue: KnownQueue): string {
  const lastDone = queue.indexedColumns.has('seq')
    ? `CASE WHEN o.waiting = 0 THEN (SELECT ${epochMs('d.synced_at')} FROM ${name} AS d
         WHERE d.state = 'done' ORDER BY d.seq DESC LIMIT 1) END`
    : 'NULL';
  const columns = `q.seq, q.state, q.created_at, pg_catalog.left(q.error, ${ERROR_LENGTH}) AS error${tableColumns(queue)}`;
  return `(WITH p AS MATERIALIZED (SELECT ${columns} FROM ${name} AS q
       WHERE q.state = 'pending' AND q.synced_at IS NULL ORDER BY q.seq LIMIT ${DEPTH_CAP}),
     k AS MATERIALIZED (SELECT ${columns} FROM ${name} AS q
       WHERE q.state IN ('conflict', 'dead') LIMIT ${DEPTH_CAP})
   SELECT ${jsonRow([
     'o.waiting',
     'o.failed',
     epochMs('o.oldest'),
     't.conflicts',
     't.dead',
     lastDone,
     'coalesce(t.last_error, o.last_error)',
     tablesExpression(queue, '(SELECT * FROM p UNION ALL SELECT * FROM k)'),
     queue.hasIdentity ? identityExpression() : 'NULL',
   ])}
     FROM (SELECT count(*)::pg_catalog.int4 AS waiting, count(p.error)::pg_catalog.int4 AS failed,
             min(p.created_at) AS oldest, ${lastErrorBy('seq')} AS last_error FROM p) AS o,
       (SELECT count(*) FILTER (WHERE p.state = 'conflict')::pg_catalog.int4 AS conflicts,
             count(*) FILTER (WHERE p.state = 'dead')::pg_catalog.int4 AS dead,
             ${lastErrorBy('seq')} AS last_error FROM k AS p) AS t)`;
}

function oldShape(name: string, queue: KnownQueue): string {
  const lastDone = queue.indexedColumns.has('created_at')
    ? `CASE WHEN o.waiting = 0 THEN (SELECT ${epochMs('d.synced_at')} FROM ${name} AS d
         WHERE d.synced_at IS NOT NULL ORDER BY d.created_at DESC LIMIT 1) END`
    : 'NULL';
  return `(WITH p AS MATERIALIZED (SELECT q.created_at,
         pg_catalog.left(q.error::pg_catalog.text, ${ERROR_LENGTH}) AS error${tableColumns(queue)}
       FROM ${name} AS q WHERE q.synced_at IS NULL ORDER BY q.synced_at LIMIT ${DEPTH_CAP})
   SELECT ${jsonRow([
     'o.waiting',
     'o.failed',
     epochMs('o.oldest'),
     '0',
     '0',
     lastDone,
     'o.last_error',
     tablesExpression(queue, 'p'),
     queue.hasIdentity ? identityExpression() : 'NULL',
   ])}
     FROM (SELECT count(*)::pg_catalog.int4 AS waiting, count(p.error)::pg_catalog.int4 AS failed,
             min(p.created_at) AS oldest, ${lastErrorBy('created_at')} AS last_error FROM p) AS o)`;
}

/** Of the rows `p`. */
function lastErrorBy(column: string): string {
  return `(pg_catalog.array_agg(p.error ORDER BY p.${column} DESC) FILTER (WHERE p.error IS NOT NULL))[1]`;
}

function tableColumns(queue: KnownQueue): string {
  if (!namesTables(queue)) return '';
  const schema = queue.columns.has('table_schema') ? 'q.table_schema' : 'NULL';
  return `, ${schema}::pg_catalog.text AS table_schema, q.table_name::pg_catalog.text AS table_name`;
}

function tablesExpression(queue: KnownQueue, rows: string): string {
  if (!namesTables(queue)) return 'NULL';
  const row = ['n.table_schema', 'n.table_name', 'n.open', 'n.waiting', epochMs('n.oldest')];
  const waits = queue.shape === 'current' ? ` FILTER (WHERE r.state = 'pending')` : '';
  return `(SELECT pg_catalog.json_agg(${jsonRow(row)} ORDER BY n.open DESC)
      FROM (SELECT r.table_schema, r.table_name, count(*)::pg_catalog.int4 AS open,
              count(*)${waits}::pg_catalog.int4 AS waiting, min(r.created_at)${waits} AS oldest FROM ${rows} AS r
             WHERE r.table_name IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT ${MOST_TABLES}) AS n)`;
}
