import type { TableName } from '../../topology';
import type { ColumnFacts, NodeCatalog, RelationFacts, SchemaFacts } from '../nodeCatalog';
import { isSameTable } from '../tableLookup';

/**
 * The catalog once a table was copied to its node. The table is as at its origin, empty, belongs to `owner`, and is
 * closed to the other roles that were asked about.
 * @param like the table at its origin
 * @param owner `null`: the role that makes it
 */
export function withCopiedTable(
  catalog: NodeCatalog,
  like: RelationFacts,
  owner: string | null,
): NodeCatalog {
  const { role } = catalog;
  const owned = owner ?? role.name;
  const relation: RelationFacts = {
    ...like,
    owner: owned,
    isOwned: owned === role.name || role.isSuperuser || role.memberOf.includes(owned),
    canSelect: owned === role.name || role.isSuperuser || role.memberOf.includes(owned),
    sizeBytes: null,
    notReadableBy: catalog.checkedRoles
      .filter(({ name, isSuperuser }) => !isSuperuser && name !== owned)
      .map(({ name }) => name),
    comment: null,
    rowEstimate: 0,
    firingTriggers: [],
  };
  return {
    ...withSchema(catalog, like.schema, owned),
    relations: [...catalog.relations, relation].sort(byName),
  };
}

/** The catalog once columns were added to a table. */
export function withColumns(
  catalog: NodeCatalog,
  table: TableName,
  columns: readonly ColumnFacts[],
): NodeCatalog {
  return {
    ...catalog,
    relations: catalog.relations.map((relation) =>
      isSameTable(relation, table)
        ? {
            ...relation,
            columns: [...relation.columns, ...columns],
            identityColumns:
              relation.replicaIdentity === 'full'
                ? [...relation.columns, ...columns].map(({ name }) => name)
                : relation.identityColumns,
          }
        : relation,
    ),
  };
}

function withSchema(catalog: NodeCatalog, name: string, owner: string): NodeCatalog {
  if (catalog.schemas.some((schema) => schema.name === name)) return catalog;
  const schema: SchemaFacts = { name, owner, canCreate: true, canUse: true };
  return { ...catalog, schemas: [...catalog.schemas, schema].sort(bySchemaName) };
}

function bySchemaName(a: SchemaFacts, b: SchemaFacts): number {
  return a.name < b.name ? -1 : 1;
}

function byName(a: TableName, b: TableName): number {
  if (a.schema !== b.schema) return a.schema < b.schema ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
