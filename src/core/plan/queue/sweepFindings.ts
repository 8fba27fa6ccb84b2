import { primarySetUpSql } from '../../queue/setUpSql';
import { say } from '../../say';
import { pendingSyncSql } from '../pendingSyncTable';
import { escapeIdentifier } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, listNames } from '../findingParts';
import { knownSubscribersOf, unknownReaders } from '../knownSubscribers';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import { relationOf } from '../tableLookup';

/**
 * Publications that would take in tables of ours by themselves: a subscriber without them stops at their first row, so they are
 * made there before, or not at all. Nothing is said of tables that are there already.
 */
export function sweepFindings(
  context: PlanContext,
  catalog: NodeCatalog,
  tables: readonly TableName[],
): readonly Finding[] {
  const made = tables.filter((table) => relationOf(catalog, table) === null);
  const { nodeId } = catalog;
  return catalog.publications.flatMap(({ name, allTables, schemas }) => {
    const taken = made.filter(({ schema }) => allTables || schemas.includes(schema));
    if (taken.length === 0) return [];
    const names = listNames(taken.map(formatTableName));
    const lacking = [
      ...new Set(
        knownSubscribersOf(context, nodeId, name)
          .map((subscriber) => subscriber.nodeId)
          .filter((id) => !hasTables(context, id, taken)),
      ),
    ];
    const unknown = unknownReaders(context, nodeId);
    return [
      ...lacking.map((id) =>
        errorFinding(
          'allTables',
          id,
          say`${name} on ${nodeId} would publish ${names} by itself, and ${id} takes ${name} and lacks them: its subscription would stop at the first row.`,
          {
            text: say`Create them on ${id} first, where they stay empty, or let the publication name its tables.`,
            copy: copyText(taken),
          },
        ),
      ),
      ...(unknown.length === 0
        ? []
        : [
            errorFinding(
              'allTables',
              nodeId,
              say`${name} on ${nodeId} would publish ${names} by itself, and who reads ${listNames(unknown)} is not in the file: a subscription that lacks them would stop at the first row.`,
              say`Add its node to the file, or let the publication name its tables.`,
            ),
          ]),
    ];
  });
}

function hasTables(context: PlanContext, nodeId: string, tables: readonly TableName[]): boolean {
  const catalog = context.catalogs.get(nodeId);
  return catalog !== undefined && tables.every((table) => relationOf(catalog, table) !== null);
}

/** The primary's tables are made in one go; a queue is made by itself. */
function copyText(tables: readonly TableName[]): string {
  const isOfPrimary = tables.some(({ name }) => name === 'applied_operation');
  const statements = isOfPrimary
    ? primarySetUpSql()
    : tables.flatMap((table) => [
        `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(table.schema)}`,
        ...pendingSyncSql(table),
      ]);
  return statements.map((sql) => `${sql};`).join('\n');
}
