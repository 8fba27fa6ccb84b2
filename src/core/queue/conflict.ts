import type { ConflictPolicy, TableName } from '../topology';
import type { ConflictKind, OperationKind } from './operation';

/** An open conflict with its rows, for the diff. Rows are text of JSON objects, as to_jsonb() of the primary's table writes them; `null`: no row. */
export interface ConflictDetails {
  readonly operationId: string;
  /** The node that the primary's row was read on: that which is the primary now. */
  readonly primaryId: string;
  readonly table: TableName;
  readonly operation: OperationKind;
  readonly kind: ConflictKind;
  readonly policy: ConflictPolicy;
  /** Text of a JSON object. */
  readonly key: string;
  /** The row that the edge changed; `null` where it is not known. */
  readonly base: string | null;
  readonly edgeRow: string | null;
  /** The primary's row as it is now. */
  readonly primaryRow: string | null;
  /** Stands for the primary's row as it was shown; a choice is refused as "changed again" when it no longer fits. `null`: no row. */
  readonly primaryFingerprint: string | null;
  readonly error: string | null;
  readonly sqlstate: string | null;
}

/** What of a conflict a choice is about: enough to notice that it is no longer what was shown. */
export type ShownConflict = Pick<
  ConflictDetails,
  'operationId' | 'primaryId' | 'primaryFingerprint'
> & {
  /** As it was shown: what of a merged row still equals it is taken from the edge. `null` where nothing is merged. */
  readonly edgeRow: string | null;
};

/** Open conflicts of a queue, without their rows. */
export interface ConflictList {
  /** In the order of the queue, at most `CONFLICT_LIST_LIMIT`. */
  readonly conflicts: readonly ShownConflict[];
  /** There are others of the kind. */
  readonly isCut: boolean;
}

export const CONFLICT_LIST_LIMIT = 10_000;

export type ConflictChoice =
  | { readonly kind: 'keepPrimary' }
  | { readonly kind: 'keepEdge' }
  /** Text of a JSON object: the whole row to write. */
  | { readonly kind: 'merged'; readonly row: string }
  | { readonly kind: 'drop' };

export type ChoiceResult =
  | { readonly kind: 'done' }
  /** The primary's row is no longer the one that was shown: look again. */
  | { readonly kind: 'changedAgain'; readonly details: ConflictDetails }
  /** It is no conflict any more: somebody else decided. */
  | { readonly kind: 'gone' }
  /** The server refused the row that was chosen. */
  | { readonly kind: 'refused'; readonly sqlstate: string | null; readonly message: string };
