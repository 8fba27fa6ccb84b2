import type { ConflictPolicy, TableName } from '../topology';
import type { ConflictKind, OperationKind } from './operation';

/** An open conflict with its rows, for the diff. Rows are text of JSON objects, as to_jsonb() of the primary's table writes them; `null`: no row. */
export interface ConflictDetails {
  readonly operationId: string;
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
