import { deriveSlotName, isSlotName } from '../slotName';
import { SECRET_KEYWORDS } from '../connectionStringKeywords';
import { say } from '../say';
import { appliedRowFindings } from './appliedRowFindings';
import { copyTables, type CopiedTables } from './copyTables';
import { createSubscriptionSteps, SLOT_LIMIT_MS } from './createSubscriptionSteps';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import { listedColumns } from './listedColumns';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, nameFindings, standbyFindings, walLevelFindings } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { FileChange, Plan, PlanStep } from './plan';
import { probeStep } from './probeStep';
import { connectionFindings, loginRoleFindings, loginRoleOf } from './publisherLogin';
import { limitFindings, writerFindings } from './replicationLimits';
import type { CreateSubscriptionRequest, PlanContext } from './requests';
import {
  sameServerFindings,
  standbyPublisherFindings,
  tableTwiceFindings,
} from './serverPairFindings';
import { slotFindings } from './slotFindings';
import { publicationFindingsOf, subscribedTables } from './subscribedTables';
import { subscriberPrivilege, subscriberRightFindings } from './subscriberRights';
import { subscriptionFileChanges } from './subscriptionFile';
import { optionFindings } from './subscriptionOptions';
import { targetTableFindings, type MissingTables } from './targetTableFindings';

/**
 * Creates a subscription, and before it the tables that the subscriber lacks, if that is asked. Needs the catalogs of
 * subscriber and publisher, that of the publisher read with the role that the connection logs in as among the roles to
 * check; and for tables the definitions of all the publisher's.
 * @see CREATE SUBSCRIPTION
 */
export function planCreateSubscription(
  request: CreateSubscriptionRequest,
  context: PlanContext,
): Plan {
  const { nodeId, publisherId, name } = request;
  const head = { kind: 'createSubscription', title: say`Create subscription ${name} on ${nodeId}` };
  const [subscriber, publisher] = catalogsOf(context, [nodeId, publisherId]) ?? [];
  if (subscriber === undefined || publisher === undefined) {
    return planWithoutCatalog(context, head, [nodeId, publisherId]);
  }
  const tables = subscribedTables(publisher, request.publications);
  const definitions = listedColumns(context.definitions.get(publisherId) ?? [], tables);
  const copied =
    request.createsMissingTables === true ? copyTables(tables, definitions, subscriber) : NO_TABLES;
  return makePlan(context, {
    ...head,
    steps: isSayable(request)
      ? withProbe(request, [
          ...copied.steps,
          ...createSubscriptionSteps(request, publisher, subscriber, tables),
        ])
      : [],
    findings: [
      ...copied.findings,
      ...findingsOf(request, context, publisher, subscriber, {
        definitions,
        made: copied.tables,
      }),
    ],
    privileges: [subscriberPrivilege(subscriber), publisherPrivilege(request)],
    fileChanges: fileChanges(request, context),
  });
}

const NO_TABLES: CopiedTables = { steps: [], findings: [], tables: [] };

/** Where anything is made before the subscription, its connection is tried before that. */
function withProbe(
  request: CreateSubscriptionRequest,
  steps: readonly PlanStep[],
): readonly PlanStep[] {
  return (request.probesConnection ?? steps.length > 1) ? [probeStep(request), ...steps] : steps;
}

function findingsOf(
  request: CreateSubscriptionRequest,
  context: PlanContext,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  missing: MissingTables,
): readonly Finding[] {
  const tables = subscribedTables(publisher, request.publications);
  const makesSlot = !request.usesExistingSlot;
  return [
    ...standbyFindings(context, subscriber),
    ...nameFindings(request.nodeId, say`subscription`, request.name),
    ...takenFindings(request, subscriber),
    ...sameServerFindings(publisher, subscriber),
    ...connectionFindings(request, publisher, subscriber),
    ...standbyPublisherFindings(context, publisher),
    ...walLevelFindings(publisher, 'error', say`No slot can be made there.`),
    ...publicationFindingsOf(publisher, request.publications),
    ...targetTableFindings(
      tables,
      publisher,
      subscriber,
      request.options['binary'] === true,
      missing,
    ),
    ...appliedRowFindings(tables, publisher, subscriber, request.copyData),
    ...subscriberRightFindings(request, subscriber, tables),
    ...loginRoleFindings(request, publisher, tables),
    ...slotFindings(request, publisher),
    ...limitFindings(publisher, subscriber, makesSlot, request.copyData),
    ...optionFindings(request.options, subscriber),
    ...tableTwiceFindings(tables, subscriber),
    ...(makesSlot ? writerFindings(publisher, SLOT_LIMIT_MS) : []),
  ];
}

/** Whether every name can stand in a statement, and no secret stands there as text. */
function isSayable(request: CreateSubscriptionRequest): boolean {
  const names = [request.name, ...request.publications];
  return (
    names.every(isQuotable) &&
    isSlotName(request.slotName) &&
    request.connection.every(
      ({ keyword, value }) =>
        typeof value !== 'string' || (!SECRET_KEYWORDS.has(keyword) && !value.includes('\0')),
    )
  );
}

function takenFindings(
  { nodeId, name }: CreateSubscriptionRequest,
  subscriber: NodeCatalog,
): readonly Finding[] {
  if (!subscriber.subscriptions.some((subscription) => subscription.name === name)) return [];
  return [
    errorFinding(
      'nameTaken',
      nodeId,
      say`${nodeId} has a subscription ${name} already (42710).`,
      say`Choose another name.`,
    ),
  ];
}

function publisherPrivilege(request: CreateSubscriptionRequest): string {
  const role = loginRoleOf(request) ?? say`the role that the connection logs in as`;
  return request.copyData
    ? say`${request.publisherId}: ${role} needs LOGIN and REPLICATION, USAGE on the schemas and SELECT on each table.`
    : say`${request.publisherId}: ${role} needs LOGIN and REPLICATION.`;
}

function fileChanges(
  request: CreateSubscriptionRequest,
  context: PlanContext,
): readonly FileChange[] {
  return subscriptionFileChanges(request, context.topology, deriveSlotName(request.name));
}
