import { sha256Hex } from '../sha256';
import type { TableName } from '../topology';

/** Where everything that this extension makes in a database lives. */
export const EXTENSION_SCHEMA = 'pgtopology';

/** Rises when the shape of a sentinel table changes. */
export const SENTINEL_VERSION = 1;

/** Columns of a sentinel table, as its CREATE TABLE says them. */
export const SENTINEL_COLUMNS =
  '"token" uuid PRIMARY KEY, "written_at" timestamp with time zone NOT NULL DEFAULT now()';

/** What a sentinel table stands for. */
export interface SentinelSubject {
  readonly systemIdentifier: string;
  readonly database: string;
  /** `null`: the table for standbys alone, where no publication has one. */
  readonly publication: string | null;
}

/**
 * The sentinel table of one publication: `pgtopology.sentinel_` and 8 hexadecimal digits. Every publication has its own, so
 * that two subscriptions in one database never receive the same table.
 */
export function sentinelTable(subject: SentinelSubject): TableName {
  const { systemIdentifier, database, publication } = subject;
  // Lengths keep names that hold the separator from passing for others.
  const parts = [systemIdentifier, ...[database, publication ?? ''].map(measured)];
  return { schema: EXTENSION_SCHEMA, name: `sentinel_${sha256Hex(parts.join(' ')).slice(0, 8)}` };
}

/** The comment that says in clear what the table is for. */
export function sentinelComment(subject: SentinelSubject): string {
  const { systemIdentifier, database, publication } = subject;
  const what = publication === null ? 'the standbys' : `publication ${publication}`;
  return `Postgres Topology sentinel ${SENTINEL_VERSION}: tokens of checks for ${what} of database ${database}, system ${systemIdentifier}`;
}

/** Whether a table goes by the name of a sentinel table; no look at what it is. */
export function isSentinelTable({ schema, name }: TableName): boolean {
  return schema === EXTENSION_SCHEMA && /^sentinel_[0-9a-f]{8}$/u.test(name);
}

function measured(name: string): string {
  return `${name.length}:${name}`;
}
