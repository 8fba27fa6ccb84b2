import { compareRowFilters } from '../../differences/compareRowFilters';
import { ALL_OPERATIONS } from '../publicationSql';
import type { CatalogPublication, CatalogSubscription, NodeCatalog } from '../nodeCatalog';
import type { PublishedOperation } from '../requests';
import type { TableDefinition } from '../tableDefinition';
import { isSameTable } from '../tableLookup';
import type {
  DeclaredPublication,
  DeclaredSubscription,
  DeclaredTable,
  TableName,
  TopologyNode,
} from '../../topology';
import { withPublication, type PublicationSpec } from './projectPublications';

/** Its tables are this extension's own: no file mentions them, and no plan of changes takes them out. */
const OWN_SCHEMA = 'pgtopology';

/**
 * A publication as it shall be. What the file does not say stays as it is; what the server has beside it stays too, unless
 * `drops`.
 * @param present `null` where the server has none
 */
export function desiredPublication(
  declared: DeclaredPublication,
  present: CatalogPublication | null,
  drops: boolean,
): PublicationSpec {
  const { name, options } = declared;
  const kept = keptTables(declared, present, drops);
  const keptSchemas =
    drops && saysContents(declared) ? [] : present === null ? [] : otherSchemas(declared, present);
  return {
    name,
    allTables: declared.allTables || (present?.allTables ?? false),
    schemas: [...declared.schemas, ...keptSchemas],
    namedTables: [...declared.tables.map((table) => withKnownFilter(table, present)), ...kept],
    operations: operationsOf(options['operations']) ?? present?.operations ?? ALL_OPERATIONS,
    viaPartitionRoot: booleanOf(options['viaPartitionRoot']) ?? present?.viaPartitionRoot ?? false,
    generatedColumns: generatedOf(options['generatedColumns']) ?? present?.generatedColumns ?? null,
  };
}

/** Tables whose filter nothing holds against the server's, so that the server's stays. */
export function undecidedFilters(
  declared: DeclaredPublication,
  present: CatalogPublication,
): readonly TableName[] {
  return declared.tables.filter((table) => comparedFilter(table, present) === 'unknown');
}

/** A filter that is another only by its form would be set anew by every plan, and none would be the last. */
function withKnownFilter(table: DeclaredTable, present: CatalogPublication | null): DeclaredTable {
  const live = present?.namedTables.find((one) => isSameTable(one, table));
  if (present === null || live === undefined) return table;
  return comparedFilter(table, present) === 'different'
    ? table
    : { ...table, rowFilter: live.rowFilter };
}

function comparedFilter(
  table: DeclaredTable,
  { namedTables }: CatalogPublication,
): 'same' | 'different' | 'unknown' {
  const live = namedTables.find((one) => isSameTable(one, table))?.rowFilter ?? null;
  if (table.rowFilter === null || live === null) {
    return table.rowFilter === live ? 'same' : 'different';
  }
  return compareRowFilters(table.rowFilter, live);
}

/** Tables of a publication that the file does not list. */
export function undeclaredTables(
  declared: DeclaredPublication,
  present: CatalogPublication,
): readonly TableName[] {
  if (!saysContents(declared) || declared.allTables) return [];
  return present.namedTables.filter(
    (table) =>
      table.schema !== OWN_SCHEMA && !declared.tables.some((one) => isSameTable(one, table)),
  );
}

/** Schemas of a publication that the file does not list. */
export function undeclaredSchemas(
  declared: DeclaredPublication,
  present: CatalogPublication,
): readonly string[] {
  return saysContents(declared) && !declared.allTables ? otherSchemas(declared, present) : [];
}

function otherSchemas(
  { schemas }: DeclaredPublication,
  present: CatalogPublication,
): readonly string[] {
  return present.schemas.filter((schema) => !schemas.includes(schema));
}

/** The publications that a subscription shall take: the file's first, then what it takes already, unless `drops`. */
export function desiredPublications(
  declared: DeclaredSubscription,
  present: CatalogSubscription | null,
  drops: boolean,
): readonly string[] {
  const extra = drops ? [] : (present?.publications ?? []);
  return [...new Set([...declared.publications, ...extra])];
}

/** The publisher as it will be once its publications are as the file says. */
export function futurePublisher(
  catalog: NodeCatalog,
  node: TopologyNode,
  definitions: readonly TableDefinition[],
  drops: boolean,
): NodeCatalog {
  return node.publications.reduce((next, declared) => {
    const present = next.publications.find(({ name }) => name === declared.name) ?? null;
    return withPublication(next, desiredPublication(declared, present, drops), definitions);
  }, catalog);
}

function saysContents({ allTables, tables, schemas }: DeclaredPublication): boolean {
  return allTables || tables.length + schemas.length > 0;
}

function keptTables(
  declared: DeclaredPublication,
  present: CatalogPublication | null,
  drops: boolean,
): PublicationSpec['namedTables'] {
  return (present?.namedTables ?? [])
    .filter((table) => !declared.tables.some((one) => isSameTable(one, table)))
    .filter(({ schema }) => !drops || !saysContents(declared) || schema === OWN_SCHEMA);
}

function operationsOf(value: unknown): readonly PublishedOperation[] | null {
  if (!Array.isArray(value)) return null;
  return ALL_OPERATIONS.filter((operation) => value.includes(operation));
}

function booleanOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function generatedOf(value: unknown): 'none' | 'stored' | null {
  return value === 'none' || value === 'stored' ? value : null;
}
