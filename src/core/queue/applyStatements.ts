import type { SqlStatement } from '../ports/sqlSession';
import { escapeIdentifier } from '../sql';
import { freshSql, waveValues } from './applyFresh';
import { rowHash, WaveSql } from './applySql';
import { SKEW_LIMIT_MS, type BatchFacts, type ResolvedOperation, type Wave } from './applyTypes';
import { judgedSql } from './applyVerdict';
import { countAppliedSql, notedSql, updateSql } from './applyWrites';
import { statementName } from './statementName';
import type { TargetTable } from './targetTable';

/**
 * What applies a wave on the primary, in the order in which it must run. Each operation gets its ledger entry in the statement that
 * writes its row; one that the ledger knows is left alone. One that is in the ledger neither before nor after met a row that came or went
 * meanwhile, or a trigger that suppressed it: it was not done.
 * The sessions' settings are those of a drain: `VALUE_SETTINGS`, and nothing but pg_catalog in the path.
 */
export function waveStatements(
  wave: Wave,
  table: TargetTable,
  batch: BatchFacts,
  texts = new WaveTexts(),
): readonly SqlStatement[] {
  const [first] = wave.operations;
  if (first === undefined) return [];
  const { sql, name, text } = texts.of(wave, first, table, batch);
  return [{ name, text, values: waveValues(sql, wave.operations, batch) }];
}

interface WaveText {
  readonly sql: WaveSql;
  readonly name: string;
  readonly text: string;
}

/** More shapes than a queue has, unless an application names other columns each time. */
const MAX_TEXTS = 200;

/** Statements of waves by their shape, since the next wave is like the last one. To be cleared when tables are read anew. */
export class WaveTexts {
  readonly #texts = new Map<string, WaveText>();

