import { escapeIdentifier } from '../sql';
import { timesOf } from './applyPolicy';
import type { WaveSql } from './applySql';
import type { TargetColumn } from './targetTable';

/** A merged row: what each column becomes, and whether that can be told at all. */
export interface MergeSql {
  /** To be joined behind `v`: the keys of each JSON column, united. */
  readonly joins: string;
  /** Of each column of the operation, in its order. */
  readonly values: readonly string[];
  /** `merged`, or a conflict with its kind. */
  readonly verdict: string;
}

/** Whether rows may be merged: only then there are columns `m1`, `m2` … */
export function merges({ op, table }: WaveSql): boolean {
  return table.policy === 'merge' && op.kind !== 'DELETE';
}

/**
 * Three-way: what one side alone changed is taken from that side, column for column, and in columns of JSON objects key for key. Where
 * both did, the later row wins, but never within JSON, where a person decides. Without the old row there is nothing that was not changed.
 */
export function mergeSql(sql: WaveSql): MergeSql {
  const times = timesOf(sql, 'v', '(v.r)');
  const columns = sql.columns.map((column, index) => columnMerge(sql, column, index, times));
  const both = columns.flatMap(({ isBoth }) => (isBoth === null ? [] : [isBoth]));
  const timed = columns.flatMap(({ needsTime }) => (needsTime === null ? [] : [needsTime]));
  const known = times === null ? 'false' : `(${times.edge} > ${times.primary}) IS NOT NULL`;
  const needsTime = timed.length === 0 ? 'false' : timed.join(' OR ');
  return {
    joins: columns.map(({ join }) => join).join(''),
    values: columns.map(({ value }) => value),
    verdict: `CASE WHEN ${both.length === 0 ? 'false' : both.join(' OR ')} THEN 'conflict/bothChanged'
      WHEN NOT (${needsTime}) THEN 'merged'
      WHEN ${known} THEN '${sql.isSkewed ? 'conflict/clockSkew' : 'merged'}'
      ELSE 'conflict/bothChanged' END`,
  };
}

interface ColumnMerge {
  readonly join: string;
  readonly value: string;
  /** Both sides changed it in ways that only a person can bring together; `null`: never. */
  readonly isBoth: string | null;
  /** The later row has to be known; `null`: never. */
  readonly needsTime: string | null;
}

function columnMerge(
  sql: WaveSql,
  column: TargetColumn,
  index: number,
  times: ReturnType<typeof timesOf>,
): ColumnMerge {
  const edge = `v.${sql.newValue(column)}`;
  const primary = `(v.r).${escapeIdentifier(column.name)}::${column.type}`;
  const oldName = sql.oldValue(column);
  const old = oldName === null ? null : `v.${oldName}`;
  if (column.name === sql.table.updatedAt) {
    // Bookkeeping, on which no other column hangs.
    return { join: '', value: `GREATEST(${edge}, ${primary})`, isBoth: null, needsTime: null };
  }
  const same = (a: string, b: string): string => `(${a})::text IS NOT DISTINCT FROM (${b})::text`;
  const settled = [
    ...(old === null
      ? []
      : [[same(edge, old), primary] as const, [same(primary, old), edge] as const]),
    [same(edge, primary), primary] as const,
  ];
  const cases = settled.map(([test, value]) => `WHEN ${test} THEN ${value}`).join(' ');
  const open = settled.map(([test]) => `NOT (${test})`).join(' AND ');
  if (column.json === null) {
    const later =
      times === null
        ? primary
        : `CASE WHEN ${times.edge} > ${times.primary} THEN ${edge} ELSE ${primary} END`;
    return {
      join: '',
      value: `CASE ${cases} ELSE ${later} END`,
      isBoth: null,
      needsTime: `(${open})`,
    };
  }
  const j = `j${index + 1}`;
  return {
    join: keysJoin(j, { edge, primary, old, json: column.json, open }),
    value: `CASE ${cases} ELSE ${j}.value::${column.type} END`,
    isBoth: `(${open} AND ${j}.both)`,
    needsTime: null,
  };
}

/** Unites the keys of JSON objects. Absent and null differ; arrays and nested objects are whole values. Anything but objects is for a person. */
function keysJoin(
  name: string,
  side: {
    readonly edge: string;
    readonly primary: string;
    readonly old: string | null;
    readonly json: 'json' | 'jsonb';
    readonly open: string;
  },
): string {
  const object = (value: string): string =>
    `CASE WHEN ${side.json}_typeof(${value}) = 'object' THEN (${value})::jsonb ELSE '{}' END`;
  const sides = side.old === null ? [side.edge, side.primary] : [side.edge, side.primary, side.old];
  const fit = [
    ...[side.edge, side.primary].map((value) => `${side.json}_typeof(${value}) = 'object'`),
    ...(side.old === null
      ? []
      : [`(${side.old} IS NULL OR ${side.json}_typeof(${side.old}) = 'object')`]),
    // jsonb would drop a key that json holds twice.
    ...(side.json === 'jsonb' ? [] : sides.map(hasNoDuplicates)),
  ];
  return `
    LEFT JOIN LATERAL (
      SELECT COALESCE(jsonb_object_agg(e.key, e.value) FILTER (WHERE e.value IS NOT NULL), '{}') AS value,
          COALESCE(bool_or(e.both), false) OR (${fit.join(' AND ')}) IS NOT TRUE AS both
        FROM (
          SELECT s.key, CASE WHEN s.n IS NOT DISTINCT FROM s.o THEN s.c ELSE s.n END::jsonb AS value,
              s.n IS DISTINCT FROM s.o AND s.c IS DISTINCT FROM s.o AND s.n IS DISTINCT FROM s.c AS both
            FROM (
              SELECT a.key, (${object(side.edge)} -> a.key)::text AS n, (${object(side.primary)} -> a.key)::text AS c,
                  ${side.old === null ? 'NULL::text' : `(${object(side.old)} -> a.key)::text`} AS o
                FROM (SELECT jsonb_object_keys(${object(side.edge)}) UNION SELECT jsonb_object_keys(${object(side.primary)})) AS a (key)
            ) AS s
        ) AS e
    ) AS ${name} ON v.verdict = 'merged'`;
}

function hasNoDuplicates(value: string): string {
  const counts = ['json', 'jsonb'].map(
    (type) =>
      `(SELECT count(*) FROM ${type}_object_keys(CASE WHEN json_typeof(${value}) = 'object' THEN (${value})::${type} ELSE '{}' END))`,
  );
  return counts.join(' = ');
}
