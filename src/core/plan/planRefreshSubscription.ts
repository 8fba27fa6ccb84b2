import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { appliedRowFindings } from './appliedRowFindings';
import type { Finding } from './finding';
import { errorFinding, listNames, noteFinding, warningFinding } from './findingParts';
import { publisherOf } from './knownSubscribers';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, roleWords } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { Plan, PlanCondition, PlanStep } from './plan';
import { unreadableTableFindings } from './publisherLogin';
import { copyLimitFindings } from './replicationLimits';
import type { PlanContext, SubscriptionRequest } from './requests';
import { publicationFindingsOf, subscribedTables, type SubscribedTable } from './subscribedTables';
import {
  existingSubscriptionFindings,
  subscriptionOf,
  twoPhaseCopyFindings,
} from './subscriptionFindings';
import { sqlStatement } from './sqlText';
import { loginOf } from './subscriptionLogin';
import { isSameTable } from './tableLookup';
import { targetTableFindings } from './targetTableFindings';

/** REFRESH asks the publisher and takes short locks; copying comes after it. */
const REFRESH_LIMIT_MS = 60_000;

export interface RefreshSubscriptionRequest extends SubscriptionRequest {
  /** Whether rows that are in new tables already are copied; by default they are. */
  readonly copies?: boolean;
}

/**
 * Takes tables in that were added to a subscription's publications, and lets go of those that were taken out. Needs the
 * catalog of its node; with that of its publisher the tables are held against each other beforehand.
 * @see ALTER SUBSCRIPTION … REFRESH PUBLICATION
 */
