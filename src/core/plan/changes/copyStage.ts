import { say } from '../../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName, TopologyNode } from '../../topology';
import { copyTables } from '../copyTables';
import type { Finding } from '../finding';
import { errorFinding, listNames, ownerFix } from '../findingParts';
import { isQuotable } from '../nodeFindings';
import type { ColumnFacts, NodeCatalog } from '../nodeCatalog';
import type { PlanStep } from '../plan';
import { sqlStatement } from '../sqlText';
import { subscribedTables, type SubscribedTable } from '../subscribedTables';
import type { TableDefinition } from '../tableDefinition';
import { isSameTable, isWritableTarget, relationOf } from '../tableLookup';
import { addPart, project, projectDefinitions, type ChangesDraft } from './changesDraft';
import { desiredPublications, futurePublisher } from './desiredObjects';
import { onlyColumns } from './onlyColumns';
import { republished } from './projectPublications';
import { withColumns, withCopiedTable } from './projectRelations';

/** Where the tables of one subscription come from and go to. */
interface Way {
  readonly publisher: NodeCatalog;
  readonly subscriber: NodeCatalog;
  readonly definitions: readonly TableDefinition[];
  /** Owner of the subscription where it is not the role that makes tables; `null`: that role. */
  readonly owner: string | null;
}

/**
 * Makes the tables and columns that a subscriber lacks and that its publishers send, or will send, before anything upstream
 * changes: a subscription whose table is missing stops.
 */
export function copyStage(draft: ChangesDraft, node: TopologyNode, drops: boolean): ChangesDraft {
  let next = draft;
  for (const declared of node.subscriptions) {
    const { catalogs, definitions, topology } = next.context;
    const subscriber = catalogs.get(node.id);
    const catalog = catalogs.get(declared.publisher);
    const publishing = topology.nodes.find(({ id }) => id === declared.publisher);
    if (subscriber === undefined || catalog === undefined || publishing === undefined) continue;
    const known = definitions.get(declared.publisher) ?? [];
    const publisher = futurePublisher(catalog, publishing, known, drops);
    const present = subscriber.subscriptions.find(({ name }) => name === declared.name) ?? null;
    const tables = subscribedTables(publisher, desiredPublications(declared, present, drops));
    const owner = present === null || present.owner === subscriber.role.name ? null : present.owner;
    next = bringTables(next, tables, { publisher, subscriber, definitions: known, owner });
  }
  return next;
}

function bringTables(
  draft: ChangesDraft,
  tables: readonly SubscribedTable[],
  way: Way,
): ChangesDraft {
  const { nodeId } = way.subscriber;
  let next = copyMissing(draft, tables, way);
  for (const table of tables) {
    const subscriber = next.context.catalogs.get(nodeId) ?? way.subscriber;
    next = addColumns(next, table, { ...way, subscriber });
  }
  return next;
}

function copyMissing(
  draft: ChangesDraft,
  tables: readonly SubscribedTable[],
  way: Way,
): ChangesDraft {
  const { publisher, subscriber, owner } = way;
  const { nodeId } = subscriber;
  const missing = tables.filter((table) => relationOf(subscriber, table) === null);
  if (missing.length === 0) return draft;
  const lists = missing.flatMap(({ columnList, ...table }) =>
    columnList === null ? [] : [{ ...table, columnList }],
  );
  const definitions = way.definitions.map((definition) => {
    const list = lists.find((table) => isSameTable(table, definition))?.columnList;
    return list === undefined ? definition : onlyColumns(definition, list);
  });
  const copied = copyTables(missing, definitions, subscriber, owner);
  const { steps, findings } = copied;
  const unknown = unknownFindings(missing, way);
  const part = addPart(draft, { steps, findings: [...findings, ...unknown] });
  const made = definitions.filter((one) => copied.tables.some((table) => isSameTable(table, one)));
  return made.reduce((next, definition) => {
    const known = projectDefinitions(next, nodeId, [definition]);
    const all = known.context.definitions.get(nodeId) ?? [];
    return project(known, nodeId, (catalog) =>
      republished(withCopy(catalog, definition, publisher, owner), all),
    );
  }, part);
}

