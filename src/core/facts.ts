import type { Lsn } from './lsn';
import type { TableName } from './topology';

/**
 * What one server says of itself, as read by one statement. `null` always means "not known" or "does not apply",
 * never zero. Times the server reports are epoch milliseconds of the *server's* clock.
 */

/** A row of pg_stat_replication. Every nullable member is NULL for a role without pg_read_all_stats. */
export interface SenderFacts {
  readonly pid: number;
  readonly applicationName: string | null;
  readonly clientAddress: string | null;
  readonly state: string | null;
  readonly sentLsn: Lsn | null;
  readonly writeLsn: Lsn | null;
  readonly flushLsn: Lsn | null;
  readonly replayLsn: Lsn | null;
  readonly replayLagMs: number | null;
  readonly syncState: string | null;
  readonly replyAtMs: number | null;
}

/** The row of pg_stat_wal_receiver. `isVisible` is false when the role sees the pid only. */
export interface ReceiverFacts {
  readonly pid: number;
  readonly isVisible: boolean;
  readonly status: string | null;
  readonly receivedTimeline: number | null;
  readonly flushedLsn: Lsn | null;
  readonly latestEndLsn: Lsn | null;
  readonly latestEndAtMs: number | null;
  readonly lastMessageAtMs: number | null;
  readonly slotName: string | null;
  readonly senderHost: string | null;
  readonly senderPort: number | null;
  /** `application_name`, else `fallback_application_name`, of the receiver's conninfo; the rest of the conninfo never leaves the server. */
  readonly applicationName: string | null;
}

/** A row of pg_replication_slots. */
export interface SlotFacts {
  readonly name: string;
  readonly type: 'physical' | 'logical';
  readonly plugin: string | null;
  readonly database: string | null;
  readonly isTemporary: boolean;
  readonly isActive: boolean;
  readonly activePid: number | null;
  readonly restartLsn: Lsn | null;
  readonly confirmedFlushLsn: Lsn | null;
  /** `reserved`, `extended`, `unreserved` or `lost`; `null` when it never reserved WAL. */
  readonly walStatus: string | null;
  readonly safeWalBytes: number | null;
  /** 17 and newer. */
  readonly inactiveSinceMs: number | null;
  /** 17 and newer; on 16 `conflicting` is reported as `conflict`. */
  readonly invalidationReason: string | null;
  /** A standby keeps it in step with its primary for a failover: 17 and newer, and only there. Absent: it does not. */
  readonly isSynced?: boolean;
}

/** A subscription of the node's own database: pg_subscription with its main worker and its counters. */
export interface SubscriptionFacts {
  readonly oid: number;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly slotName: string | null;
  readonly publications: readonly string[];
  /** 15 and newer. */
  readonly disablesOnError: boolean | null;
  /** Main apply worker; `null` when it is not running. */
  readonly workerPid: number | null;
  readonly receivedLsn: Lsn | null;
  readonly latestEndLsn: Lsn | null;
  readonly lastMessageAtMs: number | null;
  /** From pg_stat_activity; `null` when not visible. */
  readonly workerWaitEventType: string | null;
  readonly workerWaitEvent: string | null;
  readonly blockingPids: readonly number[];
  /** 15 and newer; `null` before. */
  readonly applyErrorCount: number | null;
  readonly syncErrorCount: number | null;
  /**
   * Conflicts counted since the statistics began, by kind as the columns `confl_…` of pg_stat_subscription_stats name it:
   * `insert_exists`. 18 and newer; `null` before, absent where it was not read.
   */
  readonly conflicts?: Readonly<Record<string, number>> | null;
  /** Tables by `srsubstate`: r ready, s synchronised, f finished copy, d data copy, i initialise. */
  readonly tableStates: Readonly<Record<'i' | 'd' | 'f' | 's' | 'r', number>>;
  /** Table sync workers running now. */
  readonly syncWorkers: number;
  /** What each of these copies; absent where it was not read. */
  readonly copies?: readonly TableCopyFacts[];
}

/** A table that a worker copies now: pg_stat_progress_copy, by its process. */
export interface TableCopyFacts {
  readonly schema: string;
  readonly name: string;
  /** Rows copied so far; `null` before the first, and where our role may not see it. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** Since its worker began; `null` where our role may not see it. */
  readonly runningMs: number | null;
}

