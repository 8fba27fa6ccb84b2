import { onlyColumns } from './changes/onlyColumns';
import type { SubscribedTable } from './subscribedTables';
import type { TableDefinition } from './tableDefinition';
import { isSameTable } from './tableLookup';

/**
 * The definitions with the columns alone that a subscription gets: where a column list leaves one out that must not be NULL,
 * a table made whole would refuse every row.
 */
export function listedColumns(
  definitions: readonly TableDefinition[],
  tables: readonly SubscribedTable[],
): readonly TableDefinition[] {
  return definitions.map((definition) => {
    const list = tables.find((table) => isSameTable(table, definition))?.columnList ?? null;
    return list === null ? definition : onlyColumns(definition, list);
  });
}
