import type { FailureFacts } from '../failure';
import { SQLSTATE } from '../sqlstate';
import type { OperationRefusal, QueueOperation } from './operation';

/** A row that waits for another one is tried so often before it is dead. */
export const MAX_ATTEMPTS = 5;

const FOREIGN_KEY = '23503';
const CONSTRAINTS = ['23505', '23P01'];
const DRIFT: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.undefinedColumn];
const TRANSIENT: readonly string[] = [SQLSTATE.serializationFailure, SQLSTATE.deadlockDetected];

/** Classes in which the operation itself is at fault: its values, constraints, names, or a trigger or view that refuses it. */
const DATA_CLASSES = ['09', '0A', '21', '22', '23', '27', '2F', '38', '39', '42', '44', '54', 'P0'];

/** What a failed statement of a transaction means for it. */
export type FailureMeaning =
  /** The whole transaction is to be tried again. */
  | 'transient'
  /** The operation is at fault. */
  | 'operation'
  /** Connection, resources, rights: the drain is at its end, and no operation is to blame. */
  | 'other';

/** A missing right is the role's fault: 42501 would make every operation dead. */
export function meaningOf({ sqlstate }: Pick<FailureFacts, 'sqlstate'>): FailureMeaning {
  if (sqlstate === null || sqlstate === SQLSTATE.insufficientPrivilege) return 'other';
  if (TRANSIENT.includes(sqlstate)) return 'transient';
  return DATA_CLASSES.includes(sqlstate.slice(0, 2)) ? 'operation' : 'other';
}

/** Whether a table or column was not there that had been read of. */
export function isDrift({ sqlstate }: Pick<FailureFacts, 'sqlstate'>): boolean {
  return sqlstate !== null && DRIFT.includes(sqlstate);
}

/** An operation that waits for a row which may still come: it stays pending. */
export interface Deferral {
  readonly operationId: string;
  readonly state: 'again';
  readonly sqlstate: string;
  readonly message: string;
}

/** What becomes of an operation that the server refused. */
export function verdictOf(
  { id, attempts }: QueueOperation,
  { sqlstate, serverMessage, text }: FailureFacts,
): OperationRefusal | Deferral {
  const message = serverMessage ?? text;
  const base = { operationId: id, sqlstate, message };
  if (sqlstate === FOREIGN_KEY && attempts + 1 < MAX_ATTEMPTS) {
    return { ...base, sqlstate, state: 'again' };
  }
  if (sqlstate !== null && CONSTRAINTS.includes(sqlstate)) {
    return { ...base, state: 'conflict', conflict: 'constraint' };
  }
  if (isDrift({ sqlstate })) return { ...base, state: 'conflict', conflict: 'drift' };
  return { ...base, state: 'dead', conflict: null };
}