  of(
    { operations }: Wave,
    first: ResolvedOperation,
    table: TargetTable,
    { skewMs }: BatchFacts,
  ): WaveText {
    const isAlone = operations.length === 1;
    const isSkewed = skewMs === null || Math.abs(skewMs) > SKEW_LIMIT_MS;
    const isBehind = operations.some(({ behind }) => behind !== undefined && behind.length > 0);
    const key = `${isAlone} ${isSkewed} ${isBehind} ${first.shape}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const { kind, columns, oldColumns, changesKey, source } = first;
    const shape = { kind, columns, oldColumns, changesKey, writtenBy: source.writtenBy, isBehind };
    const sql = new WaveSql(table, shape, isSkewed);
    const text = textOf(sql, isAlone);
    const made = { sql, name: statementName(text), text };
    if (this.#texts.size >= MAX_TEXTS) this.#texts.clear();
    this.#texts.set(key, made);
    return made;
  }

  clear(): void {
    this.#texts.clear();
  }
}

function textOf(sql: WaveSql, isAlone: boolean): string {
  switch (sql.op.kind) {
    case 'INSERT':
      return insertText(sql, isAlone);
    case 'UPDATE':
      return updateText(sql, isAlone);
    case 'DELETE':
      return deleteText(sql);
  }
}

/** What became of the operations in `v`; rows that had to be written and were not leave theirs out. @param x who wrote: `ord`, `key_hash`, `row_hash` */
function entriesOf(sql: WaveSql, x: string | null): string {
  const keys = sql.keyColumns.map((_, index) => `v.k${index + 1}`);
  const writes = `v.outcome IN ('applied', 'replaced', 'merged')`;
  // Of a row that the edge has not seen whole, nothing is remembered: a later edit of the edge is judged against its own old row.
  const hash = `CASE v.outcome WHEN 'same' THEN ${rowHash('v.r')}${x === null ? '' : ` WHEN 'merged' THEN NULL ELSE x.row_hash`} END`;
  return x === null
    ? `SELECT v.id, v.seq, ${sql.keyHash(keys)} AS key_hash, v.outcome, ${hash} AS row_hash
    FROM v WHERE NOT ${writes}`
    : `SELECT v.id, v.seq, COALESCE(x.key_hash, ${sql.keyHash(keys)}) AS key_hash, v.outcome, ${hash} AS row_hash
    FROM v LEFT JOIN ${x} AS x ON x.ord = v.ord
   WHERE NOT ${writes} OR x.ord IS NOT NULL`;
}

function insertSql(sql: WaveSql, name: string, source: string, where: string | null): string {
  const columns = sql.columns.map((column) => escapeIdentifier(column.name));
  const overriding = sql.columns.some(({ identity }) => identity === 'always')
    ? ' OVERRIDING SYSTEM VALUE'
    : '';
  const key = sql.keyColumns.map((column) => escapeIdentifier(column.name)).join(', ');
  const absent = `NOT EXISTS (SELECT FROM ${sql.name} AS ${sql.t} WHERE ${sql.keyMatch(sql.t, 's', 'new')})`;
  const conditions = [
    ...(where === null ? [] : [where]),
    ...(sql.table.isKeyArbiter ? [] : [absent]),
  ];
  return `${name} AS (
  INSERT INTO ${sql.name} AS ${sql.t} (${columns.join(', ')})${overriding}
  SELECT ${sql.columns.map((column) => `s.${sql.newValue(column)}`).join(', ')}
    FROM ${source} AS s${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}
   ORDER BY s.ord${sql.table.isKeyArbiter ? `\n  ON CONFLICT (${key}) DO NOTHING` : ''}
  RETURNING ${sql.keyColumns.map(({ name: column }, index) => `${sql.t}.${escapeIdentifier(column)} AS k${index + 1}`).join(', ')},
    ${sql.keyHashOf(sql.t)} AS key_hash, ${rowHash(sql.t)} AS row_hash
)`;
}

/** Which operation an inserted row is of: RETURNING shows the row only. Alone it is known whatever a trigger made of the key. */
function insertedMatch(sql: WaveSql, source: string, isAlone: boolean): string {
  if (isAlone) return 'true';
  return sql.keyColumns
    .map((column, index) => {
      const operator = sql.table.keyOperators[index] ?? '=';
      return `w.k${index + 1} ${operator} ${source}.${sql.newValue(column)}`;
    })
    .join(' AND ');
}

/** Fails with 22012 when a row was written of which it is not known whose it is; alone, every operation is known. */
const allKnown = (written: string, known: string): string =>
  `SELECT 1 / CASE WHEN (SELECT count(*) FROM ${written}) = (SELECT count(*) FROM ${known}) THEN 1 ELSE 0 END AS known, ${countAppliedSql}`;

function insertText(sql: WaveSql, isAlone: boolean): string {
  const update = updateSql(sql);
  return `WITH ${[
    freshSql(sql),
    insertSql(sql, 'w', 'q', null),
    `i AS MATERIALIZED (
  SELECT q.ord, q.id, q.seq, w.key_hash, w.row_hash FROM w JOIN q ON ${insertedMatch(sql, 'q', isAlone)}
)`,
    `met AS MATERIALIZED (
  SELECT q.* FROM q WHERE NOT EXISTS (SELECT FROM i WHERE i.ord = q.ord)
)`,
    judgedSql(sql, 'met', false),
    ...(update === null ? [] : [update]),
    ...notedSql(
      sql,
      `SELECT i.id, i.seq, i.key_hash, 'applied' AS outcome, i.row_hash FROM i
  UNION ALL
  ${entriesOf(sql, update === null ? null : 'y')}`,
    ),
  ].join(', ')}
${allKnown('w', 'i')}`;
}

function updateText(sql: WaveSql, isAlone: boolean): string {
  const update = updateSql(sql);
  const inserts = sql.table.policy === 'edge-wins';
  const parts = [freshSql(sql), judgedSql(sql, 'q', true), ...(update === null ? [] : [update])];
  if (!inserts) {
    return `WITH ${[...parts, ...notedSql(sql, entriesOf(sql, update === null ? null : 'y'))].join(', ')}
SELECT ${countAppliedSql}`;
  }
  return `WITH ${[
    ...parts,
    insertSql(sql, 'w', 'v', `NOT s.found AND s.outcome = 'replaced'`),
    `i AS MATERIALIZED (
  SELECT v.ord, w.key_hash, w.row_hash FROM w JOIN v ON NOT v.found AND v.outcome = 'replaced' AND ${insertedMatch(sql, 'v', isAlone)}
)`,
    `written AS MATERIALIZED (
  ${update === null ? '' : 'SELECT y.ord, y.key_hash, y.row_hash FROM y UNION ALL '}SELECT i.ord, i.key_hash, i.row_hash FROM i
)`,
    ...notedSql(sql, entriesOf(sql, 'written')),
  ].join(', ')}
${allKnown('w', 'i')}`;
}

function deleteText(sql: WaveSql): string {
  return `WITH ${[
    freshSql(sql),
    judgedSql(sql, 'q', true),
    `y AS (
  DELETE FROM ${sql.name} AS ${sql.t} USING v
   WHERE v.found AND v.outcome IN ('applied', 'replaced') AND ${sql.keyMatch(sql.t, 'v', 'key')}
  RETURNING v.ord, ${sql.keyHashOf(sql.t)} AS key_hash, NULL::bytea AS row_hash
)`,
    ...notedSql(sql, entriesOf(sql, 'y')),
  ].join(', ')}
SELECT ${countAppliedSql}`;
}
