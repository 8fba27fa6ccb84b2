import { isServerFailure } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { ConflictDetails } from '../../core/queue/conflict';
import {
  asPrimaryRowStatement,
  notedConflictStatement,
  presentRowStatement,
  queuedConflictStatement,
  readNotedConflict,
  readQueuedConflict,
  rowKeyOf,
  type NotedConflict,
  type QueuedConflict,
  type RowKey,
} from '../../core/queue/conflictStatements';
import { isConflictKind } from '../../core/queue/conflictWords';
import type { ConflictKind, OperationKind } from '../../core/queue/operation';
import { textOf } from '../../core/queue/rowValues';
import { columnsStatement, readColumn, type ChoiceColumn } from '../../core/queue/targetColumns';
import type { ConflictPolicy, DeclaredQueue } from '../../core/topology';
import { withMeantTable } from './meantTable';

/** A conflict with what both ends say of it now. */
export interface FoundConflict {
  readonly conflict: QueuedConflict;
  readonly columns: readonly ChoiceColumn[];
  /** `null`: nobody can tell which row it is about, or its table is not there. */
  readonly key: RowKey | null;
  readonly noted: NotedConflict;
  readonly details: ConflictDetails;
}

/** @returns `null`: it is no open conflict on the edge any more */
export async function readQueuedConflictOf(
  edge: SqlSession,
  queue: DeclaredQueue,
  operationId: string,
  signal: CancelSignal,
): Promise<QueuedConflict | null> {
  const { rows } = await edge.query(queuedConflictStatement(queue.table, operationId), signal);
  const [row] = rows;
  return row === undefined ? null : readQueuedConflict(row);
}

/** A session on the primary, and which node that is. */
export interface PrimarySession {
  readonly session: SqlSession;
  readonly nodeId: string;
}

/** Reads the primary's side. @param isLocked within the transaction that writes */
export async function readConflictOf(
  primary: PrimarySession,
  queued: QueuedConflict,
  queue: DeclaredQueue,
  options: { readonly isLocked: boolean; readonly signal: CancelSignal },
): Promise<FoundConflict> {
  const { isLocked, signal } = options;
  const { session, nodeId } = primary;
  const conflict = await withMeantTable(session, queued, queue, signal);
  const noted = (
    await session.query(notedConflictStatement(conflict.operationId), signal)
  ).rows.map(readNotedConflict)[0] ?? {
    outcome: null,
    key: null,
    kind: null,
    policy: null,
    error: null,
    sqlstate: null,
  };
  const { table } = conflict;
  const columns = (await session.query(columnsStatement(table), signal)).rows.map(readColumn);
  const key = rowKeyOf(conflict, columns);
  const [row] =
    key === null
      ? []
      : (await session.query(presentRowStatement(table, key, columns, isLocked), signal)).rows;
  const details: ConflictDetails = {
    operationId: conflict.operationId,
    primaryId: nodeId,
    table,
    operation: kindOf(conflict.operation),
    kind: conflictKindOf(noted.kind, noted.sqlstate ?? conflict.sqlstate),
    policy: policyOf(noted.policy, conflict, queue),
    key: conflict.key ?? noted.key ?? '{}',
    base: conflict.oldData,
    edgeRow: conflict.operation === 'DELETE' ? null : conflict.data,
    primaryRow: row === undefined ? null : textOf(row, 'row'),
    primaryFingerprint: row === undefined ? null : textOf(row, 'fingerprint'),
    error: noted.error ?? conflict.error,
    sqlstate: noted.sqlstate ?? conflict.sqlstate,
  };
  return { conflict, columns, key, noted, details };
}

/**
 * The same with the edge's rows as the primary would write them, so that a diff shows what differs and no more. Outside a transaction: a
 * value that does not fit fails, and is shown as it was queued.
 */
export async function withPrimaryForms(
  primary: SqlSession,
  { conflict, columns, details }: FoundConflict,
  signal: CancelSignal,
): Promise<ConflictDetails> {
  const [base, edgeRow, key] = [
    await asPrimaryRow(primary, conflict, columns, details.base, signal),
    await asPrimaryRow(primary, conflict, columns, details.edgeRow, signal),
    await asPrimaryRow(primary, conflict, columns, conflict.key, signal),
  ];
  return { ...details, base, edgeRow, key: key ?? details.key };
}

async function asPrimaryRow(
  primary: SqlSession,
  conflict: QueuedConflict,
  columns: readonly ChoiceColumn[],
  json: string | null,
  signal: CancelSignal,
): Promise<string | null> {
  if (json === null || columns.length === 0) return json;
  try {
    const { rows } = await primary.query(asPrimaryRowStatement(conflict, columns, json), signal);
    return rows[0] === undefined ? json : textOf(rows[0], 'row');
  } catch (error) {
    if (isServerFailure(error) && isAboutValues(error.facts.sqlstate)) return json;
    throw error;
  }
}

/** Classes 22, 23 and 42: the value, the constraint or the table is to blame. */
export function isAboutValues(sqlstate: string | null): boolean {
  return (
    sqlstate !== null && /^(?:2[1237]|3[89]|42|44|0A|P0)/u.test(sqlstate) && sqlstate !== '42501'
  );
}

function kindOf(operation: string): OperationKind {
  return operation === 'INSERT' || operation === 'DELETE' ? operation : 'UPDATE';
}

/** What the primary noted; an edge alone knows the server's code at most. */
function conflictKindOf(noted: string | null, sqlstate: string | null): ConflictKind {
  if (noted !== null && isConflictKind(noted)) return noted;
  if (sqlstate === '23505' || sqlstate === '23P01') return 'constraint';
  return sqlstate === '42P01' || sqlstate === '42703' ? 'drift' : 'changed';
}

const POLICIES: readonly string[] = [
  'primary-wins',
  'newest-wins',
  'merge',
  'edge-wins',
  'manual',
] satisfies readonly ConflictPolicy[];

function policyOf(
  noted: string | null,
  { table }: QueuedConflict,
  { tables }: DeclaredQueue,
): ConflictPolicy {
  if (isPolicy(noted)) return noted;
  const declared = tables.find(
    ({ schema, name }) => schema === table.schema && name === table.name,
  );
  return declared?.policy ?? 'primary-wins';
}

function isPolicy(text: string | null): text is ConflictPolicy {
  return text !== null && POLICIES.includes(text);
}
