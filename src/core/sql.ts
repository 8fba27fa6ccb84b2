import type { TableName } from './topology';
import { cutToBytes, utf8Length } from './utf8';

/** Postgres cuts longer names silently: NAMEDATALEN less one. */
export const MAX_IDENTIFIER_BYTES = 63;

/** A text that no SQL can hold. Its message says which kind of text, never the text itself. */
export class UnquotableTextError extends Error {
  override readonly name = 'UnquotableTextError';
  constructor(readonly kind: 'identifier' | 'literal') {
    super(`A SQL ${kind} cannot hold the character NUL.`);
  }
}

/**
 * Quotes a name for DDL, always, so that case and keywords do not matter.
 * @throws UnquotableTextError when it holds NUL
 */
export function escapeIdentifier(name: string): string {
  refuseNul(name, 'identifier');
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a value for the few statements that take no parameters. Reads the same whatever `standard_conforming_strings`
 * says: a backslash makes it an `E''` string.
 * @throws UnquotableTextError when it holds NUL
 */
export function escapeLiteral(value: string): string {
  refuseNul(value, 'literal');
  const quoted = `'${value.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return value.includes('\\') ? `E${quoted}` : quoted;
}

/** A table's name for SQL, both parts quoted. */
export function qualifiedName(table: TableName): string {
  return `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.name)}`;
}

/** Length of a name as Postgres counts it. */
export function identifierBytes(name: string): number {
  return utf8Length(name);
}

/** @returns what the server would make of a name that is too long; `null` when it keeps the name as it is. */
export function truncatedIdentifier(name: string): string | null {
  return identifierBytes(name) > MAX_IDENTIFIER_BYTES
    ? cutToBytes(name, MAX_IDENTIFIER_BYTES)
    : null;
}

function refuseNul(text: string, kind: 'identifier' | 'literal'): void {
  if (text.includes('\0')) throw new UnquotableTextError(kind);
}
