import type { ConflictPolicy, TableName } from '../topology';
import type {
  OperationKind,
  OperationOutcome,
  OperationRefusal,
  QueueOperation,
} from './operation';

/** An operation whose table, key and columns are known to the primary. Values are still the texts that the queue holds. */
export interface ResolvedOperation {
  readonly source: QueueOperation;
  readonly kind: OperationKind;
  /** As the primary's catalog has it. */
  readonly table: TableName;
  /** For people: the values of the key, in its order. */
  readonly keyText: string;
  /** Text of a JSON object: the key of the row that it acts on, so that before an UPDATE which changes it. */
  readonly key: string;
  /** What `data` brings and can be written, in the table's order; empty for a DELETE by trigger. */
  readonly columns: readonly string[];
  /** The same of the old row; `null` where it is not known. */
  readonly oldColumns: readonly string[] | null;
  readonly changesKey: boolean;
  /** Keys of `table` that it acts on, spelled so that equal keys are equal texts; `null`: it cannot be told, so any. */
  readonly touches: readonly string[] | null;
  /** Rows of other tables (or its own) that must be there for it; `key` as in `touches`. */
  readonly reads: readonly (TableName & { readonly key: string | null })[];
  /** Equal for operations that one statement can carry. */
  readonly shape: string;
  /**
   * Operations right before it on its keys, at most one a key, among those that waves were planned of: unless the ledger has each of
   * them, and not as an open conflict, it has to wait. Set by `planWaves`.
   */
  readonly behind?: readonly string[];
}

/** Operations of one shape with distinct keys, in the order of the queue: what one statement applies. */
export interface Wave {
  readonly table: TableName;
  readonly operations: readonly ResolvedOperation[];
}

/** What a batch knows beside its operations. */
export interface BatchFacts {
  readonly edgeId: string;
  /** Clock of the edge less that of the primary; `null`: not known, which is taken for too much. */
  readonly skewMs: number | null;
}

/** Clocks that differ by more decide nothing. */
export const SKEW_LIMIT_MS = 2000;

/** What the ledger says of an operation; one that it does not name was not done. */
export interface LedgerEntry {
  readonly outcome: OperationOutcome;
  /** Set for `conflict`. */
  readonly conflict: OperationRefusal['conflict'];
}

/** A refusal with what its conflict row keeps. */
export interface RefusedOperation {
  readonly source: QueueOperation;
  /** The operation as resolved; `null` where that failed. */
  readonly resolved: ResolvedOperation | null;
  /** Of its table by the file. */
  readonly policy: ConflictPolicy;
  readonly refusal: OperationRefusal;
}
