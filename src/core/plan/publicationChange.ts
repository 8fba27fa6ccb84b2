import { isSameTable, uniqueTables } from './tableLookup';
import type { DeclaredTable } from '../topology';
import type { CatalogPublication } from './nodeCatalog';
import { orderedOperations } from './publicationSql';
import type { AlterPublicationRequest, PublishedOperation } from './requests';
import { isSameRowFilter } from './sameRowFilter';

/** What a publication is given; the tables that it comes to follow from it. */
export type PublicationShape = Pick<
  CatalogPublication,
  | 'name'
  | 'allTables'
  | 'schemas'
  | 'operations'
  | 'viaPartitionRoot'
  | 'generatedColumns'
  | 'namedTables'
>;

/** What differs between a publication as it is and as it shall be. */
export interface PublicationChange {
  readonly added: readonly DeclaredTable[];
  readonly removed: readonly DeclaredTable[];
  /** Tables with another column list or row filter: as it was, as it shall be. */
  readonly changed: readonly { readonly from: DeclaredTable; readonly to: DeclaredTable }[];
  readonly addedSchemas: readonly string[];
  readonly removedSchemas: readonly string[];
  readonly operations: readonly PublishedOperation[] | null;
  readonly viaPartitionRoot: boolean | null;
  readonly generatedColumns: 'none' | 'stored' | null;
}

/** The publication as it shall be: what the request leaves open stays, and filters that say the same keep their words. */
export function targetShape(
  request: AlterPublicationRequest,
  present: CatalogPublication,
): PublicationShape {
  const { name, allTables } = present;
  return {
    name,
    allTables,
    schemas: [...new Set(request.schemas ?? present.schemas)],
    namedTables: uniqueTables(request.tables ?? present.namedTables).map((table) => {
      const same = present.namedTables.find((one) => isSameTable(one, table));
      return same !== undefined && isSameRowFilter(table.rowFilter, same.rowFilter)
        ? { ...table, rowFilter: same.rowFilter }
        : table;
    }),
    operations: orderedOperations(request.operations ?? present.operations),
    viaPartitionRoot: request.viaPartitionRoot ?? present.viaPartitionRoot,
    generatedColumns: request.generatedColumns ?? present.generatedColumns,
  };
}

export function publicationChange(
  present: CatalogPublication,
  target: PublicationShape,
): PublicationChange {
  const { namedTables } = present;
  const find = (tables: readonly DeclaredTable[], table: DeclaredTable) =>
    tables.find((one) => isSameTable(one, table));
  return {
    added: target.namedTables.filter((table) => find(namedTables, table) === undefined),
    removed: namedTables.filter((table) => find(target.namedTables, table) === undefined),
    changed: target.namedTables.flatMap((to) => {
      const from = find(namedTables, to);
      return from === undefined || isSameLimit(from, to) ? [] : [{ from, to }];
    }),
    addedSchemas: target.schemas.filter((schema) => !present.schemas.includes(schema)),
    removedSchemas: present.schemas.filter((schema) => !target.schemas.includes(schema)),
    operations:
      target.operations.join() === orderedOperations(present.operations).join()
        ? null
        : target.operations,
    viaPartitionRoot:
      target.viaPartitionRoot === present.viaPartitionRoot ? null : target.viaPartitionRoot,
    generatedColumns:
      target.generatedColumns === present.generatedColumns ||
      // Before 18 there is no such option, and nothing to say but none.
      (present.generatedColumns === null && target.generatedColumns === 'none')
        ? null
        : target.generatedColumns,
  };
}

/** Whether anything of what it holds differs, options aside. */
export function changesObjects(change: PublicationChange): boolean {
  const { added, removed, changed, addedSchemas, removedSchemas } = change;
  return [added, removed, changed, addedSchemas, removedSchemas].some((part) => part.length > 0);
}

export function changesOptions(change: PublicationChange): boolean {
  const { operations, viaPartitionRoot, generatedColumns } = change;
  return [operations, viaPartitionRoot, generatedColumns].some((option) => option !== null);
}

function isSameLimit(from: DeclaredTable, to: DeclaredTable): boolean {
  return from.rowFilter === to.rowFilter && isSameList(from.columns, to.columns);
}

/** The order of a column list means nothing. */
function isSameList(from: readonly string[] | null, to: readonly string[] | null): boolean {
  if (from === null || to === null) return from === to;
  return from.length === new Set(to).size && from.every((column) => to.includes(column));
}
