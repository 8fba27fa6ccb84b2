import { tableStateWords } from '../core/describe/copyWords';
import type { SubscriptionTableFacts, TableCopyFacts } from '../core/facts';
import { formatCount } from '../core/format';
import { isServerFailure } from '../core/failure';
import type { CopyWait } from '../core/plan/plan';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { SqlSession } from '../core/ports/sqlSession';
import { say } from '../core/say';
import { formatTableName } from '../core/tableName';

/** A notification has room for so many tables. */
const SHOWN = 3;

/**
 * Tables of one subscription that are not ready, each with the worker that copies it. All workers are asked for, and their
 * activity by the function, as the monitor does it. Numbers are NULL where the role may not see them.
 * Source: pg_subscription_rel, pg_stat_get_subscription(), pg_stat_progress_copy.
 */
const COPIES = `SELECT n.nspname AS schema, c.relname AS name, r.srsubstate AS state,
       p.pid IS NOT NULL AS running, y.tuples_processed::pg_catalog.float8 AS rows,
       y.bytes_processed::pg_catalog.float8 AS bytes,
       (extract(epoch FROM pg_catalog.clock_timestamp() - b.backend_start) * 1000)::pg_catalog.float8 AS ms
  FROM pg_catalog.pg_subscription AS s
  JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
  JOIN pg_catalog.pg_subscription_rel AS r ON r.srsubid = s.oid AND r.srsubstate <> 'r'
  JOIN pg_catalog.pg_class AS c ON c.oid = r.srrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_stat_get_subscription(NULL) AS p ON p.subid = s.oid AND p.relid = r.srrelid
  LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(coalesce(p.pid, 0)) AS b ON true
  LEFT JOIN pg_catalog.pg_stat_progress_copy AS y ON y.pid = p.pid
 WHERE s.subname = $1
 ORDER BY p.pid IS NULL, 1, 2`;

/**
 * How far a copy is that a plan waits for: `public.jobs: copying · 1,200 of about 4,000 rows · about 3 min left`.
 * @returns `null` when nothing is being copied, or nothing tells
 */
export async function readCopyProgress(
  session: Pick<SqlSession, 'query' | 'isClosed'>,
  { subscription, tables }: CopyWait,
  signal: CancelSignal,
): Promise<string | null> {
  try {
    const { rows } = await session.query({ text: COPIES, values: [subscription] }, signal);
    const found = rows.map(readRow).filter((row) => row !== null);
    const running = found.filter(({ copy }) => copy !== null).length;
    const begunTables = found.filter(({ table }) => table.state === 'd').length;
    const words = found.map(({ table, copy }) => {
      const wished = tables.find(
        ({ schema, name }) => schema === table.schema && name === table.name,
      );
      const totalRows = wished?.totalRows ?? null;
      const view = { copy, totalRows, begunTables, runningCopies: running };
      return `${formatTableName(table)}: ${tableStateWords(table, view)}`;
    });
    if (words.length === 0) return null;
    const more = words.length > SHOWN ? [say`and ${formatCount(words.length - SHOWN)} more`] : [];
    return [...words.slice(0, SHOWN), ...more].join('; ');
  } catch (error) {
    // It only tells how far something is; what it is about goes on.
    if (isServerFailure(error)) return null;
    throw error;
  }
}

interface CopyRow {
  readonly table: SubscriptionTableFacts;
  readonly copy: TableCopyFacts | null;
}

function readRow(row: Readonly<Record<string, unknown>>): CopyRow | null {
  const { schema, name, state, running } = row;
  if (typeof schema !== 'string' || typeof name !== 'string' || !isState(state)) return null;
  const copy = { schema, name, rows: numberOf(row['rows']), bytes: numberOf(row['bytes']) };
  return {
    table: { subscription: '', schema, name, state },
    copy: running === true ? { ...copy, runningMs: numberOf(row['ms']) } : null,
  };
}

function isState(value: unknown): value is SubscriptionTableFacts['state'] {
  return typeof value === 'string' && ['i', 'd', 'f', 's', 'r'].includes(value);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
