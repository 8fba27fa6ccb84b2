import { escapeIdentifier, qualifiedName } from '../sql';
import type { ColumnFacts, NodeCatalog } from './nodeCatalog';
import type { SubscribedTable } from './subscribedTables';

/**
 * The statements that make a published table on a subscriber: its columns and types as they are sent, and a primary key
 * from its replica identity. Defaults, other constraints and indexes are left to a person. For copying, never run by us.
 */
export function subscriberTableDdl(table: SubscribedTable, subscriber: NodeCatalog): string {
  const hasSchema = subscriber.schemas.some(({ name }) => name === table.schema);
  const lines = [
    ...(table.columns ?? []).map((column) => `  ${columnDdl(column)}`),
    ...primaryKey(table),
  ];
  return [
    ...(hasSchema ? [] : [`CREATE SCHEMA ${escapeIdentifier(table.schema)};`]),
    `CREATE TABLE ${qualifiedName(table)} (\n${lines.join(',\n')}\n);`,
  ].join('\n');
}

/** The statement that adds what a subscriber's table lacks. */
export function missingColumnsDdl(table: SubscribedTable, missing: readonly ColumnFacts[]): string {
  // Without NOT NULL: the table may hold rows already.
  const additions = missing.map(({ name, type }) => `ADD COLUMN ${escapeIdentifier(name)} ${type}`);
  return `ALTER TABLE ${qualifiedName(table)} ${additions.join(', ')};`;
}

function columnDdl({ name, type, isNotNull }: ColumnFacts): string {
  return `${escapeIdentifier(name)} ${type}${isNotNull ? ' NOT NULL' : ''}`;
}

function primaryKey({ relation, columns }: SubscribedTable): readonly string[] {
  if (relation === null || relation.replicaIdentity === 'full') return [];
  const identity = relation.identityColumns;
  const isSent = identity.every((name) => columns?.some((column) => column.name === name) ?? false);
  if (identity.length === 0 || !isSent) return [];
  return [`  PRIMARY KEY (${identity.map(escapeIdentifier).join(', ')})`];
}
