import { cutToBytes } from '../utf8';
import { escapeIdentifier, escapeLiteral, qualifiedName, MAX_IDENTIFIER_BYTES } from '../sql';
import type { TableName } from '../topology';

/** Rises when the queue's table changes; stands in its comment. */
export const PENDING_SYNC_VERSION = 2;

/** What the table's comment says, so that a later version knows what it has before it. */
export const PENDING_SYNC_COMMENT = `Postgres Topology: offline queue, version ${PENDING_SYNC_VERSION}`;

/**
 * Columns of the offline queue. `id` is an operation's identity, made once; `seq` its order, since time is none; `txid`
 * keeps together what one transaction wrote. An application may insert `table_name`, `operation` and `data` alone.
 */
export const QUEUE_COLUMNS: readonly (readonly [string, string])[] = [
  ['id', 'uuid PRIMARY KEY DEFAULT gen_random_uuid()'],
  ['seq', 'bigint GENERATED ALWAYS AS IDENTITY UNIQUE'],
  // NULL in rows that were there before the queue was ours: nobody knows which of them belong together.
  ['txid', 'xid8 DEFAULT pg_current_xact_id()'],
  ['table_schema', "text NOT NULL DEFAULT 'public'"],
  ['table_name', 'text NOT NULL'],
  ['operation', "text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE'))"],
  ['key', 'jsonb'],
  ['data', 'jsonb'],
  ['old_data', 'jsonb'],
  [
    'state',
    "text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'conflict', 'dead'))",
  ],
  ['attempts', 'integer NOT NULL DEFAULT 0'],
  ['next_attempt_at', 'timestamptz'],
  ['error', 'text'],
  ['error_sqlstate', 'text'],
  ['created_at', 'timestamptz NOT NULL DEFAULT clock_timestamp()'],
  ['synced_at', 'timestamptz'],
];

/** The statements that make the queue's table with its indexes, for a schema that exists. */
export function pendingSyncSql(table: TableName): readonly string[] {
  const name = qualifiedName(table);
  const columns = QUEUE_COLUMNS.map(([column, definition]) => `  ${column} ${definition}`);
  return [
    `CREATE TABLE ${name} (\n${columns.join(',\n')}\n)`,
    ...queueIndexes(table).map(
      ({ index, on }) => `CREATE INDEX ${escapeIdentifier(index)} ON ${name} ${on}`,
    ),
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(PENDING_SYNC_COMMENT)}`,
  ];
}

/** Its indexes beside those of its keys: over what is open, so that what is done costs nothing. */
export function queueIndexes(
  table: TableName,
): readonly { readonly index: string; readonly on: string }[] {
  return [
    { index: indexName(table, 'pending'), on: "(seq) WHERE state = 'pending'" },
    { index: indexName(table, 'pending_txid'), on: "(txid, seq) WHERE state = 'pending'" },
    { index: indexName(table, 'conflict'), on: "(seq) WHERE state IN ('conflict', 'dead')" },
  ];
}

/** What it says where an application made the table and we only added to it. */
export const UPGRADED_QUEUE_COMMENT = `${PENDING_SYNC_COMMENT}, on the application's table`;

/** Which of our versions made a table with this comment; `null`: none did. */
export function queueVersion(comment: string | null): number | null {
  const found = /^Postgres Topology: offline queue, version (\d{1,4})(?:, .*)?$/u.exec(
    comment ?? '',
  )?.[1];
  return found === undefined ? null : Number(found);
}

/** `old`: the table that applications made themselves. `partial`: takes part of our columns and lacks others. */
export type QueueShape = 'current' | 'partial' | 'old' | 'other';

/** What a table with these columns is as a queue. The monitor watches `partial` as well where it has what it reads. */
export function queueShapeOf(columns: ReadonlySet<string>): QueueShape {
  if (missingQueueColumns(columns).length === 0) return 'current';
  if (WATCHED_COLUMNS.every((column) => columns.has(column))) return 'partial';
  return OLD_COLUMNS.every((column) => columns.has(column)) ? 'old' : 'other';
}

/** Columns of the queue that a table has not. */
export function missingQueueColumns(columns: ReadonlySet<string>): readonly string[] {
  return QUEUE_COLUMNS.map(([column]) => column).filter((column) => !columns.has(column));
}

const OLD_COLUMNS = ['synced_at', 'error', 'created_at'];
const WATCHED_COLUMNS = ['seq', 'state', ...OLD_COLUMNS];

function indexName({ name }: TableName, suffix: string): string {
  return `${cutToBytes(name, MAX_IDENTIFIER_BYTES - suffix.length - 1)}_${suffix}`;
}