/** The queue table of an edge, counted up to a cap. */
export interface QueueFacts {
  /** `current`: our table. `old`: the shape that applications made (`synced_at`, `error`, no `state`). */
  readonly shape: 'current' | 'old';
  /** Open operations, at most `DEPTH_CAP`; more are said as "> 10,000". */
  readonly waiting: number;
  readonly conflicts: number;
  readonly dead: number;
  /** Open operations that carry an error. */
  readonly failed: number;
  readonly oldestAtMs: number | null;
  readonly lastDoneAtMs: number | null;
  /** Error text of the newest failed operation, cut to 200 characters; never row data. */
  readonly lastError: string | null;
  /** Open operations by table, most first, at most 50 tables, of those that were counted; absent where they do not say their table. */
  readonly tables?: readonly QueuedTableFacts[];
  /** The row of edge_identity; absent where that table is not there, or not readable for our role. */
  readonly identity?: EdgeIdentityFacts;
}

/** What of a queue is about one table. */
export interface QueuedTableFacts {
  /** As queued; `null` where the queue has names alone. */
  readonly schema: string | null;
  readonly name: string;
  /** All that are open, conflicts and dead ones among them: edits that the primary has not taken. */
  readonly open: number;
  readonly waiting: number;
  /** Of those that wait. */
  readonly oldestAtMs: number | null;
}

/** Who this edge is, and who drains it. */
export interface EdgeIdentityFacts {
  readonly edgeId: string;
  /** When a drain last marked operations as done; `null` before the first. */
  readonly drainedAtMs: number | null;
  /** Who holds the lock of a drain now; `null`: nobody. */
  readonly drainer: QueueDrainerFacts | null;
  /** The primary that took the last batch; `null` before the first. */
  readonly drainedTo: { readonly systemIdentifier: string; readonly timeline: number } | null;
}

export interface QueueDrainerFacts {
  /** Its process on the edge's server. */
  readonly pid: number;
  /** As it told itself. */
  readonly who: string | null;
  readonly sinceMs: number | null;
}

/** Counting stops here: a deeper queue is "> 10,000". */
export const DEPTH_CAP = 10_001;

/** The one row that one poll of one node returns. */
export interface FastFacts {
  readonly serverVersionNum: number;
  readonly isInRecovery: boolean;
  /** pg_control_system(); `null` without the privilege. */
  readonly systemIdentifier: string | null;
  readonly postmasterStartedAtMs: number;
  readonly serverTimeMs: number;
  readonly database: string;
  /**
   * On a primary the prefix of pg_walfile_name(pg_current_wal_lsn()) (pg_control_checkpoint() is late after a promotion);
   * on a standby the receiver's timeline, else that of the last checkpoint.
   */
  readonly timeline: number | null;
  /** pg_current_wal_lsn(); `null` in recovery. */
  readonly currentLsn: Lsn | null;
  /** Last received and replayed positions; `null` outside recovery, where Postgres leaves them frozen. */
  readonly receiveLsn: Lsn | null;
  readonly replayLsn: Lsn | null;
  readonly lastReplayedCommitAtMs: number | null;
  /** pg_get_wal_replay_pause_state(); `null` outside recovery. */
  readonly replayPauseState: 'not paused' | 'pause requested' | 'paused' | null;
  readonly canSeeReplication: boolean;
  readonly senders: readonly SenderFacts[];
  readonly receiver: ReceiverFacts | null;
  readonly slots: readonly SlotFacts[];
  readonly subscriptions: readonly SubscriptionFacts[];
  /** `null` when no queue is declared, or its table is not known to exist. */
  readonly queue: QueueFacts | null;
  readonly connectionsUsed: number | null;
}

export interface PublicationTableFacts {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly rowFilter: string | null;
  /** False when UPDATE and DELETE on it would fail: no primary key and no replica identity. */
  readonly hasReplicaIdentity: boolean;
  /** reltuples; `null` before the first VACUUM or ANALYZE, absent where it was not read. */
  readonly rowEstimate?: number | null;
}

/** A table that a publication names; a schema, ALL TABLES and partitions come to others (`PublicationFacts.tables`). */
export interface NamedTableFacts {
  readonly schema: string;
  readonly name: string;
  /** By attribute number; `null` for all columns. */
  readonly columns: readonly string[] | null;
  /** As pg_get_expr() writes it. */
  readonly rowFilter: string | null;
  /** Came with a table that it inherits from, which the publication names, too. */
  readonly isInherited: boolean;
}

