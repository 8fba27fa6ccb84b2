import { say } from '../say';
import type { TableName } from '../topology';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';

/** The relation of that name; `null` when the node has none. */
export function relationOf(catalog: NodeCatalog, table: TableName): RelationFacts | null {
  return catalog.relations.find((relation) => isSameTable(relation, table)) ?? null;
}

export function isSameTable(a: TableName, b: TableName): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** Each table once, in the order of their first mention. */
export function uniqueTables<T extends TableName>(tables: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return tables.filter((table) => {
    const key = JSON.stringify([table.schema, table.name]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What a relation is, for people: `an unlogged table`, `a view`. */
export function kindWords(relation: RelationFacts): string {
  if (relation.persistence !== 'permanent') {
    return relation.persistence === 'unlogged' ? say`an unlogged table` : say`a temporary table`;
  }
  switch (relation.kind) {
    case 'table':
      return say`a table`;
    case 'partitioned':
      return say`a partitioned table`;
    case 'view':
      return say`a view`;
    case 'materializedView':
      return say`a materialized view`;
    case 'foreign':
      return say`a foreign table`;
  }
}

/** Whether Postgres takes it into a publication, and lets a subscription write to it. */
export function isPublishable(relation: RelationFacts): boolean {
  return (
    relation.persistence === 'permanent' &&
    (relation.kind === 'table' || relation.kind === 'partitioned')
  );
}

/** Whether a subscription can write to it. */
export function isWritableTarget(relation: RelationFacts): boolean {
  return relation.kind === 'table' || relation.kind === 'partitioned';
}

/** Whether UPDATE and DELETE on it work where they are published. */
export function hasReplicaIdentity(relation: RelationFacts): boolean {
  return relation.replicaIdentity === 'full' || relation.identityColumns.length > 0;
}
