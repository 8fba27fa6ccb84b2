import type { SqlValue } from '../ports/sqlSession';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { typedValue, unnested, type WaveSql } from './applySql';
import { arrayText, jsonArray } from './arrayTexts';
import type { BatchFacts, ResolvedOperation } from './applyTypes';
import { LEDGER } from './queueNames';
import type { TargetColumn } from './targetTable';

/**
 * The operations that the ledger does not know yet, with their values as the table's types: `q`. Parameter 1 is the edge; what
 * others there are, `waveValues` says. The ledger is asked row by row, by its index: as a join it would be read whole.
 */
export function freshSql(sql: WaveSql): string {
  const { op, isByTrigger } = sql;
  const arrays = ARRAYS.filter(([name]) => hasArray(sql, name));
  const names = arrays.map(([name]) => name);
  const behind = sql.op.isBehind ? BEHIND : [];
  const keySource = op.kind === 'INSERT' ? 'u.d' : 'u.k';
  const values = [
    ...sql.keyColumns.map((column, index) => `${valueSql(keySource, column)} AS k${index + 1}`),
    ...sql.columns.map((column, index) => {
      const value = isByTrigger ? valueSql('u.d', column) : `a.${escapeIdentifier(column.name)}`;
      return `${value} AS n${index + 1}`;
    }),
    ...(sql.oldColumns ?? []).map((column, index) => `${valueSql('u.o', column)} AS o${index + 1}`),
  ];
  const own = ['u.ord', ...names.filter((name) => name !== 'at').map((name) => `u.${name}`)];
  const at = isByTrigger ? [] : [`'epoch'::timestamptz + u.at * interval '1 microsecond' AS at`];
  const record = sql.columns.map(
    (column) => `${escapeIdentifier(column.name)} ${column.declaredType}`,
  );
  const applied =
    isByTrigger || record.length === 0
      ? ''
      : `\n    CROSS JOIN LATERAL jsonb_to_record(u.d) AS a (${record.join(', ')})`;
  return `q AS MATERIALIZED (
  SELECT ${[...own, ...at, ...values].join(', ')}
    FROM ROWS FROM (${unnested(2, [
      ...arrays.map(([, type]) => type),
      ...behind.map(() => 'uuid' as const),
    ])}) WITH ORDINALITY AS u (${[...names, ...behind, 'ord'].join(', ')})${applied}
   WHERE ${freshTest(behind)}
)`;
}

/**
 * A single CASE, since that is taken to let half of the rows through: where next to none seem to be left, later joins become nested loops.
 */
function freshTest(behind: readonly string[]): string {
  const entry = (what: string, id: string): string =>
    `(SELECT ${what} FROM ${qualifiedName(LEDGER)} AS l WHERE l.operation_id = u.${id})`;
  const settled = behind.map(
    (name) => `(u.${name} = u.id OR COALESCE(${entry(`l.outcome <> 'conflict'`, name)}, false))`,
  );
  return `CASE WHEN ${entry('true', 'id')} THEN false ELSE ${settled.length === 0 ? 'true' : settled.join(' AND ')} END`;
}

/** Parameters of a statement that begins with `freshSql`. */
export function waveValues(
  sql: WaveSql,
  operations: readonly ResolvedOperation[],
  { edgeId }: BatchFacts,
): readonly SqlValue[] {
  const arrays = ARRAYS.filter(([name]) => hasArray(sql, name));
  return [
    edgeId,
    ...arrays.map(([name]) => arrayOf(name, operations)),
    ...(sql.op.isBehind ? BEHIND : []).map((_, index) =>
      arrayText(operations.map(({ source, behind }) => behind?.[index] ?? source.id)),
    ),
  ];
}

function arrayOf(name: ArrayName, operations: readonly ResolvedOperation[]): string {
  switch (name) {
    case 'id':
      return arrayText(operations.map(({ source }) => source.id));
    case 'seq':
      return arrayText(operations.map(({ source }) => source.seq));
    case 'at':
      return arrayText(operations.map(({ source }) => source.createdAt));
    case 'd':
      return jsonArray(operations.map(({ source }) => source.data ?? '{}'));
    case 'o':
      return jsonArray(operations.map(({ source }) => source.oldData ?? '{}'));
    case 'k':
      return jsonArray(operations.map(({ key }) => key));
  }
}

/** The operations that it stands behind, one a key, of which a row has two at most; its own where there is none. */
const BEHIND = ['b1', 'b2'] as const;

const ARRAYS = [
  ['id', 'uuid'],
  ['seq', 'int8'],
  ['d', 'jsonb'],
  ['o', 'jsonb'],
  ['k', 'jsonb'],
  ['at', 'int8'],
] as const;

type ArrayName = (typeof ARRAYS)[number][0];

function hasArray({ op, isByTrigger, oldColumns }: WaveSql, name: ArrayName): boolean {
  switch (name) {
    case 'd':
      return op.kind !== 'DELETE' || !isByTrigger;
    case 'o':
      return oldColumns !== null;
    case 'k':
      return op.kind !== 'INSERT';
    case 'at':
      return !isByTrigger;
    default:
      return true;
  }
}

function valueSql(source: string, { name, type }: TargetColumn): string {
  return typedValue(member(source, name), type);
}

function member(source: string, name: string): string {
  return `(${source} ->> ${escapeLiteral(name)})`;
}

/** Names of everything that `q` has beside `ord`, as columns of `v`. */
export function carried(sql: WaveSql): readonly string[] {
  const arrays = ARRAYS.filter(([name]) => hasArray(sql, name)).map(([name]) => name);
  return [
    ...arrays,
    ...sql.keyColumns.map((_, index) => `k${index + 1}`),
    ...sql.columns.map((_, index) => `n${index + 1}`),
    ...(sql.oldColumns ?? []).map((_, index) => `o${index + 1}`),
  ].map((name) => `v.${name}`);
}