export interface PublicationFacts {
  readonly name: string;
  readonly allTables: boolean;
  readonly schemas: readonly string[];
  readonly operations: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  readonly viaPartitionRoot: boolean;
  /** 18 and newer; `null` before, absent where it was not read. */
  readonly generatedColumns?: 'none' | 'stored' | null;
  /** What it comes to now. */
  readonly tables: readonly PublicationTableFacts[];
  /** What it was given; absent where it was not read. */
  readonly namedTables?: readonly NamedTableFacts[];
}

/** Options of a subscription by Postgres' own names in camelCase, as in the file; only those that the server's version has. */
export interface SubscriptionOptionFacts {
  readonly subscription: string;
  readonly options: Readonly<Record<string, boolean | string>>;
}

export interface SubscriptionTableFacts {
  readonly subscription: string;
  readonly schema: string;
  readonly name: string;
  readonly state: 'i' | 'd' | 'f' | 's' | 'r';
}

/** Five minutes of an edge's drains, as pgtopology.sync_metric of the primary has them. Times by its clock. */
export interface QueueMetricFacts {
  readonly edgeId: string;
  /** As it was called when it drained first. */
  readonly edge: string;
  /** Their beginning. */
  readonly atMs: number;
  /** The largest. */
  readonly depth: number;
  readonly drained: number;
  readonly conflicts: number;
  /** How old operations were on average when they left; the largest. `null`: none left. */
  readonly latencyMs: number | null;
}

/** A trigger of ours on a table of the node's database; those that a partition has from its parent are left out. */
export interface QueueTriggerFacts {
  readonly schema: string;
  readonly table: string;
  readonly kind: 'capture' | 'refuseTruncate' | 'echoGuard';
  /** pg_trigger.tgenabled: `O` for ordinary writes, `R` for applied rows, `A` for both, `D` never. */
  readonly fires: string;
}

/** What a node has of a queue, beside the queue's table: as an edge, or as where it is drained to. */
export interface QueueObjectFacts {
  /** The table that `queueShape` is about; `null`: none was declared. */
  readonly queue: TableName | null;
  readonly triggers: readonly QueueTriggerFacts[];
  /** Names of our tables in the schema `pgtopology`. */
  readonly tables: readonly string[];
  /** Of the roles that the file lets drain here: those that there are not. */
  readonly missingRoles: readonly string[];
}

/** A sequence that a column of a published or subscribed table takes its values from. */
export interface SequenceFacts {
  readonly schema: string;
  readonly name: string;
  readonly table: TableName;
  readonly column: string;
  /** Decimal text; `null` when it was never used, or may not be read. Source: pg_sequence_last_value(). */
  readonly lastValue: string | null;
  readonly increment: string;
}

/** What changes rarely: read at connect, every minute, on demand and after a change. */
export interface SlowFacts {
  /** `SHOW server_version`, for people. */
  readonly serverVersion: string;
  readonly role: string;
  readonly isSuperuser: boolean;
  readonly hasMonitorRole: boolean;
  /** inet_server_port(); `null` over a Unix socket. */
  readonly serverPort: number | null;
  readonly publications: readonly PublicationFacts[];
  readonly subscriptionTables: readonly SubscriptionTableFacts[];
  /** Of the subscriptions of the session's database; absent where they were not read. */
  readonly subscriptionOptions?: readonly SubscriptionOptionFacts[];
  /** Name → value, only the settings this extension explains (wal_level, max_connections, max_replication_slots, …). */
  readonly settings: Readonly<Record<string, string>>;
  /** Shape of the declared queue table; `null` when none is declared. */
  readonly queueShape: 'current' | 'old' | 'other' | 'absent' | null;
  /** Finished sentence: why the declared queue, though it exists, cannot be read; absent when it can. */
  readonly queueProblem?: string;
  /** What there is of queues; absent where it was not read. */
  readonly queueObjects?: QueueObjectFacts;
  /** What drains of edges of the file wrote here in the last 24 hours, oldest first; absent where it is not there or not readable. */
  readonly queueMetrics?: readonly QueueMetricFacts[];
  /** Sequences that fill columns of published or subscribed tables; absent where they were not read. */
  readonly sequences?: readonly SequenceFacts[];
  /** Finished sentence about a server newer than what was tested; absent otherwise. */
  readonly versionNote?: string;
}
