import type { CauseFacts, CauseWants } from '../../../core/causeFacts';
import type { SqlResult, SqlStatement } from '../../../core/ports/sqlSession';
import { jsonRow, type ServerFeatures } from '../part';
import { RowReader } from '../rowReader';
import { blockersSql, readBlockers } from './blockers';
import { oldestWalSql, readOldestWal } from './oldestWal';
import { readReplay, replaySql } from './replay';
import { readTables, tablesSql } from './tables';

export interface CausesStatement {
  readonly statement: SqlStatement;
  /** Without the log, which needs a statement of its own, since it may be refused. */
  readRow(row: SqlResult['rows'][number] | undefined): Omit<CauseFacts, 'log'>;
}

/** One statement for what is wanted; unnamed, since it runs twice a minute at most. Touches no table of the user's. */
export function causesStatement(features: ServerFeatures, wants: CauseWants): CausesStatement {
  const facts = jsonRow([
    wants.blockers ? blockersSql : 'NULL',
    wants.replay ? replaySql(features) : 'NULL',
    wants.tables ? tablesSql(features) : 'NULL',
    wants.wal ? oldestWalSql(features) : 'NULL',
  ]);
  return {
    statement: { text: `SELECT ${facts} AS "causeFacts"` },
    readRow: (row) =>
      RowReader.read(row?.['causeFacts'], (reader) => {
        const blockers = readBlockers(reader.next());
        return {
          blockers: wants.blockers ? blockers : null,
          replay: readReplay(reader.next()),
          ...readTables(reader.next()),
          oldestWalLsn: readOldestWal(reader.next()),
        };
      }),
  };
}
