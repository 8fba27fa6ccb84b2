import { escapeIdentifier, qualifiedName } from '../sql';
import { rowHash, type WaveSql } from './applySql';
import { LEDGER } from './queueNames';
import type { TargetColumn } from './targetTable';

/**
 * What becomes of an operation whose row is there, as an expression over the operation `q` and the locked row `c`: an `OperationOutcome`, for a conflict
 * with its kind behind a slash where that is not the usual one.
 */
export function verdictSql(sql: WaveSql): string {
  return `CASE WHEN c.state = 'same' THEN 'same' WHEN c.state IS NOT NULL THEN 'applied' ELSE ${policySql(sql)} END`;
}

/** The same for a row that is not there. */
export function goneVerdictSql({ op, table }: WaveSql): string {
  if (op.kind === 'DELETE') return `'same'`;
  switch (table.policy) {
    case 'primary-wins':
      return `'kept'`;
    case 'edge-wins':
      return `'replaced'`;
    default:
      return `'conflict'`;
  }
}

function policySql(sql: WaveSql): string {
  const { op, table } = sql;
  if (table.policy === 'edge-wins') return `'replaced'`;
  if (clocksDecide(sql) && sql.isSkewed) return `'conflict/clockSkew'`;
  switch (table.policy) {
    case 'primary-wins':
      return `'kept'`;
    case 'manual':
      return `'conflict'`;
    case 'newest-wins':
      return op.kind === 'DELETE' ? `'conflict'` : newestSql(sql);
    case 'merge':
      // What comes of it is reckoned later, for these rows alone.
      return op.kind === 'DELETE' ? `'conflict'` : `'merged'`;
  }
}

/** Nothing but times could have told that the row is the one that an application changed. */
function clocksDecide({ op, isByTrigger, table }: WaveSql): boolean {
  return !isByTrigger && op.kind !== 'INSERT' && table.updatedAt !== null;
}

function newestSql(sql: WaveSql): string {
  const times = timesOf(sql, 'q', '(c.r)');
  if (times === null) return `'conflict'`;
  if (sql.isSkewed) return `'conflict/clockSkew'`;
  return `CASE WHEN ${times.edge} > ${times.primary} THEN 'replaced' WHEN ${times.edge} <= ${times.primary} THEN 'kept' ELSE 'conflict' END`;
}

/** When each side wrote its row, as timestamptz. `null`: nothing tells. */
export function timesOf(
  sql: WaveSql,
  source: string,
  row: string,
): { readonly edge: string; readonly primary: string } | null {
  const { table } = sql;
  const column = table.columns.find(({ name }) => name === table.updatedAt);
  if (column === undefined) return null;
  const edge = edgeTime(sql, source, column);
  if (edge === null) return null;
  return { edge, primary: `${row}.${escapeIdentifier(column.name)}::timestamptz` };
}

function edgeTime(sql: WaveSql, source: string, column: TargetColumn): string | null {
  if (sql.columns.includes(column)) return `${source}.${sql.newValue(column)}::timestamptz`;
  return sql.isByTrigger ? null : `${source}.at`;
}

/**
 * What the primary's row is to the operation: `same` as the edge made it, `unchanged` since, `ours`: as this edge's last operation on it left
 * it, triggers and defaults included; NULL: somebody else changed it.
 */
export function stateSql(sql: WaveSql): string {
  const states = [
    ...(sql.op.kind === 'DELETE' ? [] : [['same', sameSql(sql)] as const]),
    ...(sql.op.kind === 'INSERT'
      ? []
      : [['unchanged', unchangedSql(sql)] as const, ['ours', oursSql(sql)] as const]),
  ];
  const cases = states.map(([state, test]) => `WHEN ${test} THEN '${state}'`);
  return `CASE ${cases.join('\n      ')} END`;
}

/** Whether the primary's row is what the edge made of it already. */
export function sameSql(sql: WaveSql): string {
  return sql.holds(
    sql.t,
    sql.columns.map((column) => [column, `q.${sql.newValue(column)}`] as const),
  );
}

function unchangedSql(sql: WaveSql): string {
  const { op, table } = sql;
  if (sql.oldColumns !== null) {
    const values = sql.oldColumns.map((column, index) => [column, `q.o${index + 1}`] as const);
    return sql.holds(sql.t, values);
  }
  if (sql.isByTrigger) return 'false';
  if (table.updatedAt !== null) {
    if (sql.isSkewed) return 'false';
    return `COALESCE(${sql.t}.${escapeIdentifier(table.updatedAt)}::timestamptz <= q.at, false)`;
  }
  return op.kind === 'DELETE' ? sameSql(sql) : 'false';
}

function oursSql(sql: WaveSql): string {
  return `COALESCE(${rowHash(sql.t)} = (SELECT l.row_hash FROM ${qualifiedName(LEDGER)} AS l
        WHERE l.edge_id = $1::uuid AND l.key_hash = ${sql.keyHashOf(sql.t)} ORDER BY l.seq DESC LIMIT 1), false)`;
}
