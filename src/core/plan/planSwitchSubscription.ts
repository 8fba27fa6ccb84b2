import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding, noteFinding, warningFinding } from './findingParts';
import { publisherOf } from './knownSubscribers';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, roleWords } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { Plan, PlanCondition, PlanStep } from './plan';
import type { PlanContext, SubscriptionRequest } from './requests';
import { lostSlotFinding } from './slotFindings';
import { sqlStatement } from './sqlText';
import { existingSubscriptionFindings, subscriptionOf } from './subscriptionFindings';

/**
 * Enables a subscription. Needs the catalog of its node; that of its publisher, where it is given, tells whether its slot
 * is still there.
 */
export function planEnableSubscription(request: SubscriptionRequest, context: PlanContext): Plan {
  return planSwitch(request, context, true);
}

/** Disables a subscription. Needs the catalog of its node. */
export function planDisableSubscription(request: SubscriptionRequest, context: PlanContext): Plan {
  return planSwitch(request, context, false);
}

function planSwitch(request: SubscriptionRequest, context: PlanContext, isOn: boolean): Plan {
  const { nodeId, name } = request;
  const head = {
    kind: isOn ? 'enableSubscription' : 'disableSubscription',
    title: say`${isOn ? say`Enable` : say`Disable`} subscription ${name} on ${nodeId}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const subscription = subscriptionOf(request, catalog);
  const publisherId = publisherOf(context, nodeId, name);
  const isSo = subscription !== null && subscription.isEnabled === isOn;
  return makePlan(context, {
    ...head,
    steps:
      subscription === null || isSo || !isQuotable(name)
        ? []
        : [switchStep(request, isOn, publisherId)],
    findings: [
      ...existingSubscriptionFindings(request, context, catalog),
      ...(isSo
        ? [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${name} on ${nodeId} is ${isOn ? say`enabled` : say`disabled`} already.`,
            ),
          ]
        : []),
      ...(isOn && subscription !== null && !isSo
        ? enableFindings(subscription, nodeId, context, publisherId)
        : []),
    ],
    privileges: [
      say`${nodeId}: the role must own the subscription or be a superuser. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

function switchStep(
  { nodeId, name }: SubscriptionRequest,
  isOn: boolean,
  publisherId: string | null,
): PlanStep {
  const subscription = escapeIdentifier(name);
  const publisher = publisherId ?? say`the publisher`;
  const [word, opposite] = isOn ? ['ENABLE', 'DISABLE'] : ['DISABLE', 'ENABLE'];
  return {
    nodeId,
    title: say`${isOn ? say`Enable` : say`Disable`} subscription ${name}`,
    effect: isOn
      ? say`${name} connects to ${publisher} and takes what has waited there.`
      : say`${name} stops taking changes; ${publisher} keeps WAL for it until it is enabled again.`,
    risk: isOn ? 'safe' : 'interrupts',
    statements: [sqlStatement(`ALTER SUBSCRIPTION ${subscription} ${word}`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: enabledCheck(nodeId, name, isOn),
    settle: null,
    undo: [sqlStatement(`ALTER SUBSCRIPTION ${subscription} ${opposite}`)],
    undoNote: isOn ? say`Disabled again, it keeps what it has taken on ${nodeId}.` : null,
  };
}

function enabledCheck(nodeId: string, name: string, isOn: boolean): PlanCondition {
  return {
    sql: `SELECT EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
     WHERE d.datname = pg_catalog.current_database() AND s.subname = ${escapeLiteral(name)}
       AND s.subenabled = ${isOn})`,
    otherwise: say`${name} on ${nodeId} is ${isOn ? say`not enabled` : say`still enabled`}.`,
  };
}

function enableFindings(
  subscription: CatalogSubscription,
  nodeId: string,
  context: PlanContext,
  publisherId: string | null,
): readonly Finding[] {
  const { name, slotName } = subscription;
  if (slotName === null) {
    return [
      errorFinding(
        'notFound',
        nodeId,
        say`${name} on ${nodeId} has no slot, so it cannot be enabled (55000).`,
        say`Create the subscription anew.`,
      ),
    ];
  }
  const publisher = publisherId === null ? undefined : context.catalogs.get(publisherId);
  return [
    ...(publisher === undefined ? [] : slotOf(slotName, name, publisher)),
    ...stoppedByErrorFindings({ nodeId, name }, context),
  ];
}

function slotOf(slotName: string, name: string, publisher: NodeCatalog): readonly Finding[] {
  const slot = publisher.slots.find((candidate) => candidate.name === slotName);
  if (slot === undefined) {
    return [
      errorFinding(
        'notFound',
        publisher.nodeId,
        say`${publisher.nodeId} has no slot ${slotName}: ${name} would connect again and again and take nothing.`,
        say`Create the subscription anew; changes made since then do not come by themselves.`,
      ),
    ];
  }
  const lost = lostSlotFinding(slot, publisher);
  return lost === null ? [] : [lost];
}

/** What stopped it is still there, as far as the monitor knows. */
export function stoppedByErrorFindings(
  { nodeId, name }: SubscriptionRequest,
  context: PlanContext,
): readonly Finding[] {
  if (!isStoppedByError({ nodeId, name }, context)) return [];
  return [
    warningFinding(
      'stoppedByError',
      nodeId,
      say`${name} on ${nodeId} was stopped by an error. Unless what caused it is gone, it will stop again.`,
      say`Change or delete the row that is in the way first, or skip the transaction.`,
    ),
  ];
}

/** Whether an error disabled it, as far as the monitor knows. */
export function isStoppedByError(
  { nodeId, name }: SubscriptionRequest,
  { snapshot }: PlanContext,
): boolean {
  const edge = snapshot?.edges.find(
    (candidate) =>
      candidate.kind === 'logical' && candidate.name === name && candidate.to === nodeId,
  );
  return edge?.verdict.code === 'stoppedByError';
}