function withCopy(
  catalog: NodeCatalog,
  definition: TableDefinition,
  publisher: NodeCatalog,
  owner: string | null,
): NodeCatalog {
  const like = relationOf(publisher, definition);
  if (like === null) return catalog;
  const sent = new Set(definition.columns.map(({ name }) => name));
  const columns = like.columns.filter(({ name }) => sent.has(name));
  return withCopiedTable(catalog, { ...like, columns }, owner);
}

function unknownFindings(missing: readonly SubscribedTable[], way: Way): readonly Finding[] {
  const { definitions, publisher, subscriber } = way;
  const unknown = missing.filter(
    (table) => !definitions.some((definition) => isSameTable(definition, table)),
  );
  if (unknown.length === 0) return [];
  return [
    errorFinding(
      'missingTable',
      subscriber.nodeId,
      say`${subscriber.nodeId} lacks ${listNames(unknown.map(formatTableName))}, and how it is made on ${publisher.nodeId} could not be read.`,
      say`Create it on ${subscriber.nodeId} first: a subscription copies rows, never tables.`,
    ),
  ];
}

function addColumns(draft: ChangesDraft, table: SubscribedTable, way: Way): ChangesDraft {
  const { subscriber } = way;
  const { nodeId, role } = subscriber;
  const target = relationOf(subscriber, table);
  if (target === null || !isWritableTarget(target) || target.isPartition) return draft;
  const missing = (table.columns ?? []).filter(
    ({ name }) => isQuotable(name) && !target.columns.some((column) => column.name === name),
  );
  if (missing.length === 0) return draft;
  const added = missing.map((column) => ({
    ...column,
    isNotNull: false,
    hasDefault: false,
    isGenerated: false,
  }));
  const findings = target.isOwned
    ? []
    : [
        errorFinding(
          'privilege',
          nodeId,
          say`${formatTableName(table)} on ${nodeId} belongs to ${target.owner}, and only its owner may add columns: ${role.name} may not (42501).`,
          ownerFix(target.owner, role.name),
        ),
      ];
  const part = addPart(draft, { steps: [addColumnsStep(table, missing, way)], findings });
  return project(part, nodeId, (catalog) => withColumns(catalog, table, added));
}

function addColumnsStep(
  table: TableName,
  missing: readonly ColumnFacts[],
  { subscriber, publisher }: Way,
): PlanStep {
  const { nodeId } = subscriber;
  const names = missing.map(({ name }) => name);
  const listed = listNames(names);
  const relation = qualifiedName(table);
  return {
    nodeId,
    title: say`Add ${listed} to ${formatTableName(table)}`,
    effect: say`${nodeId} can take ${listed}, which ${publisher.nodeId} sends. Rows that are there already have NULL in it; locks the table for a moment.`,
    risk: 'safe',
    statements: [
      sqlStatement(
        `ALTER TABLE ${relation} ${missing
          // Without NOT NULL: the table may hold rows already.
          .map(({ name, type }) => `ADD COLUMN ${escapeIdentifier(name)} ${type}`)
          .join(', ')}`,
      ),
    ],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT ${columnCount(relation, names)} = 0`,
      otherwise: say`${formatTableName(table)} on ${nodeId} has one of these columns by now. Make the plan anew.`,
    },
    effectCheck: {
      sql: `SELECT ${columnCount(relation, names)} = ${names.length}`,
      otherwise: say`${formatTableName(table)} on ${nodeId} lacks a column still.`,
    },
    settle: null,
    undo: [
      sqlStatement(
        `ALTER TABLE ${relation} ${names
          .map((name) => `DROP COLUMN ${escapeIdentifier(name)}`)
          .join(', ')}`,
      ),
    ],
    undoNote: say`While ${publisher.nodeId} sends ${listed}, taking it back stops the subscription at the next row.`,
  };
}

function columnCount(relation: string, names: readonly string[]): string {
  return `(SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = pg_catalog.to_regclass(${escapeLiteral(relation)}) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname IN (${names.map(escapeLiteral).join(', ')}))`;
}
