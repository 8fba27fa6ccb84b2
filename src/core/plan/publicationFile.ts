import type { DeclaredPublication } from '../topology';
import { fileTable, isSameJson } from './fileTable';
import type { FileChange } from './plan';
import type { PublicationShape } from './publicationChange';
import { ALL_OPERATIONS, orderedOperations } from './publicationSql';
import type { PlanContext } from './requests';
import { isSameRowFilter } from './sameRowFilter';
import { isSameTable } from './tableLookup';

/** What the topology file says of a publication once it is as `shape` has it; nothing where it says so already. */
export function publicationFileChanges(
  nodeId: string,
  shape: PublicationShape,
  { topology }: PlanContext,
): readonly FileChange[] {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return [];
  const declared = node.publications.find(({ name }) => name === shape.name) ?? null;
  const value = fileValue(shape, declared);
  if (declared !== null && isSameJson(declaredValue(declared), value)) return [];
  return [{ path: ['nodes', nodeId, 'publications', shape.name], value }];
}

/** A publication as the file has it. */
export function declaredValue(declared: DeclaredPublication): Readonly<Record<string, unknown>> {
  return {
    ...(declared.allTables ? { allTables: true } : {}),
    ...(declared.schemas.length > 0 ? { schemas: declared.schemas } : {}),
    ...(declared.tables.length > 0 ? { tables: declared.tables.map(fileTable) } : {}),
    ...declared.options,
  };
}

/** In the words of the file, where those say the same: its order of tables, its filters, and defaults that it spells out. */
function fileValue(
  shape: PublicationShape,
  declared: DeclaredPublication | null,
): Readonly<Record<string, unknown>> {
  const known = declared?.tables ?? [];
  const said = (option: string) => declared?.options[option] !== undefined;
  const kept = known.flatMap((table) => {
    const now = shape.namedTables.find((one) => isSameTable(one, table));
    if (now === undefined) return [];
    const rowFilter = isSameRowFilter(table.rowFilter, now.rowFilter)
      ? table.rowFilter
      : now.rowFilter;
    const columns = isSameColumns(table.columns, now.columns) ? table.columns : now.columns;
    return [{ ...now, rowFilter, columns }];
  });
  const fresh = shape.namedTables.filter((table) => !known.some((one) => isSameTable(one, table)));
  const tables = [...kept, ...fresh];
  const operations = orderedOperations(shape.operations);
  const isUsual = operations.length === ALL_OPERATIONS.length;
  return {
    ...(shape.allTables ? { allTables: true } : {}),
    ...(shape.schemas.length > 0 ? { schemas: shape.schemas } : {}),
    ...(tables.length > 0 ? { tables: tables.map(fileTable) } : {}),
    ...(isUsual && !said('operations') ? {} : { operations }),
    ...(shape.viaPartitionRoot || said('viaPartitionRoot')
      ? { viaPartitionRoot: shape.viaPartitionRoot }
      : {}),
    ...(shape.generatedColumns === 'stored' || said('generatedColumns')
      ? { generatedColumns: shape.generatedColumns ?? 'none' }
      : {}),
  };
}

function isSameColumns(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((column) => other.includes(column));
}
