import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { merges } from './applyMerge';
import { rowHash, type WaveSql } from './applySql';
import { CONFLICTS, LEDGER } from './queueNames';
import type { TargetColumn } from './targetTable';

/** Writes what `v` says into rows that are there: `y`. `null`: such operations never do. */
export function updateSql(sql: WaveSql): string | null {
  const settable = sql.columns.filter(({ identity }) => identity !== 'always');
  if (settable.length === 0) return null;
  const sets = settable.map((column) => {
    const index = sql.columns.indexOf(column);
    return `${escapeIdentifier(column.name)} = ${setValue(sql, column, index)}`;
  });
  return `y AS (
  UPDATE ${sql.name} AS ${sql.t} SET ${sets.join(', ')}
    FROM v
   WHERE v.found AND v.outcome IN ('applied', 'replaced', 'merged') AND ${sql.keyMatch(sql.t, 'v', 'key')}
  RETURNING v.ord, ${sql.keyHashOf(sql.t)} AS key_hash, ${rowHash(sql.t)} AS row_hash
)`;
}

/** A column that the edge did not change keeps what the primary's triggers and defaults made of it. */
function setValue(sql: WaveSql, column: TargetColumn, index: number): string {
  const value = `v.n${index + 1}`;
  const oldName = sql.oldValue(column);
  const name = escapeLiteral(column.name);
  const kept = `${sql.t}.${escapeIdentifier(column.name)}`;
  const cases = [
    ...(merges(sql) ? [`WHEN v.outcome = 'merged' THEN v.m${index + 1}`] : []),
    ...(oldName === null || sql.op.kind === 'INSERT'
      ? []
      : [
          `WHEN v.state = 'ours' AND v.d ->> ${name} IS NOT DISTINCT FROM v.o ->> ${name} THEN ${kept}`,
        ]),
  ];
  return cases.length === 0 ? value : `CASE ${cases.join(' ')} ELSE ${value} END`;
}

/**
 * Ledger entries of all that `entries` yields (id, seq, key_hash, outcome, row_hash), as `z`, and conflict rows of what `v` says was not
 * plainly done. The version that loses is in them, whole.
 */
export function notedSql(sql: WaveSql, entries: string): readonly string[] {
  return [
    `z AS MATERIALIZED (
  ${entries}
)`,
    `noted AS (
  INSERT INTO ${qualifiedName(LEDGER)} (operation_id, edge_id, seq, key_hash, outcome, row_hash)
  SELECT z.id, $1::uuid, z.seq, z.key_hash, z.outcome, z.row_hash FROM z
  RETURNING outcome
)`,
    `conflicts AS (
  INSERT INTO ${qualifiedName(CONFLICTS)} AS x (operation_id, edge_id, seq, table_schema, table_name, operation, kind, policy, state,
      resolution, key, base, edge_row, primary_row, settled_at)
  SELECT v.id, $1::uuid, v.seq, ${escapeLiteral(sql.table.schema)}, ${escapeLiteral(sql.table.name)}, '${sql.op.kind}', v.kind,
      ${escapeLiteral(sql.table.policy)}, CASE v.outcome WHEN 'conflict' THEN 'open' ELSE 'settled' END,
      CASE v.outcome WHEN 'kept' THEN 'primary' WHEN 'replaced' THEN 'edge' WHEN 'merged' THEN 'merged' END,
      ${edgeRows(sql).join(', ')}, CASE WHEN v.found THEN ${sql.rowJson('(v.r)')} END,
      CASE WHEN v.outcome <> 'conflict' THEN clock_timestamp() END
    FROM v JOIN z ON z.id = v.id
   WHERE v.outcome IN ('kept', 'replaced', 'merged', 'conflict')
  ON CONFLICT (operation_id) DO UPDATE SET edge_id = excluded.edge_id, seq = excluded.seq, kind = excluded.kind,
      policy = excluded.policy, state = excluded.state, resolution = excluded.resolution, key = excluded.key, base = excluded.base,
      edge_row = excluded.edge_row, primary_row = excluded.primary_row, error = NULL, error_sqlstate = NULL,
      settled_at = excluded.settled_at, settled_by = NULL
)`,
  ];
}

/** Key, base and row of the edge, of an operation in `v`. What an application meant to delete is the base, since no row was to be left. */
function edgeRows(sql: WaveSql): readonly string[] {
  const { kind } = sql.op;
  const data = sql.isByTrigger ? 'v.d' : sql.newJson('v');
  const members = sql.keyColumns.map(
    ({ name }) => `${escapeLiteral(name)}, v.d -> ${escapeLiteral(name)}`,
  );
  const base = sql.oldColumns === null ? 'NULL::jsonb' : 'v.o';
  return [
    kind === 'INSERT' ? `jsonb_build_object(${members.join(', ')})` : 'v.k',
    kind === 'DELETE' && !sql.isByTrigger ? data : base,
    kind === 'DELETE' ? 'NULL::jsonb' : data,
  ];
}

/** How many operations the ledger got as applied in this transaction, as a setting of it: empty or absent before the first. */
export const APPLIED_COUNT = 'pgtopology.applied';

/** Adds those that `noted` entered; what a savepoint takes back is not counted any more. */
export const countAppliedSql = `set_config('${APPLIED_COUNT}', (COALESCE(NULLIF(current_setting('${APPLIED_COUNT}', true), ''), '0')::int8
  + (SELECT count(*) FROM noted WHERE outcome = 'applied'))::text, true) AS applied`;
