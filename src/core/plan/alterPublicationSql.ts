import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import type { DeclaredTable } from '../topology';
import type { CatalogPublication } from './nodeCatalog';
import type { PlanCondition } from './plan';
import { tableClause } from './publicationSql';
import { changesOptions, type PublicationChange, type PublicationShape } from './publicationChange';

/** The statements that make a publication what it shall be, for one transaction. @see ALTER PUBLICATION */
export function alterPublicationSql(
  target: PublicationShape,
  change: PublicationChange,
): readonly string[] {
  const alter = `ALTER PUBLICATION ${escapeIdentifier(target.name)}`;
  return [...objectStatements(alter, target, change), ...optionStatements(alter, change)];
}

/** The change the other way round. */
export function reversed(
  change: PublicationChange,
  present: CatalogPublication,
): PublicationChange {
  return {
    added: change.removed,
    removed: change.added,
    changed: change.changed.map(({ from, to }) => ({ from: to, to: from })),
    addedSchemas: change.removedSchemas,
    removedSchemas: change.addedSchemas,
    operations: change.operations === null ? null : present.operations,
    viaPartitionRoot: change.viaPartitionRoot === null ? null : present.viaPartitionRoot,
    generatedColumns: change.generatedColumns === null ? null : present.generatedColumns,
  };
}

function objectStatements(
  alter: string,
  target: PublicationShape,
  change: PublicationChange,
): readonly string[] {
  // Lists and filters can be set anew only with all that the publication holds.
  if (change.changed.length > 0) {
    return [`${alter} SET ${objects(target.namedTables.map(tableClause), target.schemas)}`];
  }
  const removed = objects(change.removed.map(qualifiedName), change.removedSchemas);
  const added = objects(change.added.map(tableClause), change.addedSchemas);
  return [
    ...(removed === '' ? [] : [`${alter} DROP ${removed}`]),
    ...(added === '' ? [] : [`${alter} ADD ${added}`]),
  ];
}

function objects(tables: readonly string[], schemas: readonly string[]): string {
  return [
    ...(tables.length > 0 ? [`TABLE ${tables.join(',\n    ')}`] : []),
    ...(schemas.length > 0 ? [`TABLES IN SCHEMA ${schemas.map(escapeIdentifier).join(', ')}`] : []),
  ].join(',\n  ');
}

function optionStatements(alter: string, change: PublicationChange): readonly string[] {
  if (!changesOptions(change)) return [];
  const { operations, viaPartitionRoot, generatedColumns } = change;
  const options = [
    ...(operations === null ? [] : [`publish = '${operations.join(', ')}'`]),
    ...(viaPartitionRoot === null
      ? []
      : [`publish_via_partition_root = ${String(viaPartitionRoot)}`]),
    ...(generatedColumns === null ? [] : [`publish_generated_columns = ${generatedColumns}`]),
  ];
  return [`${alter} SET (${options.join(', ')})`];
}

/** That a publication names these tables and publishes these operations: as much of it as every version can be asked. */
export function shapeCheck(
  nodeId: string,
  shape: PublicationShape,
  otherwise = say`${shape.name} on ${nodeId} was changed since the plan was made. Make the plan anew.`,
): PlanCondition {
  const has = (operation: PublicationShape['operations'][number]) =>
    shape.operations.includes(operation) ? '' : 'NOT ';
  return {
    sql: `SELECT ${has('insert')}p.pubinsert AND ${has('update')}p.pubupdate AND ${has('delete')}p.pubdelete AND ${has('truncate')}p.pubtruncate
   AND p.pubviaroot = ${String(shape.viaPartitionRoot)}
   AND (SELECT pg_catalog.count(*) = ${shape.namedTables.length}
          AND pg_catalog.count(*) FILTER (WHERE ${among(shape.namedTables)}) = ${shape.namedTables.length}
          FROM pg_catalog.pg_publication_rel AS r
          JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE r.prpubid = p.oid)
  FROM pg_catalog.pg_publication AS p WHERE p.pubname = ${escapeLiteral(shape.name)}`,
    otherwise,
  };
}

function among(tables: readonly DeclaredTable[]): string {
  if (tables.length === 0) return 'false';
  const pairs = tables.map(
    ({ schema, name }) => `(${escapeLiteral(schema)}, ${escapeLiteral(name)})`,
  );
  return `(n.nspname, c.relname) IN (${pairs.join(', ')})`;
}
