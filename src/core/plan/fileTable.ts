import { formatTableName } from '../tableName';
import type { DeclaredTable, TableName } from '../topology';

/** A table as the topology file writes it: `"schema.table"`, or a pair where a name holds a dot or a quote. */
export function fileTableName(table: TableName): string | readonly [string, string] {
  const isPlain = !/[."]/u.test(table.schema + table.name);
  return isPlain ? formatTableName(table) : [table.schema, table.name];
}

/** A published table as the topology file writes it. */
export function fileTable(table: DeclaredTable): unknown {
  if (table.columns === null && table.rowFilter === null) return fileTableName(table);
  return {
    table: fileTableName(table),
    ...(table.columns === null ? {} : { columns: table.columns }),
    ...(table.rowFilter === null ? {} : { rowFilter: table.rowFilter }),
  };
}

/** Whether two values say the same in JSON, whatever the order of their keys. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, entry]) => [key, sortKeys(entry)]),
  );
}
