import type { TableName } from './topology';

/**
 * Reads `schema.table` as people write it. Names are taken exactly as written, case included; a part in double quotes
 * may hold dots, `""` standing for a quote.
 * @returns `null` when there are not exactly two parts.
 */
export function parseTableName(text: string): TableName | null {
  const match = /^("(?:[^"]|"")+"|[^."]+)\.("(?:[^"]|"")+"|[^."]+)$/u.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { schema: unquote(match[1]), name: unquote(match[2]) };
}

/** Writes a table's name for people; a part that holds a dot or a quote is quoted, so that it reads back the same. */
export function formatTableName(table: TableName): string {
  return `${quoteWhereNeeded(table.schema)}.${quoteWhereNeeded(table.name)}`;
}

function unquote(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.trim();
}

function quoteWhereNeeded(part: string): string {
  return /[."]|^\s|\s$|^$/u.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}
