import type { ColumnDefinition, TableDefinition } from '../../../../src/core/plan/tableDefinition';

/** A nullable column without anything else. */
export function columnDefinition(
  name: string,
  type = 'text',
  change: Partial<ColumnDefinition> = {},
): ColumnDefinition {
  return {
    name,
    type,
    collation: null,
    isNotNull: false,
    defaultSql: null,
    identity: null,
    generatedSql: null,
    ...change,
  };
}

/** A table of `public` with the primary key `id`, as its server would describe it. */
export function tableDefinition(
  name: string,
  change: Partial<TableDefinition> = {},
): TableDefinition {
  return {
    schema: 'public',
    name,
    columns: [columnDefinition('id', 'uuid', { isNotNull: true }), columnDefinition('name')],
    constraints: [{ name: `${name}_pkey`, kind: 'primaryKey', sql: 'PRIMARY KEY (id)' }],
    indexes: [],
    replicaIdentity: 'default',
    identityIndex: null,
    partitionKey: null,
    partitionOf: null,
    rowEstimate: null,
    notCarried: [],
    ...change,
  };
}
