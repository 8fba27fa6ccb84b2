import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { sqlStatement, type PlanStatement } from './sqlText';
import type { ColumnDefinition, ConstraintDefinition, TableDefinition } from './tableDefinition';

/** Where a copy of a table is made. */
export interface CopyTarget {
  readonly nodeId: string;
  /** Role that shall own the copy; `null`: the one that makes it. */
  readonly owner: string | null;
  readonly schemaExists: boolean;
  /** Whether the tables that its foreign keys point at are there by then. */
  readonly foreignKeys: boolean;
}

/** The statements that make a table as it is defined, empty, in the order in which they run. */
export function copyTableStatements(
  definition: TableDefinition,
  target: CopyTarget,
): readonly PlanStatement[] {
  const table = qualifiedName(definition);
  const { owner } = target;
  const to = owner === null ? null : escapeIdentifier(owner);
  const lines = [
    ...(target.schemaExists ? [] : [schemaSql(definition.schema, to)]),
    createTableSql(definition),
    ...addedConstraints(definition, target).map(
      ({ name, sql }) => `ALTER TABLE ${table} ADD CONSTRAINT ${escapeIdentifier(name)} ${sql}`,
    ),
    ...definition.indexes.map(({ sql }) => sql),
    ...identitySql(definition, table),
    ...(to === null ? [] : [`ALTER TABLE ${table} OWNER TO ${to}`]),
  ];
  return lines.map(sqlStatement);
}

/**
 * Drops a copy as long as nobody put a row into it: a row may be one that nothing brings back. With it goes its schema,
 * where that was made for it and holds nothing else.
 */
export function dropCopySql(definition: TableDefinition, target: CopyTarget): string {
  const table = qualifiedName(definition);
  const message = escapeLiteral(
    say`${table} holds rows. Drop it by hand when nobody needs them.`.replaceAll('%', '%%'),
  );
  const schema = `BEGIN DROP SCHEMA ${escapeIdentifier(definition.schema)}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END; `;
  const body = `BEGIN LOCK TABLE ${table}; IF EXISTS (SELECT FROM ${table}) THEN RAISE EXCEPTION ${message}; END IF; DROP TABLE ${table}; ${target.schemaExists ? '' : schema}END`;
  return `DO ${escapeLiteral(body)}`;
}

/** Whether a column's default takes from a sequence, which a copy of the table alone does not have. */
export function takesFromSequence({ defaultSql }: ColumnDefinition): boolean {
  return defaultSql !== null && /\bnextval\(/u.test(defaultSql);
}

/** Whether the index that is the replica identity can be named: that of a partition comes from its parent, under another name. */
export function hasOwnIdentityIndex(definition: TableDefinition): boolean {
  const { identityIndex, indexes, constraints } = definition;
  return [...indexes, ...constraints].some(({ name }) => name === identityIndex);
}

function schemaSql(schema: string, owner: string | null): string {
  const authorization = owner === null ? '' : ` AUTHORIZATION ${owner}`;
  return `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}${authorization}`;
}

function createTableSql(definition: TableDefinition): string {
  const { columns, partitionKey, partitionOf } = definition;
  const table = qualifiedName(definition);
  const constraints = definition.constraints
    .filter(isInline)
    .map(({ name, sql }) => `CONSTRAINT ${escapeIdentifier(name)} ${sql}`);
  const by = partitionKey === null ? '' : ` PARTITION BY ${partitionKey}`;
  if (partitionOf === null) {
    return `CREATE TABLE ${table} ${list([...columns.map(columnSql), ...constraints])}${by}`;
  }
  // Columns, identity, keys and indexes of the parent come by themselves.
  const lines = [...columns.flatMap(partitionColumnSql), ...constraints];
  const own = lines.length === 0 ? '' : ` ${list(lines)}`;
  return `CREATE TABLE ${table} PARTITION OF ${qualifiedName(partitionOf.parent)}${own}\n${partitionOf.bound}${by}`;
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? '()' : `(\n  ${lines.join(',\n  ')}\n)`;
}

function columnSql(column: ColumnDefinition): string {
  const { name, type, collation, identity, generatedSql, isVirtual } = column;
  return [
    escapeIdentifier(name),
    type,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...defaultSql(column),
    ...(identity === null
      ? []
      : [`GENERATED ${identity === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`]),
    ...(generatedSql === null
      ? []
      : [`GENERATED ALWAYS AS (${generatedSql}) ${isVirtual === true ? 'VIRTUAL' : 'STORED'}`]),
    ...(column.isNotNull ? ['NOT NULL'] : []),
  ].join(' ');
}

/** What a partition's column may say of its own. */
function partitionColumnSql(column: ColumnDefinition): readonly string[] {
  const own = [...defaultSql(column), ...(column.isNotNull ? ['NOT NULL'] : [])];
  return own.length === 0 ? [] : [[escapeIdentifier(column.name), ...own].join(' ')];
}

function defaultSql(column: ColumnDefinition): readonly string[] {
  return column.defaultSql === null || takesFromSequence(column)
    ? []
    : [`DEFAULT ${column.defaultSql}`];
}

/** CREATE TABLE checks what it holds, so what was added unchecked, and what points elsewhere, comes after it. */
function isInline({ kind, sql }: ConstraintDefinition): boolean {
  return kind !== 'foreignKey' && !sql.endsWith(' NOT VALID');
}

function addedConstraints(
  { constraints }: TableDefinition,
  { foreignKeys }: CopyTarget,
): readonly ConstraintDefinition[] {
  return constraints.filter(
    (constraint) => !isInline(constraint) && (foreignKeys || constraint.kind !== 'foreignKey'),
  );
}

function identitySql(definition: TableDefinition, table: string): readonly string[] {
  const { replicaIdentity, identityIndex } = definition;
  switch (replicaIdentity) {
    case 'default':
      return [];
    case 'full':
      return [`ALTER TABLE ${table} REPLICA IDENTITY FULL`];
    case 'nothing':
      return [`ALTER TABLE ${table} REPLICA IDENTITY NOTHING`];
    case 'index':
      return identityIndex === null || !hasOwnIdentityIndex(definition)
        ? []
        : [`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${escapeIdentifier(identityIndex)}`];
  }
}
