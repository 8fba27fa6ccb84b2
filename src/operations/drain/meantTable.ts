import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { SqlSession } from '../../core/ports/sqlSession';
import type { QueuedConflict } from '../../core/queue/conflictStatements';
import { spelledTables, tablesMeant } from '../../core/queue/tableMeant';
import { columnsStatement } from '../../core/queue/targetColumns';
import { formatTableName } from '../../core/tableName';
import type { DeclaredQueue } from '../../core/topology';

/**
 * A conflict with its table as the primary has it: applications may name it otherwise. One that may be several stays as it was queued.
 * @throws ServerFailure
 */
export async function withMeantTable(
  primary: SqlSession,
  conflict: QueuedConflict,
  { tables }: DeclaredQueue,
  signal: CancelSignal,
): Promise<QueuedConflict> {
  if (conflict.writtenBy === 'trigger') return conflict;
  const there = new Set<string>();
  for (const table of [conflict.table, ...spelledTables(conflict.table.name)]) {
    const { rows } = await primary.query(columnsStatement(table), signal);
    if (rows.length > 0) there.add(formatTableName(table));
  }
  const [table, ...others] = tablesMeant(conflict.table, tables, (one) =>
    there.has(formatTableName(one)),
  );
  return others.length > 0 ? conflict : { ...conflict, table };
}
