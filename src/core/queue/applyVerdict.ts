import { carried } from './applyFresh';
import { mergeSql, merges } from './applyMerge';
import { goneVerdictSql, sameSql, stateSql, verdictSql } from './applyPolicy';
import type { WaveSql } from './applySql';

/**
 * What becomes of each operation of `source`, by its row as it is now, which is locked; looked up one by one by the index of the key, since
 * as a join the table might be read whole: `v`, with `outcome`, `kind` of a conflict, and for `merge` the values that the row gets.
 * @param withGone operations whose row is not there are judged as well
 */
export function judgedSql(sql: WaveSql, source: string, withGone: boolean): string {
  const lock = sql.op.kind === 'DELETE' ? 'UPDATE' : 'NO KEY UPDATE';
  const gone = sql.op.changesKey
    ? `CASE WHEN EXISTS (SELECT FROM ${sql.name} AS ${sql.t} WHERE ${sql.keyMatch(sql.t, 'q', 'new')} AND ${sameSql(sql)}) THEN 'same' ELSE ${goneVerdictSql(sql)} END`
    : goneVerdictSql(sql);
  const verdict = withGone
    ? `CASE WHEN c.found IS NULL THEN ${gone} ELSE ${verdictSql(sql)} END`
    : verdictSql(sql);
  const usual = sql.op.kind === 'INSERT' ? 'exists' : 'changed';
  const first = `SELECT q.*, c.found IS TRUE AS found, c.state, c.r, ${verdict} AS verdict
    FROM ${source} AS q
    ${withGone ? 'LEFT' : 'CROSS'} JOIN LATERAL (
      SELECT true AS found, ${sql.t} AS r, ${stateSql(sql)} AS state
        FROM ${sql.name} AS ${sql.t} WHERE ${sql.keyMatch(sql.t, 'q', 'key')} FOR ${lock}
    ) AS c${withGone ? ' ON true' : ''}`;
  const kind = `COALESCE(NULLIF(split_part(v.verdict, '/', 2), ''), CASE WHEN v.found THEN '${usual}' ELSE 'gone' END) AS kind`;
  const outcome = `split_part(v.verdict, '/', 1) AS outcome`;
  if (!merges(sql)) {
    return `v AS MATERIALIZED (
  SELECT v.*, ${outcome}, ${kind}
    FROM (${first}) AS v
)`;
  }
  const merge = mergeSql(sql);
  const values = merge.values.map(
    (value, index) => `CASE WHEN v.verdict = 'merged' THEN ${value} END AS m${index + 1}`,
  );
  return `p AS MATERIALIZED (
  ${first}
), v AS MATERIALIZED (
  SELECT v.*, ${outcome}, ${kind}
    FROM (
      SELECT ${['v.ord', ...carried(sql), 'v.found', 'v.state', 'v.r', ...values].join(', ')},
          CASE WHEN v.verdict = 'merged' THEN ${merge.verdict} ELSE v.verdict END AS verdict
        FROM p AS v${merge.joins}
    ) AS v
)`;
}
