import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import { AlterSubscriptionSteps } from './alterSubscriptionSteps';
import { copyTables } from './copyTables';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import { publisherOf } from './knownSubscribers';
import { listedColumns } from './listedColumns';
import { makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, roleWords } from './nodeFindings';
import type { CatalogSubscription, ColumnFacts, NodeCatalog, RelationFacts } from './nodeCatalog';
import type { Plan, PlanStep } from './plan';
import { readGrantFindings, readGrantStep } from './readGrantStep';
import type { PlanContext, SubscriptionRequest } from './requests';
import { sqlStatement } from './sqlText';
import { subscribedTables, type SubscribedTable } from './subscribedTables';
import { loginOf } from './subscriptionLogin';
import { existingSubscriptionFindings, subscriptionOf } from './subscriptionFindings';
import { missingColumnsDdl } from './tableDdl';
import { isSameTable, relationOf } from './tableLookup';

/** A table on the subscriber that lacks columns that are sent. */
interface NarrowTable {
  readonly table: SubscribedTable;
  readonly relation: RelationFacts;
  readonly missing: readonly ColumnFacts[];
}

/**
 * Brings a subscriber's tables to what its publisher sends: makes missing ones, adds missing columns, then enables and
 * refreshes the subscription. Needs the catalogs of both ends, and the definitions of the publisher's tables where one is missing.
 */
export function planRepairDrift(request: SubscriptionRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const head = {
    kind: 'resolveSubscription',
    title: say`Bring the tables of ${nodeId} to what ${name} receives`,
  };
  const publisherId = publisherOf(context, nodeId, name);
  const catalog = context.catalogs.get(nodeId);
  const publisher = publisherId === null ? undefined : context.catalogs.get(publisherId);
  if (catalog === undefined || publisher === undefined) {
    return planWithoutCatalog(context, head, [nodeId, publisherId ?? say`its publisher`]);
  }
  const subscription = subscriptionOf(request, catalog);
  const found = existingSubscriptionFindings(request, context, catalog);
  if (subscription === null || !isQuotable(name)) {
    return makePlan(context, { ...head, steps: [], findings: found });
  }
  const drift = driftOf(subscription, publisher, catalog);
  const copied = copyTables(
    drift.missing,
    listedColumns(context.definitions.get(publisher.nodeId) ?? [], drift.missing),
    catalog,
    // From 16 on rows are applied as the table's owner, whom the subscription's must be able to become.
    subscription.owner === catalog.role.name ? null : subscription.owner,
  );
  const isDrifted = drift.missing.length + drift.narrow.length > 0;
  const make = new AlterSubscriptionSteps(request, subscription, publisher.nodeId);
  const isNew = drift.missing.some(
    (table) => !subscription.tables.some((taken) => isSameTable(taken, table)),
  );
  const reader = loginOf(context, request);
  const closed = reader === null ? [] : closedTables(subscription, publisher, reader);
  return makePlan(context, {
    ...head,
    steps: isDrifted
      ? [
          ...(reader === null || closed.length === 0
            ? []
            : [readGrantStep(publisher, reader, closed)]),
          ...copied.steps,
          ...drift.narrow.map((each) => addColumnsStep(each, catalog, name)),
          ...(subscription.isEnabled ? [] : [make.enable()]),
          ...(isNew ? [make.refresh(true)] : []),
        ]
      : [],
    findings: [
      ...found,
      ...copied.findings,
      ...driftFindings(request, context, drift, catalog, publisher),
      ...(isDrifted && reader !== null ? readGrantFindings(publisher, reader, closed) : []),
      ...(isNew && reader === null ? [unknownReader(request, publisher)] : []),
    ],
    impacts: [],
    privileges: [
      say`${nodeId}: the role must own the subscription and its tables, or be a superuser. It runs as ${roleWords(catalog)}.`,
      ...(closed.length === 0
        ? []
        : [
            say`${publisher.nodeId}: the role must own the tables that are new to the subscription, and their schemas. It runs as ${roleWords(publisher)}.`,
          ]),
    ],
  });
}

/** What is still to be copied, and may not be read by the role that copies it. */
function closedTables(
  { publications, tables: taken }: CatalogSubscription,
  publisher: NodeCatalog,
  reader: string,
): readonly RelationFacts[] {
  return subscribedTables(publisher, publications)
    .filter(
      (table) =>
        taken.find((one) => isSameTable(one, table))?.state !== 'r' &&
        table.relation?.notReadableBy.includes(reader) === true,
    )
    .flatMap(({ relation }) => relation ?? []);
}

