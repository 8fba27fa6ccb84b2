import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { appliedRowFindings } from './appliedRowFindings';
import { errorFinding } from './findingParts';
import { publisherOf } from './knownSubscribers';
import { makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, roleWords, standbyFindings } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { Plan } from './plan';
import { unreadableTableFindings } from './publisherLogin';
import { copyLimitFindings } from './replicationLimits';
import type { PlanContext } from './requests';
import {
  publicationOfFindings,
  resyncPublicationFindings,
  resyncSubscriptionFindings,
  resyncTargetFindings,
} from './resyncTableFindings';
import { resyncTableSteps, rowWords, type Resync } from './resyncTableSteps';
import { loginOf } from './sentinelSteps';
import { subscribedTables } from './subscribedTables';
import {
  existingSubscriptionFindings,
  subscriptionOf,
  twoPhaseCopyFindings,
} from './subscriptionFindings';
import { isSameTable, relationOf } from './tableLookup';
import { targetTableFindings } from './targetTableFindings';

export interface ResyncTableRequest {
  /** The subscribing node. */
  readonly nodeId: string;
  readonly subscription: string;
  readonly table: TableName;
}

/**
 * Copies one table of a subscription anew: for rows that differ, or a copy that cannot go on. Only where the table can leave
 * its publication without anybody else missing what is written meanwhile. Needs the catalogs of both ends, and the
 * definitions of all tables of the subscriber, for foreign keys.
 * @see ALTER PUBLICATION … DROP TABLE and ADD TABLE, ALTER SUBSCRIPTION … REFRESH PUBLICATION
 */
export function planResyncTable(request: ResyncTableRequest, context: PlanContext): Plan {
  const { nodeId, subscription: name, table } = request;
  const shown = formatTableName(table);
  const head = { kind: 'resyncTable', title: `Resync ${shown} of ${name} on ${nodeId}` };
  const subscriber = context.catalogs.get(nodeId);
  if (subscriber === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const existing = existingSubscriptionFindings({ nodeId, name }, context, subscriber);
  const subscription = subscriptionOf({ nodeId, name }, subscriber);
  if (subscription === null || !isQuotable(name)) {
    return makePlan(context, { ...head, steps: [], findings: existing });
  }
  const target = relationOf(subscriber, table);
  const isTaken = subscription.tables.some((taken) => isSameTable(taken, table));
  if (target === null || !isTaken) {
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [...existing, notTaken(request, target !== null)],
    });
  }
  const publisherId = publisherOf(context, nodeId, name);
  const publisher = publisherId === null ? undefined : context.catalogs.get(publisherId);
  if (publisher === undefined) {
    if (publisherId !== null) return planWithoutCatalog(context, head, [publisherId]);
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [
        ...existing,
        errorFinding('unknownServer', null, `Nothing says where ${name} on ${nodeId} comes from.`),
      ],
    });
  }
  const holding = publisher.publications.filter(
    (one) =>
      subscription.publications.includes(one.name) &&
      [...one.tables, ...one.namedTables].some((held) => isSameTable(held, table)),
  );
  const [publication] = holding;
  const named = publication?.namedTables.find((one) => isSameTable(one, table));
  const resync: Resync | null =
    publication === undefined || named === undefined || holding.length > 1
      ? null
      : { publisher, subscriber, subscription, publication, table: named, target };
  return makePlan(context, {
    ...head,
    steps: resync === null ? [] : resyncTableSteps(resync),
    findings: [
      ...existing,
      ...standbyFindings(context, publisher),
      ...twoPhaseCopyFindings(subscription, nodeId),
      ...resyncSubscriptionFindings(subscription, publisher, subscriber),
      ...publicationOfFindings(publisher, subscription, holding, table),
      ...(publication === undefined
        ? []
        : resyncPublicationFindings(
            context,
            publisher,
            subscriber,
            subscription,
            publication,
            table,
          )),
      ...resyncTargetFindings(context, subscriber, subscription, target),
      ...copyFindings(request, context, resync),
    ],
    impacts: [
      {
        kind: 'recopies',
        nodeId,
        subscription: name,
        text: `${name} gets ${shown} anew: it is emptied on ${nodeId} (${rowWords(target)}), then copied from ${publisher.nodeId}. Its other tables go on.`,
      },
    ],
    privileges: privilegesOf(publisher, subscriber, shown, name),
  });
}

/** What the copy would stumble over. */
function copyFindings(
  { nodeId, subscription: name }: ResyncTableRequest,
  context: PlanContext,
  resync: Resync | null,
) {
  if (resync === null) return [];
  const { publisher, subscriber, subscription, table } = resync;
  const sent = subscribedTables(publisher, subscription.publications).filter((one) =>
    isSameTable(one, table),
  );
  const role = loginOf(context, { nodeId, name });
  return [
    ...targetTableFindings(sent, publisher, subscriber, subscription.options['binary'] === true),
    ...appliedRowFindings(sent, publisher, subscriber, false),
    ...(role === null ? [] : unreadableTableFindings(role, publisher.nodeId, sent)),
    ...copyLimitFindings(publisher, subscriber),
  ];
}

function privilegesOf(
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  table: string,
  subscription: string,
): readonly string[] {
  return [
    `${publisher.nodeId}: the role must own the publication and ${table}. It runs as ${roleWords(publisher)}.`,
    `${subscriber.nodeId}: the role must own ${subscription} and ${table}, or be a superuser. It runs as ${roleWords(subscriber)}.`,
  ];
}

function notTaken({ nodeId, subscription, table }: ResyncTableRequest, isThere: boolean) {
  const shown = formatTableName(table);
  return errorFinding(
    isThere ? 'notFound' : 'missingTable',
    nodeId,
    isThere
      ? `${subscription} on ${nodeId} does not take ${shown}.`
      : `${nodeId} has no table ${shown}.`,
    isThere
      ? 'If it is published, Refresh Subscription takes it in. If a plan that makes it anew has stopped, go on from its report (Retry from Here).'
      : null,
  );
}