export function planRefreshSubscription(
  request: RefreshSubscriptionRequest,
  context: PlanContext,
): Plan {
  const { nodeId, name, copies = true } = request;
  const head = {
    kind: 'refreshSubscription',
    title: say`Refresh subscription ${name} on ${nodeId}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const subscription = subscriptionOf(request, catalog);
  const publisherId = publisherOf(context, nodeId, name);
  const publisher = publisherId === null ? undefined : context.catalogs.get(publisherId);
  const change =
    subscription === null || publisher === undefined ? null : changeOf(subscription, publisher);
  const isNoChange = change !== null && change.added.length + change.removed.length === 0;
  const isSayable = subscription !== null && isQuotable(name);
  return makePlan(context, {
    ...head,
    steps: isSayable && !isNoChange ? [refreshStep(request, publisherId, change)] : [],
    findings: [
      ...existingSubscriptionFindings(request, context, catalog),
      ...(subscription === null ? [] : disabledFindings(subscription, nodeId)),
      ...(isNoChange
        ? [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${name} on ${nodeId} takes every table of its publications already.`,
            ),
          ]
        : []),
      ...(subscription === null
        ? []
        : tableFindings(subscription, context, catalog, publisher, publisherId, change, copies)),
      // Also when nothing is known to be new: what is, would be copied.
      ...(subscription === null || isNoChange || !copies
        ? []
        : twoPhaseCopyFindings(subscription, nodeId)),
    ],
    privileges: [
      say`${nodeId}: the role must own the subscription or be a superuser. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

interface TableChange {
  readonly all: readonly SubscribedTable[];
  readonly added: readonly SubscribedTable[];
  readonly removed: readonly TableName[];
}

function changeOf(subscription: CatalogSubscription, publisher: NodeCatalog): TableChange {
  const all = subscribedTables(publisher, subscription.publications);
  return {
    all,
    added: all.filter((table) => !subscription.tables.some((taken) => isSameTable(taken, table))),
    removed: subscription.tables.filter((taken) => !all.some((table) => isSameTable(table, taken))),
  };
}

function disabledFindings(
  { name, isEnabled }: CatalogSubscription,
  nodeId: string,
): readonly Finding[] {
  if (isEnabled) return [];
  return [
    errorFinding(
      'notFound',
      nodeId,
      say`${name} on ${nodeId} is disabled, and only an enabled subscription can be refreshed (55000).`,
      {
        text: say`Enable it first.`,
        copy: `ALTER SUBSCRIPTION ${escapeIdentifier(name)} ENABLE;`,
      },
    ),
  ];
}

function tableFindings(
  subscription: CatalogSubscription,
  context: PlanContext,
  catalog: NodeCatalog,
  publisher: NodeCatalog | undefined,
  publisherId: string | null,
  change: TableChange | null,
  copies: boolean,
): readonly Finding[] {
  const { nodeId } = catalog;
  if (publisher === undefined || change === null) {
    const who = publisherId ?? say`its publisher`;
    return [
      warningFinding(
        'unknownServer',
        publisherId,
        say`Nothing could be read of ${who}, so which tables are new is not known: one that ${nodeId} lacks makes the refresh fail (42P01).`,
      ),
    ];
  }
  const role = loginOf(context, { nodeId, name: subscription.name });
  return [
    ...publicationFindingsOf(publisher, subscription.publications),
    ...targetTableFindings(
      change.added,
      publisher,
      catalog,
      subscription.options['binary'] === true,
    ),
    ...appliedRowFindings(change.added, publisher, catalog, copies),
    ...(role === null ? [] : unreadableTableFindings(role, publisher.nodeId, change.added)),
    ...(change.added.length === 0 ? [] : copyLimitFindings(publisher, catalog)),
  ];
}

function refreshStep(
  { nodeId, name, copies = true }: RefreshSubscriptionRequest,
  publisherId: string | null,
  change: TableChange | null,
): PlanStep {
  return {
    nodeId,
    title: say`Refresh subscription ${name}`,
    effect: effectOf(nodeId, publisherId ?? say`the publisher`, change, copies),
    risk: 'safe',
    statements: [
      sqlStatement(
        `ALTER SUBSCRIPTION ${escapeIdentifier(name)} REFRESH PUBLICATION${copies ? '' : ' WITH (copy_data = false)'}`,
      ),
    ],
    // Refused in a transaction (25001).
    isTransactional: false,
    statementLimitMs: REFRESH_LIMIT_MS,
    precondition: null,
    effectCheck: change === null ? null : tablesCheck(nodeId, name, change.all),
    settle: null,
    undo: [],
    undoNote: say`A refresh cannot be taken back: tables are let go by taking them out of the publication and refreshing again. Rows that were copied stay in the tables of ${nodeId}.`,
  };
}

function effectOf(
  nodeId: string,
  publisher: string,
  change: TableChange | null,
  copies: boolean,
): string {
  if (change === null) {
    return say`${nodeId} takes the tables that ${publisher} publishes now; ${copies ? say`copying of new ones starts and goes on by itself` : say`rows that are in new ones already are not copied`}.`;
  }
  const parts = [
    ...(change.added.length > 0
      ? [
          copies
            ? say`copying of ${listNames(change.added.map(formatTableName))} to ${nodeId} starts and goes on by itself`
            : say`changes of ${listNames(change.added.map(formatTableName))} are applied on ${nodeId} from now on; rows that are there already are not copied`,
        ]
      : []),
    ...(change.removed.length > 0
      ? [say`changes of ${listNames(change.removed.map(formatTableName))} are taken no more`]
      : []),
  ].join('; ');
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)}.`;
}

/** The subscription takes exactly these tables. */
function tablesCheck(nodeId: string, name: string, tables: readonly TableName[]): PlanCondition {
  const wanted = tables.map(
    (table) => `(${escapeLiteral(table.schema)}, ${escapeLiteral(table.name)})`,
  );
  const among = wanted.length === 0 ? 'false' : `(n.nspname, c.relname) IN (${wanted.join(', ')})`;
  return {
    sql: `SELECT pg_catalog.count(*) = ${wanted.length} AND pg_catalog.count(*) FILTER (WHERE ${among}) = ${wanted.length}
  FROM pg_catalog.pg_subscription AS s
  JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
  JOIN pg_catalog.pg_subscription_rel AS r ON r.srsubid = s.oid
  JOIN pg_catalog.pg_class AS c ON c.oid = r.srrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE s.subname = ${escapeLiteral(name)}`,
    otherwise: say`${name} on ${nodeId} does not take the tables of its publications yet.`,
  };
}
