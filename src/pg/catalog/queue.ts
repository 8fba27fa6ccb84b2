import { DEPTH_CAP, type QueueFacts } from '../../core/facts';
import { redact } from '../../core/redact';
import { qualifiedName } from '../../core/sql';
import type { TableName } from '../../core/topology';
import { epochMs, jsonRow, type PollPart } from './part';
import type { KnownQueue } from './queueShape';
import { RowReader } from './rowReader';

/** Longest error text that is shown; it may quote values, so it is kept short. */
const ERROR_LENGTH = 200;

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
  const sql =
    shape === 'current'
      ? currentShape(name, queue.indexedColumns.has('seq'))
      : oldShape(name, queue.indexedColumns.has('created_at'));
  return {
    lowestVersion: 14,
    sql: () => sql,
    read: (value) => RowReader.read(value, (row) => readQueue(shape, row)),
  };
}

function readQueue(shape: QueueFacts['shape'], row: RowReader): QueueFacts {
  return {
    shape,
    waiting: row.number(),
    failed: row.number(),
    oldestAtMs: row.nullableNumber(),
    conflicts: row.number(),
    dead: row.number(),
    lastDoneAtMs: row.nullableNumber(),
    lastError: withoutSecrets(row.nullableText()),
  };
}

/** What an application wrote into the queue may be the connection string that failed it; the end may be cut off. */
function withoutSecrets(error: string | null): string | null {
  if (error === null) return null;
  const isCut = error.length >= ERROR_LENGTH;
  return redact(isCut ? error.replace(/(:\/\/[^\s:/@]*):[^\s/@]*$/u, '$1:***') : error);
}

function currentShape(name: string, isSeqIndexed: boolean): string {
  const lastDone = isSeqIndexed
    ? `CASE WHEN o.waiting = 0 THEN (SELECT ${epochMs('d.synced_at')} FROM ${name} AS d
         WHERE d.state = 'done' ORDER BY d.seq DESC LIMIT 1) END`
    : 'NULL';
  return `(SELECT ${jsonRow([
    'o.waiting',
    'o.failed',
    epochMs('o.oldest'),
    'k.conflicts',
    'k.dead',
    lastDone,
    'coalesce(k.last_error, o.last_error)',
  ])}
    FROM (SELECT count(*)::pg_catalog.int4 AS waiting, count(p.error)::pg_catalog.int4 AS failed,
            min(p.created_at) AS oldest,
            (pg_catalog.array_agg(pg_catalog.left(p.error, ${ERROR_LENGTH}) ORDER BY p.seq DESC)
              FILTER (WHERE p.error IS NOT NULL))[1] AS last_error
          FROM (SELECT q.seq, q.created_at, q.error FROM ${name} AS q
                 WHERE q.state = 'pending' ORDER BY q.seq LIMIT ${DEPTH_CAP}) AS p) AS o,
      (SELECT count(*) FILTER (WHERE p.state = 'conflict')::pg_catalog.int4 AS conflicts,
            count(*) FILTER (WHERE p.state = 'dead')::pg_catalog.int4 AS dead,
            (pg_catalog.array_agg(pg_catalog.left(p.error, ${ERROR_LENGTH}) ORDER BY p.seq DESC)
              FILTER (WHERE p.error IS NOT NULL))[1] AS last_error
          FROM (SELECT q.seq, q.state, q.error FROM ${name} AS q
                 WHERE q.state IN ('conflict', 'dead') LIMIT ${DEPTH_CAP}) AS p) AS k)`;
}

function oldShape(name: string, isCreatedAtIndexed: boolean): string {
  const lastDone = isCreatedAtIndexed
    ? `CASE WHEN o.waiting = 0 THEN (SELECT ${epochMs('d.synced_at')} FROM ${name} AS d
         WHERE d.synced_at IS NOT NULL ORDER BY d.created_at DESC LIMIT 1) END`
    : 'NULL';
  return `(SELECT ${jsonRow([
    'o.waiting',
    'o.failed',
    epochMs('o.oldest'),
    '0',
    '0',
    lastDone,
    'o.last_error',
  ])}
    FROM (SELECT count(*)::pg_catalog.int4 AS waiting, count(p.error)::pg_catalog.int4 AS failed,
            min(p.created_at) AS oldest,
            (pg_catalog.array_agg(pg_catalog.left(p.error::pg_catalog.text, ${ERROR_LENGTH}) ORDER BY p.created_at DESC)
              FILTER (WHERE p.error IS NOT NULL))[1] AS last_error
          FROM (SELECT q.created_at, q.error FROM ${name} AS q
                 WHERE q.synced_at IS NULL ORDER BY q.synced_at LIMIT ${DEPTH_CAP}) AS p) AS o)`;
}
