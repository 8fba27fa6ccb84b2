import type { TableName } from './topology';

/**
 * What one server says about why something is wrong: read beside the poll, by one statement on the same session, and only while a
 * verdict calls for it or a person asks. `null` is "not known" or "may not be read", never zero. Times are epoch ms of the server's clock.
 */

/** Which parts are read of a node. */
export interface CauseWants {
  /** Who holds what an apply worker or the replay waits for. */
  readonly blockers: boolean;
  /** Replay of a standby: what the startup process waits for, the queries it may have to cancel. */
  readonly replay: boolean;
  /** Columns of the tables that are published, or subscribed to. */
  readonly tables: boolean;
  /** The oldest WAL that the server still has. */
  readonly wal: boolean;
  /** The end of the server's log. */
  readonly log: boolean;
}

/** A session that another process waits for. Source: pg_blocking_pids(), pg_stat_activity. */
export interface BlockerFacts {
  /** The process that waits. */
  readonly waitingPid: number;
  /** 0: a transaction that was prepared for a two-phase commit, which no process holds. */
  readonly pid: number;
  readonly user: string | null;
  readonly applicationName: string | null;
  readonly clientAddress: string | null;
  /** `idle in transaction` and the like. */
  readonly state: string | null;
  /** Its present or last statement, at most 500 characters; `null` where our role may not see it. */
  readonly query: string | null;
  readonly transactionStartedAtMs: number | null;
  /** Table that is waited for, or whose row is: `public.jobs`; `null` where it is no table, or not known. */
  readonly relation: string | null;
  /** Lock mode that is waited for, such as `RowExclusiveLock`; `null` when not known. */
  readonly mode: string | null;
}

/** A query that reads on a standby. Source: pg_stat_activity. */
export interface StandbyQueryFacts {
  readonly pid: number;
  readonly user: string | null;
  readonly applicationName: string | null;
  readonly state: string | null;
  readonly query: string | null;
  readonly startedAtMs: number | null;
  /** How many transactions its snapshot is old; `null` when it holds none. Source: age(backend_xmin). */
  readonly snapshotAge: number | null;
}

export interface ReplayCauseFacts {
  /** Of the startup process; `null` where our role may not see it, or it waits for nothing. */
  readonly waitEventType: string | null;
  /** `RecoveryConflictSnapshot`, `RecoveryConflictTablespace`, `RecoveryApplyDelay`, `RecoveryPause`, … */
  readonly waitEvent: string | null;
  /** Queries that hold a snapshot or a transaction, oldest first, at most 5. */
  readonly queries: readonly StandbyQueryFacts[];
  /** Cancelled because of replay since the statistics began, all databases; by kind. Source: pg_stat_database_conflicts. */
  readonly cancelled: Readonly<Record<string, number>> | null;
  readonly maxStandbyStreamingDelayMs: number | null;
}

export interface CauseColumn {
  readonly name: string;
  /** format_type() */
  readonly type: string;
  readonly isGenerated: boolean;
}

/** A table that is published here, or that a subscription of this database fills. */
export interface CauseTable {
  readonly schema: string;
  readonly name: string;
  /** Publication or subscription names that it belongs to. */
  readonly of: readonly string[];
  /** Those that are sent (published), or that the table has (subscribed). */
  readonly columns: readonly CauseColumn[];
}

/** One entry of the server's log that is about replication. */
export interface LogEntryFacts {
  /** As the log writes it; `null` where the line has none that can be read. */
  readonly at: string | null;
  readonly pid: number | null;
  /** `ERROR`, `FATAL`, `LOG`, … */
  readonly level: string;
  readonly sqlstate: string | null;
  /** Of the worker that wrote it, where the log says which that is; before 15 nothing else tells. Absent where it was not read. */
  readonly subscription?: string | null;
  /** Message with DETAIL and CONTEXT below each other, at most 2,000 characters. */
  readonly text: string;
}

export interface LogFacts {
  /** Path by pg_current_logfile(), relative to the data directory; `null` when it is not told. */
  readonly path: string | null;
  /** Newest last, at most 20; `null`: it may not be read, or the collector does not write it. `problem` says why. */
  readonly entries: readonly LogEntryFacts[] | null;
  /** Finished sentence: why it cannot be read, and where to look; `null` when it can. */
  readonly problem: string | null;
}

/** Parts that were not wanted are `null`. */
export interface CauseFacts {
  readonly blockers: readonly BlockerFacts[] | null;
  readonly replay: ReplayCauseFacts | null;
  /** At most 500; `null` also when there are more. */
  readonly tables: readonly CauseTable[] | null;
  /**
   * With `tables`, in a database with subscriptions: its other tables, by which one that is not subscribed to is told from one that
   * is not there. At most 2,000; `null` also when there are more, absent where it was not read.
   */
  readonly otherTables?: readonly TableName[] | null;
  /** Start of the oldest segment in pg_wal; `null` without pg_monitor. Source: pg_ls_waldir(). */
  readonly oldestWalLsn: bigint | null;
  readonly log: LogFacts | null;
}
