import type { TableName } from '../topology';
import { jsonMembers, jsonScalarText, type JsonMembers } from './applyJson';
import { keySpelling, type KeyValues } from './applyKey';
import type { QueueOperation } from './operation';
import type { TargetTable } from './targetTable';

/** Which rows of which table an operation acts on. A resolved operation says so itself. */
export interface ActedOn {
  /** As the primary has it; as queued where it has none. */
  readonly table: TableName;
  /** Its keys, spelled so that equal keys are equal texts; `null`: it cannot be told, so any. */
  readonly touches: readonly string[] | null;
}

export type KeySource = Pick<QueueOperation, 'operation' | 'writtenBy' | 'key' | 'data'>;

/** @returns the name of a key column that has no value, or the values */
export function keyValues(table: TargetTable, members: JsonMembers | null): KeyValues | string {
  // Most keys are one column, and a list that is pushed to takes room for seventeen.
  const [only] = table.key;
  if (only !== undefined && table.key.length === 1) {
    const value = valueOf(members, only);
    return value === null ? only : [value];
  }
  const values: string[] = [];
  for (const name of table.key) {
    const value = valueOf(members, name);
    if (value === null) return name;
    values.push(value);
  }
  return values;
}

function valueOf(members: JsonMembers | null, name: string): string | null {
  const raw = members?.get(name);
  return raw === undefined ? null : jsonScalarText(raw);
}

/**
 * The keys that an operation names, whether or not it can be applied: that of its row, and of the row that an UPDATE makes of it. None where
 * it lacks a column of them, so that no row can be meant.
 */
export function keysOf(
  { operation, writtenBy, key, data }: KeySource,
  table: TargetTable,
): readonly KeyValues[] {
  if (table.key.length === 0) return [];
  const isOwn = writtenBy === 'trigger';
  const members = isOwn && key !== null ? jsonMembers(key) : jsonMembers(data ?? '');
  const keys = [keyValues(table, members)];
  if (isOwn && operation === 'UPDATE' && data !== null) {
    keys.push(keyValues(table, jsonMembers(data)));
  }
  return keys.filter((values) => typeof values !== 'string');
}

/** @param isOwn texts are those of the types' own output */
export function spelledKeys(
  table: TargetTable,
  keys: readonly KeyValues[],
  isOwn: boolean,
): readonly string[] | null {
  // As above: once for every operation of a queue.
  const [only] = keys;
  if (only !== undefined && keys.length === 1) {
    const key = keySpelling(table, table.key, only, isOwn);
    return key === null ? null : [key];
  }
  const spelled: string[] = [];
  for (const values of keys) {
    const key = keySpelling(table, table.key, values, isOwn);
    if (key === null) return null;
    spelled.push(key);
  }
  return spelled;
}

/**
 * The same of an operation that cannot be applied.
 * @param table `null`: the primary has none, so that only what a trigger queued names its row
 * @param known keys that had to be asked for
 */
export function actedOn(
  source: KeySource & { readonly table: TableName },
  table: TargetTable | null,
  known?: readonly string[],
): ActedOn {
  const isOwn = source.writtenBy === 'trigger';
  if (table === null) return { table: source.table, touches: isOwn ? [] : null };
  const { schema, name } = table;
  const touches = known ?? spelledKeys(table, keysOf(source, table), isOwn);
  return { table: { schema, name }, touches };
}
