import { escapeIdentifier, qualifiedName } from '../sql';
import type { DeclaredTable } from '../topology';
import type { CreatePublicationRequest, PublishedOperation } from './requests';

/** All that Postgres can publish, in its own order: the default of a publication. */
export const ALL_OPERATIONS: readonly PublishedOperation[] = [
  'insert',
  'update',
  'delete',
  'truncate',
];

/** Whether an UPDATE or DELETE needs to find its row downstream. */
export function needsIdentity(operations: readonly PublishedOperation[]): boolean {
  return operations.includes('update') || operations.includes('delete');
}

/** The operations in Postgres' order, each once. */
export function orderedOperations(
  operations: readonly PublishedOperation[],
): readonly PublishedOperation[] {
  return ALL_OPERATIONS.filter((operation) => operations.includes(operation));
}

/** @see CREATE PUBLICATION */
export function createPublicationSql(request: CreatePublicationRequest): string {
  return [
    `CREATE PUBLICATION ${escapeIdentifier(request.name)}`,
    ...objectsClause(request),
    ...optionsClause(request),
  ].join('\n  ');
}

function objectsClause(request: CreatePublicationRequest): readonly string[] {
  if (request.allTables) return ['FOR ALL TABLES'];
  const tables = request.tables.map(tableClause);
  const schemas = request.schemas.map(escapeIdentifier);
  const objects = [
    ...(tables.length > 0 ? [`TABLE ${tables.join(',\n    ')}`] : []),
    ...(schemas.length > 0 ? [`TABLES IN SCHEMA ${schemas.join(', ')}`] : []),
  ];
  return objects.length > 0 ? [`FOR ${objects.join(',\n  ')}`] : [];
}

/** A table with its column list and row filter, as CREATE and ALTER PUBLICATION take it. */
export function tableClause(table: DeclaredTable): string {
  const columns =
    table.columns === null ? '' : ` (${table.columns.map(escapeIdentifier).join(', ')})`;
  const filter = table.rowFilter === null ? '' : ` WHERE (${table.rowFilter})`;
  return `${qualifiedName(table)}${columns}${filter}`;
}

function optionsClause(request: CreatePublicationRequest): readonly string[] {
  const operations = orderedOperations(request.operations);
  const options = [
    ...(operations.length === ALL_OPERATIONS.length
      ? []
      : [`publish = '${operations.join(', ')}'`]),
    ...(request.viaPartitionRoot ? ['publish_via_partition_root = true'] : []),
    ...(request.generatedColumns === 'stored' ? ['publish_generated_columns = stored'] : []),
  ];
  return options.length > 0 ? [`WITH (${options.join(', ')})`] : [];
}
