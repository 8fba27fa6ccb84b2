import type { TargetColumn, TargetTable } from './targetTable';

const INTEGER = /^\s*([+-]?)0*(\d+)\s*$/u;
const NUMERIC = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/u;
/** Values of numeric that are no numbers, as its output writes them. */
const NO_NUMBER = /^(?:NaN|-?Infinity)$/u;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/** Values of the key, in its order, as `->>` gives them. */
export type KeyValues = readonly string[];

/**
 * A spelling that equal keys share, so that operations on one row are known to be.
 * @param names columns of the key, or those that point at one
 * @param isOwn the texts are those of the type's own output, not of an application's taste
 * @returns `null`: equal keys may be spelled in ways that cannot be told here
 */
export function keySpelling(
  table: TargetTable,
  names: readonly string[],
  values: KeyValues,
  isOwn: boolean,
): string | null {
  const parts: string[] = [];
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    const column = columnOf(table, only);
    return spell(column?.spelling ?? null, values[0] ?? '', isOwn || isText(column));
  }
  for (const [index, name] of names.entries()) {
    const column = columnOf(table, name);
    const part = spell(column?.spelling ?? null, values[index] ?? '', isOwn || isText(column));
    if (part === null) return null;
    parts.push(part);
  }
  return JSON.stringify(parts);
}

function columnOf({ columns }: TargetTable, name: string): TargetColumn | undefined {
  for (const column of columns) if (column.name === name) return column;
  return undefined;
}

function isText(column: TargetColumn | undefined): boolean {
  return column?.type === 'text' || column?.type === 'character varying';
}

function spell(spelling: TargetColumn['spelling'], value: string, isExact: boolean): string | null {
  switch (spelling) {
    case 'asWritten':
      return isExact ? value : null;
    case 'padded':
      return value.replace(/ +$/u, '');
    case 'integer': {
      if (isPlainInteger(value)) return value;
      const [, sign = '', digits = ''] = INTEGER.exec(value) ?? [];
      if (digits === '') return null;
      return sign === '-' && digits !== '0' ? `-${digits}` : digits;
    }
    case 'numeric': {
      if (isExact && NO_NUMBER.test(value)) return value;
      const [, sign = '', whole, fraction = ''] = NUMERIC.exec(value) ?? [];
      if (whole === undefined) return null;
      const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
      return sign === '-' && digits !== '0' ? `-${digits}` : digits;
    }
    case 'uuid':
      return UUID.test(value) ? value.toLowerCase() : null;
    case null:
      return null;
  }
}

/** Nothing but digits, of which the first is no zero: how numbers mostly come. */
function isPlainInteger(value: string): boolean {
  if (value === '' || value.startsWith('0')) return value === '0';
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

const SHOWN_LENGTH = 200;

/** For people: the values of a key, cut to 200 characters. */
export function keyTextOf(values: KeyValues): string {
  const text = values.length === 1 ? (values[0] ?? '') : `(${values.join(', ')})`;
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH - 1)}…` : text;
}
