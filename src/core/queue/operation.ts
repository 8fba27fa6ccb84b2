import type { TableName } from '../topology';

export type OperationKind = 'INSERT' | 'UPDATE' | 'DELETE';

/** State of a row of the queue, as its column says it. */
export type OperationState = 'pending' | 'done' | 'conflict' | 'dead';

/**
 * One row of a queue as a drain reads it. Rows travel as the text of their jsonb: parsing would change numbers.
 * `writtenBy: 'trigger'`: `key` is there and every value of `data` and `oldData` was made by the capture function: values of types that
 * jsonb does not carry byte for byte are JSON strings that hold the type's own text. `application`: `key` is null, `data` is
 * whatever `to_jsonb()` or the application made, perhaps with some columns only.
 */
export interface QueueOperation {
  readonly id: string;
  /** Order of the queue; never a time. */
  readonly seq: bigint;
  /** Transaction of the edge, as text; `null` for rows that were there before the queue was ours: each its own transaction. */
  readonly txid: string | null;
  /** As queued: not yet known to exist anywhere. */
  readonly table: TableName;
  /** As queued; anything but an `OperationKind` is a dead operation. */
  readonly operation: string;
  readonly writtenBy: 'trigger' | 'application';
  /** Text of a JSON object of key columns; `null` for `application`. */
  readonly key: string | null;
  /** Text of the new row; `null` for a DELETE by trigger. */
  readonly data: string | null;
  /** Text of the row before; `null` for an INSERT, and for `application`. */
  readonly oldData: string | null;
  /** Bytes of the three texts together. */
  readonly bytes: number;
  readonly attempts: number;
  /** Microseconds since the epoch by the edge's clock, as text, for comparisons on the server; `0` where its old row tells more, for `trigger`. */
  readonly createdAt: string;
}

/**
 * What became of an operation on the primary; stands in the ledger. `applied`: its row was written. `same`: the primary's row was equal already,
 * or its row to delete was gone. `kept`: a policy kept the primary's row, the edge's version is in `pgtopology.conflict`.
 * `replaced`: a policy let the edge's row win, the primary's version is there. `merged`: both became one row. `conflict`: waits for a person.
 * `dropped`, `decided`: a person let it go, or chose what to write.
 */
export type OperationOutcome =
  | 'applied'
  | 'same'
  | 'kept'
  | 'replaced'
  | 'merged'
  | 'conflict'
  | 'dropped'
  | 'decided';

/** Why an operation is in conflict. */
export type ConflictKind =
  /** The primary's row is not what the edge changed. */
  | 'changed'
  /** The row to update is not there. */
  | 'gone'
  /** The row to insert is there with other values. */
  | 'exists'
  /** The same JSON key, or column, changed on both sides in different ways. */
  | 'bothChanged'
  /** Another unique or exclusion constraint refused it (23505, 23P01). */
  | 'constraint'
  /** Table or column unknown to the primary. */
  | 'drift'
  /** Clocks differ too much for `newest-wins`. */
  | 'clockSkew';

/** Why an operation cannot be applied, and what becomes of it on the edge. */
export interface OperationRefusal {
  readonly operationId: string;
  readonly state: 'conflict' | 'dead';
  /** `null` for `dead`. */
  readonly conflict: ConflictKind | null;
  readonly sqlstate: string | null;
  /** Finished sentence or the server's own words; may quote values, so it is shown to people and never logged. */
  readonly message: string;
}
