import { didYouMean } from '../didYouMean';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import type { CatalogPublication, ColumnFacts, NodeCatalog, RelationFacts } from './nodeCatalog';
import { needsIdentity } from './publicationSql';
import { isSameTable, relationOf } from './tableLookup';

/** A table that a subscription to some publications takes. */
export interface SubscribedTable extends TableName {
  /** Publications that hold it. */
  readonly publications: readonly string[];
  /** `null` for all. */
  readonly columnList: readonly string[] | null;
  /** The columns that are sent; `null` when the publisher's table could not be read. */
  readonly columns: readonly ColumnFacts[] | null;
  readonly relation: RelationFacts | null;
  /** Whether updates or deletes of it are sent. */
  readonly sendsOldRows: boolean;
}

/** What a subscription to these publications takes from the publisher, each table once. */
export function subscribedTables(
  publisher: NodeCatalog,
  publications: readonly string[],
): readonly SubscribedTable[] {
  const tables: SubscribedTable[] = [];
  for (const publication of chosen(publisher, publications)) {
    for (const table of publication.tables) {
      const at = tables.findIndex((other) => isSameTable(other, table));
      const before = tables[at];
      if (before === undefined) {
        tables.push(toSubscribed(publisher, publication, table));
      } else {
        tables[at] = {
          ...before,
          publications: [...before.publications, publication.name],
          sendsOldRows: before.sendsOldRows || needsIdentity(publication.operations),
        };
      }
    }
  }
  return tables;
}

/** Publications that are not there: Postgres would make the subscription and wait for them without an error. */
export function publicationFindingsOf(
  publisher: NodeCatalog,
  publications: readonly string[],
): readonly Finding[] {
  const { nodeId } = publisher;
  const known = publisher.publications.map(({ name }) => name);
  const missing = publications
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = didYouMean(name, known);
      return errorFinding(
        'missingPublication',
        nodeId,
        say`${nodeId} has no publication ${name} in the database ${publisher.server.database}.`,
        meant === null ? say`Create the publication first.` : say`Did you mean ${meant}?`,
      );
    });
  const none =
    publications.length === 0
      ? [errorFinding('missingPublication', nodeId, say`No publication is chosen.`)]
      : [];
  return [...none, ...missing, ...columnListFindings(publisher, publications)];
}

/** One subscription takes a table with one column list only. */
function columnListFindings(
  publisher: NodeCatalog,
  publications: readonly string[],
): readonly Finding[] {
  const lists = new Map<string, Set<string>>();
  for (const { tables } of chosen(publisher, publications)) {
    for (const table of tables) {
      const name = formatTableName(table);
      const list = JSON.stringify(table.columns === null ? null : [...table.columns].sort());
      lists.set(name, (lists.get(name) ?? new Set()).add(list));
    }
  }
  const differing = [...lists].filter(([, list]) => list.size > 1).map(([name]) => name);
  if (differing.length === 0) return [];
  return [
    errorFinding(
      'unsupportedOption',
      publisher.nodeId,
      say`The publications chosen publish different columns of ${listNames(differing)}: one subscription cannot take both.`,
      say`Make a subscription for each of them, or publish the same columns.`,
    ),
  ];
}

function chosen(
  publisher: NodeCatalog,
  publications: readonly string[],
): readonly CatalogPublication[] {
  return publisher.publications.filter(({ name }) => publications.includes(name));
}

function toSubscribed(
  publisher: NodeCatalog,
  publication: CatalogPublication,
  table: CatalogPublication['tables'][number],
): SubscribedTable {
  const relation = relationOf(publisher, table);
  return {
    schema: table.schema,
    name: table.name,
    publications: [publication.name],
    columnList: table.columns,
    // Generated columns travel only where a list names them or the publication says so (18 and newer).
    columns:
      relation?.columns.filter(({ name, isGenerated, isVirtual = false }) =>
        table.columns === null
          ? !isGenerated || (publication.generatedColumns === 'stored' && !isVirtual)
          : table.columns.includes(name),
      ) ?? null,
    relation,
    sendsOldRows: needsIdentity(publication.operations),
  };
}
