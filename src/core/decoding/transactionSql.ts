import { formatCounted } from '../format';
import { formatLsn } from '../lsn';
import { sqlComment, sqlProse } from '../plan/sqlComment';
import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { DecodedChange, DecodedTable, DecodedTransaction, DecodedValue } from './pgoutput';

/** Rows that a transaction changes, by table: `2 rows of public.jobs`. */
export function contentWords({ changes }: DecodedTransaction): readonly string[] {
  const rows = new Map<string, number>();
  const emptied = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'truncate') {
      for (const table of change.tables) emptied.add(formatTableName(table));
      continue;
    }
    const name = formatTableName(change.table);
    rows.set(name, (rows.get(name) ?? 0) + 1);
  }
  return [
    ...[...rows].map(([name, count]) => say`${formatCounted(count, 'row')} of ${name}`),
    ...[...emptied].map((name) => say`TRUNCATE of ${name}`),
  ];
}

/**
 * A transaction as statements that do the same on the subscriber, for a person to read and to run by hand.
 * @param about finished sentences for its head
 */
export function transactionSql(transaction: DecodedTransaction, about: readonly string[]): string {
  return [
    ...about.flatMap((line) => sqlProse(line)),
    ...sqlComment(`Finish LSN ${formatLsn(transaction.finishLsn)}.`),
    'BEGIN;',
    ...transaction.changes.map((change) => `${statementOf(change)};`),
    'COMMIT;',
    '',
  ].join('\n');
}

function statementOf(change: DecodedChange): string {
  switch (change.kind) {
    case 'insert':
      return insertOf(change.table, change.row);
    case 'update':
      return `UPDATE ${qualifiedName(change.table)} SET ${assignments(change.table, change.row)} WHERE ${whereOf(change.table, change.old ?? change.row)}`;
    case 'delete':
      return `DELETE FROM ${qualifiedName(change.table)} WHERE ${whereOf(change.table, change.old)}`;
    case 'truncate':
      return `TRUNCATE ${change.tables.map(qualifiedName).join(', ')}`;
  }
}

function insertOf(table: DecodedTable, row: readonly DecodedValue[]): string {
  const sent = valuesOf(table, row);
  if (sent.length === 0) return `INSERT INTO ${qualifiedName(table)} DEFAULT VALUES`;
  // Values of identity columns are the publisher's.
  return `INSERT INTO ${qualifiedName(table)} (${sent.map(([name]) => escapeIdentifier(name)).join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${sent.map(([, value]) => literal(value)).join(', ')})`;
}

function assignments(table: DecodedTable, row: readonly DecodedValue[]): string {
  return valuesOf(table, row)
    .map(([name, value]) => `${escapeIdentifier(name)} = ${literal(value)}`)
    .join(', ');
}

/** By the replica identity; with REPLICA IDENTITY FULL every column is a part of it. */
function whereOf(table: DecodedTable, row: readonly DecodedValue[]): string {
  const keys = valuesOf(table, row).filter(
    ([name]) => table.columns.find((column) => column.name === name)?.isKey === true,
  );
  const conditions = keys.map(([name, value]) =>
    value === null
      ? `${escapeIdentifier(name)} IS NULL`
      : `${escapeIdentifier(name)} = ${literal(value)}`,
  );
  // Without a key no row is meant rather than every row.
  return conditions.length === 0 ? 'false' : conditions.join(' AND ');
}

function valuesOf(
  table: DecodedTable,
  row: readonly DecodedValue[],
): readonly (readonly [string, string | null])[] {
  return table.columns.flatMap(({ name }, index) => {
    const value = row[index];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function literal(value: string | null): string {
  return value === null ? 'NULL' : escapeLiteral(value);
}