function unknownReader({ name }: SubscriptionRequest, { nodeId }: NodeCatalog): Finding {
  return warningFinding(
    'privilege',
    nodeId,
    say`Which role ${name} logs in as on ${nodeId} is not known; without SELECT on the new tables there their copy never ends.`,
    say`Write its connection into the file, and plan again.`,
  );
}

interface Drift {
  /** Not there at all. */
  readonly missing: readonly SubscribedTable[];
  readonly narrow: readonly NarrowTable[];
}

/** What a subscription receives and its node has no place for. */
export function driftOf(
  subscription: CatalogSubscription,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): Drift {
  const tables = subscribedTables(publisher, subscription.publications);
  const missing = tables.filter((table) => relationOf(subscriber, table) === null);
  const narrow = tables.flatMap((table): readonly NarrowTable[] => {
    const relation = relationOf(subscriber, table);
    const lacking = (table.columns ?? []).filter(
      (column) => relation?.columns.some((each) => each.name === column.name) === false,
    );
    return relation === null || lacking.length === 0 ? [] : [{ table, relation, missing: lacking }];
  });
  return { missing, narrow };
}

/** `public.runs is missing`, `public.jobs lacks extra`: finished words for each. */
export function driftWords({ missing, narrow }: Drift): readonly string[] {
  return [
    ...missing.map((table) => say`${formatTableName(table)} is missing`),
    ...narrow.map(
      (each) =>
        say`${formatTableName(each.table)} lacks ${listNames(each.missing.map(({ name }) => name))}`,
    ),
  ];
}

function addColumnsStep(
  { table, missing }: NarrowTable,
  { nodeId }: NodeCatalog,
  subscription: string,
): PlanStep {
  const names = missing.map(({ name }) => name);
  const columns = names.map((name) => escapeLiteral(name)).join(', ');
  return {
    nodeId,
    title: say`Add ${listNames(names)} to ${formatTableName(table)}`,
    effect: say`${formatTableName(table)} on ${nodeId} takes what ${subscription} receives. Rows that are there already have NULL in it, whatever the publisher has.`,
    risk: 'safe',
    statements: [sqlStatement(missingColumnsDdl(table, missing).replace(/;$/u, ''))],
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT count(*) = ${names.length} FROM pg_catalog.pg_attribute AS a
 WHERE a.attrelid = pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) AND NOT a.attisdropped AND a.attname IN (${columns})`,
      otherwise: say`${formatTableName(table)} on ${nodeId} lacks a column still.`,
    },
    settle: null,
    undo: [
      sqlStatement(
        `ALTER TABLE ${qualifiedName(table)} ${names.map((name) => `DROP COLUMN ${escapeIdentifier(name)}`).join(', ')}`,
      ),
    ],
    undoNote: say`What arrived in it meanwhile is lost then.`,
  };
}

function driftFindings(
  { nodeId, name }: SubscriptionRequest,
  context: PlanContext,
  { missing, narrow }: Drift,
  { role }: NodeCatalog,
  publisher: NodeCatalog,
): readonly Finding[] {
  if (missing.length + narrow.length === 0) {
    return [
      noteFinding(
        'nothingToDo',
        nodeId,
        say`${nodeId} has every table and column that ${name} receives.`,
      ),
    ];
  }
  const known = context.definitions.get(publisher.nodeId) ?? [];
  const undefinedTables = missing.filter(
    (table) => !known.some((definition) => isSameTable(definition, table)),
  );
  const foreign = role.isSuperuser ? [] : narrow.filter(({ relation }) => !relation.isOwned);
  return [
    ...(undefinedTables.length === 0
      ? []
      : [
          errorFinding(
            'missingTable',
            nodeId,
            say`${nodeId} lacks ${listNames(undefinedTables.map(formatTableName))}, and how ${publisher.nodeId} defines it could not be read.`,
          ),
        ]),
    ...foreign.map(({ relation }) =>
      errorFinding(
        'privilege',
        nodeId,
        say`${formatTableName(relation)} on ${nodeId} belongs to ${relation.owner}, and ${role.name} may not change it (42501).`,
      ),
    ),
  ];
}
