import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { ShownConflict } from '../../core/queue/conflict';
import {
  fingerprintStatement,
  rowKeyOf,
  type QueuedConflict,
} from '../../core/queue/conflictStatements';
import { textOf } from '../../core/queue/rowValues';
import { columnsStatement, readColumn, type ChoiceColumn } from '../../core/queue/targetColumns';
import { formatTableName } from '../../core/tableName';
import type { DeclaredQueue } from '../../core/topology';
import type { PrimarySession } from './conflictReader';
import { withMeantTable } from './meantTable';

/** What the primary's rows of these conflicts are now, one statement each. @throws ServerFailure */
export async function fingerprintsOf(
  { session, nodeId }: PrimarySession,
  conflicts: readonly QueuedConflict[],
  queue: DeclaredQueue,
  signal: CancelSignal,
): Promise<readonly ShownConflict[]> {
  const columnsOf = new Map<string, readonly ChoiceColumn[]>();
  const shown: ShownConflict[] = [];
  for (const queued of conflicts) {
    const conflict = await withMeantTable(session, queued, queue, signal);
    const { operationId, table } = conflict;
    const name = formatTableName(table);
    const columns =
      columnsOf.get(name) ??
      (await session.query(columnsStatement(table), signal)).rows.map(readColumn);
    columnsOf.set(name, columns);
    const key = rowKeyOf(conflict, columns);
    const [row] =
      key === null ? [] : (await session.query(fingerprintStatement(table, key), signal)).rows;
    const primaryFingerprint = row === undefined ? null : textOf(row, 'fingerprint');
    shown.push({ operationId, primaryId: nodeId, primaryFingerprint, edgeRow: null });
  }
  return shown;
}
