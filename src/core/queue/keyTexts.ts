import type { SqlStatement } from '../ports/sqlSession';
import { keySpelling, type KeyValues } from './applyKey';
import { typedValue } from './applySql';
import type { KeySource } from './keysActedOn';
import { statementName } from './statementName';
import type { TargetTable } from './targetTable';
import type { AnswerRow } from './rowValues';

/** How equal keys of a table are told from what an edge says of them: by their texts, or where equal values may have several, by their hash. */
export type KeyTexts = 'text' | 'hash';

export function keyTextsOf(table: TargetTable): KeyTexts {
  return keyColumns(table).some(({ spelling }) => spelling === null) ? 'hash' : 'text';
}

/** Whether keys are told without asking, whatever stands in them: those that triggers queue, but for a few types. */
export function isAlwaysClear(table: TargetTable, writtenBy: KeySource['writtenBy']): boolean {
  for (const { name, spelling } of table.columns) {
    const isClear = spelling !== null && (writtenBy === 'trigger' || spelling === 'padded');
    if (!isClear && table.key.includes(name)) return false;
  }
  return true;
}

/**
 * Reads keys as their types do, one row each, in order. Fails where one of them is no value of its type (class 22), where the edge
 * lacks a type (42704), or where a type has no hash (42883). To be asked in a session with the settings of a drain. Lowest version: 14.
 */
export function keyTextsStatement(
  table: TargetTable,
  keys: readonly KeyValues[],
  how: KeyTexts,
): SqlStatement {
  const values = keyColumns(table).map((column, index) => {
    const value = typedValue(`(u.k ->> ${index})`, column.type);
    if (how === 'text') return `${value}::text`;
    return column.collation === null ? value : `${value} COLLATE ${column.collation}`;
  });
  const read =
    how === 'text'
      ? `jsonb_build_array(${values.join(', ')})::text`
      : `hash_record_extended(ROW(${values.join(', ')}), 0)::text`;
  const text = `SELECT ${read} AS "key" FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS u (k, n) ORDER BY u.n`;
  return { name: statementName(text), text, values: [JSON.stringify(keys)] };
}

/** Spelled so that equal keys are equal, also those that were never asked for. */
export function readKeyTexts(
  table: TargetTable,
  rows: readonly AnswerRow[],
  how: KeyTexts,
): readonly string[] {
  return rows.map((row) => {
    const key = String(row['key']);
    if (how === 'hash') return `#${key}`;
    // Our own statement makes an array of texts.
    const values = JSON.parse(key) as readonly string[];
    return keySpelling(table, table.key, values, true) ?? key;
  });
}

/** A key that is no value of its type: no row has it, but what repeats it belongs together. */
export function impossibleKey(values: KeyValues): string {
  return `!${JSON.stringify(values)}`;
}

function keyColumns({ columns, key }: TargetTable): readonly TargetTable['columns'][number][] {
  return key.flatMap((name) => columns.filter((column) => column.name === name));
}
