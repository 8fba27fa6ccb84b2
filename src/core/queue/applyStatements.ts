import type { SqlStatement } from '../ports/sqlSession';
import type { BatchFacts, Wave } from './applyTypes';
import type { TargetTable } from './targetTable';

/** What applies a wave on the primary, in the order in which it must run. Each operation gets its ledger entry in the statement that writes its row. */
export function waveStatements(
  wave: Wave,
  table: TargetTable,
  batch: BatchFacts,
): readonly SqlStatement[] {
  throw new Error(`Not yet: ${wave.operations.length} ${table.name} ${batch.edgeId}`);
}
