import type { CancelSignal } from './cancelSignal';

/** What may stand for a parameter; the statement casts it (`$1::oid`). */
export type SqlValue = string | number | bigint | boolean | null | readonly string[];

export interface SqlStatement {
  /** One statement; more than one is a syntax error (42601), since only the extended protocol is used. */
  readonly text: string;
  readonly values?: readonly SqlValue[];
  /** Prepared once a session under this name, then only executed. Give the same text with the same name. */
  readonly name?: string;
}

/** A NOTICE or WARNING, redacted. Some failures show nowhere else. */
export interface SqlNotice {
  readonly severity: string;
  readonly sqlstate: string | null;
  readonly message: string;
}

export interface SqlResult {
  /** `int8` and `pg_lsn` as bigint, `json` parsed, `numeric` as text; everything else as node-postgres gives it. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number | null;
  readonly notices: readonly SqlNotice[];
}

/** One connection to one server. At most one statement is under way at a time. Every rejection is a `ServerFailure`. */
export interface SqlSession {
  /** Cancelling, or running into the time limit, ends the session: its connection is never used again. */
  query(statement: SqlStatement, signal?: CancelSignal): Promise<SqlResult>;
  /** True once the connection is gone; it never comes back. */
  readonly isClosed: boolean;
  /** Ends the session within a second, cancelling what runs. Never rejects. */
  close(): Promise<void>;
}
