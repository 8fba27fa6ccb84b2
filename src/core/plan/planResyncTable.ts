import { say } from '../say';
import { escapeIdentifier } from '../sql';
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
import { hasHolder, heldTable, holderName } from './resyncHolder';
import {
  publicationOfFindings,
  resyncPublicationFindings,
  resyncSubscriptionFindings,
  resyncTargetFindings,
} from './resyncTableFindings';
import { resyncTableSteps, rowWords, type Resync } from './resyncTableSteps';
import { subscribedTables } from './subscribedTables';
import { loginOf } from './subscriptionLogin';
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
 * Copies one table of a subscription anew: for rows that differ, or a copy that cannot go on. A plan that was stopped half
 * way is gone on with. Only where the table can leave
 * its publication without anybody else missing what is written meanwhile. Needs the catalogs of both ends, and the
 * definitions of all tables of the subscriber, for foreign keys.
 * @see ALTER PUBLICATION … DROP TABLE and ADD TABLE, ALTER SUBSCRIPTION … REFRESH PUBLICATION
 */
export function planResyncTable(request: ResyncTableRequest, context: PlanContext): Plan {
  const { nodeId, subscription: name, table } = request;
  const shown = formatTableName(table);
  const head = { kind: 'resyncTable', title: say`Resync ${shown} of ${name} on ${nodeId}` };
  const subscriber = context.catalogs.get(nodeId);
  if (subscriber === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const existing = existingSubscriptionFindings({ nodeId, name }, context, subscriber);
  const subscription = subscriptionOf({ nodeId, name }, subscriber);
  if (subscription === null || !isQuotable(name)) {
    return makePlan(context, { ...head, steps: [], findings: existing });
  }
  const target = relationOf(subscriber, table);
  const isTaken = subscription.tables.some((taken) => isSameTable(taken, table));
  if (target === null) {
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [...existing, notTaken(request, false)],
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
        errorFinding(
          'unknownServer',
          null,
          say`Nothing says where ${name} on ${nodeId} comes from.`,
        ),
      ],
    });
  }
  const publishing = publisher.publications.filter(
    (one) =>
      subscription.publications.includes(one.name) &&
      [...one.tables, ...one.namedTables].some((held) => isSameTable(held, table)),
  );
  const left = publishing.length === 0 ? heldTable(publisher, subscription, table) : null;
  if (!isTaken && publishing.length === 0 && left === null) {
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [...existing, notTaken(request, true)],
    });
  }
  const holding = left === null ? publishing : [left.publication];
  const [publication] = holding;
  const named = left?.table ?? publication?.namedTables.find((one) => isSameTable(one, table));
  const resync: Resync | null =
    publication === undefined || named === undefined || holding.length > 1
      ? null
      : {
          publisher,
          subscriber,
          subscription,
          publication,
          table: named,
          target,
          stage: {
            isPublished: left === null,
            isTaken,
            isHeld: hasHolder(publisher, publication.name),
          },
        };
  return makePlan(context, {
    ...head,
    steps: resync === null ? [] : resyncTableSteps(resync),
    findings: [
      ...existing,
      ...standbyFindings(context, publisher),
      ...twoPhaseCopyFindings(subscription, nodeId),
      ...resyncSubscriptionFindings(subscription, publisher, subscriber, table),
      ...(left === null ? publicationOfFindings(publisher, subscription, holding, table) : []),
      ...holderFindings(publisher, resync),
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
        text: say`${name} gets ${shown} anew: it is emptied on ${nodeId} (${rowWords(target)}), then copied from ${publisher.nodeId}. Its other tables go on.`,
      },
    ],
    privileges: privilegesOf(publisher, subscriber, shown, name),
  });
}

/** What keeps the publisher from remembering how the table is published. */
function holderFindings(
  { nodeId, role, server, publications }: NodeCatalog,
  resync: Resync | null,
) {
  if (resync === null || !resync.stage.isPublished || !resync.stage.isTaken) return [];
  const { publication, table, stage } = resync;
  const holder = publications.find(({ name }) => name === holderName(publication.name));
  const other = holder?.namedTables.find((one) => !isSameTable(one, table));
  return [
    ...(role.isSuperuser || role.canCreateInDatabase
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${role.name} may not create a publication in the database ${server.database} on ${nodeId} (42501), which keeps how the table is published.`,
            {
              text: say`Let the owner of the database or a superuser grant it.`,
              copy: `GRANT CREATE ON DATABASE ${escapeIdentifier(server.database)} TO ${escapeIdentifier(role.name)};`,
            },
          ),
        ]),
    ...(stage.isHeld && other !== undefined
      ? [
          errorFinding(
            'stillTaken',
            nodeId,
            say`A plan that makes ${formatTableName(other)} anew has taken that out of ${publication.name} on ${nodeId} and not put it back.`,
            say`Resync ${formatTableName(other)} first: that goes on from there.`,
          ),
        ]
      : []),
  ];
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
    say`${publisher.nodeId}: the role must own the publication and ${table}, and may create in the database. It runs as ${roleWords(publisher)}.`,
    say`${subscriber.nodeId}: the role must own ${subscription} and ${table}, or be a superuser. It runs as ${roleWords(subscriber)}.`,
  ];
}

function notTaken({ nodeId, subscription, table }: ResyncTableRequest, isThere: boolean) {
  const shown = formatTableName(table);
  return errorFinding(
    isThere ? 'notFound' : 'missingTable',
    nodeId,
    isThere
      ? say`${subscription} on ${nodeId} does not take ${shown}, and none of its publications has it.`
      : say`${nodeId} has no table ${shown}.`,
    isThere ? say`Add it to one of its publications first (Alter Publication).` : null,
  );
}
