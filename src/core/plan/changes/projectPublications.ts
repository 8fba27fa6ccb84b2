import type { TableName } from '../../topology';
import type { CatalogPublication, NodeCatalog, RelationFacts } from '../nodeCatalog';
import type { TableDefinition } from '../tableDefinition';
import { isPublishable, isSameTable, relationOf, uniqueTables } from '../tableLookup';

/** First version with publish_generated_columns, which is none where nobody says. */
const GENERATED_VERSION = 180_000;

/** What a publication is given; the tables that it comes to follow from it. */
export type PublicationSpec = Pick<
  CatalogPublication,
  | 'name'
  | 'allTables'
  | 'schemas'
  | 'operations'
  | 'viaPartitionRoot'
  | 'generatedColumns'
  | 'namedTables'
>;

/**
 * The catalog once a publication is as `spec` says, whether it was there before or not.
 * @param definitions of the node's tables; without them partitions are not found
 */
export function withPublication(
  catalog: NodeCatalog,
  spec: PublicationSpec,
  definitions: readonly TableDefinition[],
): NodeCatalog {
  const present = catalog.publications.find(({ name }) => name === spec.name);
  const { role } = catalog;
  const publication: CatalogPublication = {
    owner: role.name,
    isOwned: true,
    ...present,
    ...spec,
    generatedColumns:
      spec.generatedColumns ?? (catalog.server.versionNum >= GENERATED_VERSION ? 'none' : null),
    schemas: [...spec.schemas].sort(),
    namedTables: [...spec.namedTables].sort(byName),
    tables: publishedTables(catalog, spec, definitions),
  };
  const others = catalog.publications.filter(({ name }) => name !== spec.name);
  return {
    ...catalog,
    publications: [...others, publication].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The catalog once a publication is gone. */
export function withoutPublication(catalog: NodeCatalog, name: string): NodeCatalog {
  return {
    ...catalog,
    publications: catalog.publications.filter((publication) => publication.name !== name),
  };
}

/** The same publications over the tables that the catalog has by now: all tables, or those of a schema, may be more. */
export function republished(
  catalog: NodeCatalog,
  definitions: readonly TableDefinition[],
): NodeCatalog {
  return catalog.publications
    .filter(({ allTables, schemas }) => allTables || schemas.length > 0)
    .reduce((next, publication) => withPublication(next, publication, definitions), catalog);
}

/** @see pg_publication_tables: the root or the leaves of a partitioned table, by publish_via_partition_root. */
function publishedTables(
  catalog: NodeCatalog,
  spec: PublicationSpec,
  definitions: readonly TableDefinition[],
): CatalogPublication['tables'] {
  const taken = takenTables(catalog, spec);
  const parents = new Map(
    definitions.flatMap(({ partitionOf, ...table }) =>
      partitionOf === null ? [] : [[keyOf(table), partitionOf.parent] as const],
    ),
  );
  const hasTakenAncestor = (table: TableName): boolean => {
    for (let parent = parents.get(keyOf(table)); parent !== undefined;) {
      const ancestor = parent;
      if (taken.some((one) => isSameTable(one, ancestor))) return true;
      parent = parents.get(keyOf(ancestor));
    }
    return false;
  };
  const tables = spec.viaPartitionRoot
    ? taken.filter((table) => !hasTakenAncestor(table))
    : uniqueTables([
        ...taken.filter(({ kind }) => kind === 'table'),
        ...catalog.relations.filter(
          (relation) => relation.kind === 'table' && hasTakenAncestor(relation),
        ),
      ]);
  return [...tables].sort(byName).map(({ schema, name }) => ({
    schema,
    name,
    columns: columnsOf(catalog, spec, { schema, name }),
  }));
}

function takenTables(
  catalog: NodeCatalog,
  { allTables, schemas, namedTables }: PublicationSpec,
): readonly RelationFacts[] {
  return uniqueTables([
    ...namedTables.flatMap((table) => relationOf(catalog, table) ?? []),
    ...catalog.relations.filter(
      (relation) => isPublishable(relation) && (allTables || schemas.includes(relation.schema)),
    ),
  ]);
}

/** In the order of the table, as the server tells them. */
function columnsOf(
  catalog: NodeCatalog,
  { namedTables }: PublicationSpec,
  table: TableName,
): readonly string[] | null {
  const list = namedTables.find((named) => isSameTable(named, table))?.columns ?? null;
  if (list === null) return null;
  const known = relationOf(catalog, table)?.columns.map(({ name }) => name) ?? [];
  return known.filter((name) => list.includes(name));
}

function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]);
}

function byName(a: TableName, b: TableName): number {
  if (a.schema !== b.schema) return a.schema < b.schema ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
