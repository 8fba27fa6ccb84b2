/** One number of a table, and where it comes from. */
export interface Figure {
  /** As it stands there: `9.1 GB`. */
  readonly text: string;
  /** Finished sentence: what it is. */
  readonly what: string;
  /** `pg_replication_slots on central`; `null`: this window counted it itself. */
  readonly source: string | null;
  readonly atMs: number | null;
  /** Statement that shows it again; `null` where none does. */
  readonly query: string | null;
}
