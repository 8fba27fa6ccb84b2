/** The SQL channel: every statement that changes a server, as it was sent, secrets hidden. Implementations redact again. */
export interface AuditLog {
  /** `-- 12:03:07 central as postgres (step 1 of 3)` and the like, then the statement. */
  statement(entry: AuditEntry): void;
  /** A line of comment: a plan begins, ends, stops. */
  note(text: string): void;
}

export interface AuditEntry {
  readonly atMs: number;
  readonly nodeId: string;
  readonly user: string;
  /** As shown in the plan, secrets hidden. */
  readonly sql: string;
  /** What became of it: `done in 12 ms`, or the failure with SQLSTATE. */
  readonly outcome: string;
}
