import { say } from '../say';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';

/** What applications give as the table's schema when they know of none. */
const DEFAULT_SCHEMA = 'public';

/**
 * Which table an application means by a name that it queued, perhaps with the schema in it, quoted or not, or without the schema that the
 * file has for it. A table that the file lists by that very name is it.
 * @param listed tables of the queue in the file
 * @param exists whether the primary has a table
 * @returns several: it may be any of them
 */
export function tablesMeant(
  named: TableName,
  listed: readonly TableName[],
  exists: (table: TableName) => boolean,
): readonly [TableName, ...TableName[]] {
  const isListed = (table: TableName): boolean => listed.some((one) => isSame(one, table));
  if (named.schema !== DEFAULT_SCHEMA || isListed(named)) return [named];
  const spelled = spelledTables(named.name);
  const bare = bareNames(named.name);
  const others = distinct([
    ...spelled.filter(isListed),
    ...listed.filter(({ name }) => bare.includes(name)),
  ]);
  const [first, ...rest] = others;
  if (exists(named)) return first === undefined ? [named] : [named, ...others];
  if (first !== undefined) return [first, ...rest];
  const [found, ...more] = spelled.filter(exists);
  return found === undefined ? [named] : [found, ...more];
}

/** Tables that a name itself may spell, its schema in it. */
export function spelledTables(name: string): readonly TableName[] {
  const [, schema, table] = WITH_SCHEMA.exec(name.trim()) ?? [];
  if (schema === undefined || table === undefined) return [];
  return distinct(
    partsOf(schema).flatMap((one) => partsOf(table).map((other) => ({ schema: one, name: other }))),
  );
}

/** Finished sentence. */
export function ambiguitySentence(named: TableName, tables: readonly TableName[]): string {
  const names = tables.map(formatTableName).join(say` or `);
  return say`Its table "${named.name}" may be ${names}: list the one that is meant in the file, or queue it with its schema in table_schema.`;
}

const PART = '"(?:[^"]|"")+"|[^."]+';
const WITH_SCHEMA = new RegExp(`^(${PART})\\.(${PART})$`, 'u');
const ALONE = new RegExp(`^(?:${PART})$`, 'u');

function bareNames(name: string): readonly string[] {
  return ALONE.test(name.trim()) ? partsOf(name.trim()) : [];
}

/** What a part of a name stands for: as it is written, and as SQL reads it. */
function partsOf(part: string): readonly string[] {
  if (part.startsWith('"')) return [part.slice(1, -1).replaceAll('""', '"')];
  return part === part.toLowerCase() ? [part] : [part, part.toLowerCase()];
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  return tables.filter((table, index) => tables.findIndex((one) => isSame(one, table)) === index);
}

function isSame(one: TableName, other: TableName): boolean {
  return one.schema === other.schema && one.name === other.name;
}
