import type { FailureFacts } from '../failure';
import type { Environment, TableName } from '../topology';
import type { ConflictKind, OperationKind, OperationOutcome, OperationState } from './operation';

/** Which queue, by the file: edge, its table, its primary. */
export interface QueueAddress {
  readonly topologyId: string;
  /** The edge. */
  readonly nodeId: string;
}

/** What a dry run, or a drain, says of one operation. Never its values. */
export interface OperationVerdict {
  readonly operationId: string;
  readonly seq: bigint;
  readonly table: TableName;
  readonly operation: OperationKind | null;
  /** Key as text for people, cut to 200 characters. */
  readonly keyText: string;
  /** `waits`: an earlier operation on its key is in conflict or dead. */
  readonly verdict: 'apply' | 'skip' | 'conflict' | 'dead' | 'waits';
  readonly outcome: OperationOutcome | null;
  readonly conflict: ConflictKind | null;
  /** Why it is `conflict`, `dead` or `waits`; the server's words. `null` for the others. */
  readonly message: string | null;
  readonly sqlstate: string | null;
}

/** Counts of verdicts. `kept` and `replaced` are conflicts that a policy settles. */
export interface DrainCounts {
  readonly applied: number;
  readonly skipped: number;
  readonly kept: number;
  readonly replaced: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly dead: number;
  readonly waiting: number;
}

/** A dry run: everything was rolled back. */
export interface DrainPreview {
  readonly address: QueueAddress;
  /** Ids of nodes. */
  readonly edgeId: string;
  readonly primaryId: string;
  readonly environment: Environment;
  /** Open operations at its beginning. */
  readonly total: number;
  /** Operations that a former primary took with it: a drain sends them again first. Not tried, and not in `total`. */
  readonly missing: number;
  /** One an operation that was tried, in the order of the queue; at most `PREVIEW_LIMIT`. */
  readonly verdicts: readonly OperationVerdict[];
  readonly counts: DrainCounts;
  /** Finished sentences: what a person should know before, such as a skewed clock. */
  readonly notes: readonly string[];
  /** Finished sentences: why nothing can be drained, such as tables without echo guard. Empty: it can. */
  readonly refusals: readonly string[];
}

/** A dry run tries so many operations; the rest is only counted. */
export const PREVIEW_LIMIT = 10_000;

export interface DrainProgress {
  /** Operations that have left `pending` in this drain. */
  readonly done: number;
  /** Open when it began, as far as counted; it may grow. */
  readonly total: number;
  /** `null` until it can be told. */
  readonly perSecond: number | null;
  /** Milliseconds that remain at this rate; `null` until it can be told. */
  readonly remainingMs: number | null;
  readonly counts: DrainCounts;
}

export type DrainEnd =
  /** Nothing that can be drained is left. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'cancelled' }
  /** Somebody else drains this edge. */
  | {
      readonly kind: 'busy';
      readonly pid: number;
      readonly sinceMs: number | null;
      readonly who: string | null;
    }
  /** Refused before anything ran; finished sentences. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** Stopped by a failure of connection, resources or server; what was not done still waits, whole. */
  | { readonly kind: 'stopped'; readonly failure: FailureFacts };

export interface DrainReport {
  readonly address: QueueAddress;
  readonly primaryId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly end: DrainEnd;
  readonly counts: DrainCounts;
  /** Operations still open at the end; `null` when it could not be told. */
  readonly left: number | null;
  /** Done operations that a failed-over primary had lost and that were sent again. */
  readonly resent: number;
  /** Conflicts and dead operations of this drain, at most 200 of them. */
  readonly verdicts: readonly OperationVerdict[];
  /** Finished sentences worth knowing afterwards. */
  readonly notes: readonly string[];
}

/** What is known of a drain of ours without asking a server. */
export interface DrainState {
  readonly address: QueueAddress;
  /** `null`: none is under way. */
  readonly progress: DrainProgress | null;
  readonly isAutomatic: boolean;
  /** The last one that ended; `null` before. */
  readonly last: DrainReport | null;
}

/** One row of a list of operations: for trees and tables, so never its data. */
export interface OperationEntry {
  readonly id: string;
  readonly seq: bigint;
  readonly table: TableName;
  readonly operation: string;
  readonly state: OperationState;
  readonly keyText: string;
  readonly bytes: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly sqlstate: string | null;
  readonly createdAtMs: number;
}

/** Open operations of a table of an edge. */
export interface QueuedTable {
  readonly table: TableName;
  readonly pending: number;
  readonly conflicts: number;
  readonly dead: number;
  readonly oldestAtMs: number | null;
}

/** What a queue holds, for its branch in the tree; counts are capped at `DEPTH_CAP`. Read on demand, never polled. */
export interface QueueContents {
  readonly readAtMs: number;
  readonly tables: readonly QueuedTable[];
  /** In the order of the queue, at most `CONTENTS_LIMIT` of each. */
  readonly conflicts: readonly OperationEntry[];
  readonly dead: readonly OperationEntry[];
}

export const CONTENTS_LIMIT = 200;
