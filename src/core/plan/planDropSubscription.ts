import { say } from '../say';
import { escapeLiteral } from '../sql';
import { dropLeftSlotStep, dropSubscriptionStep } from './dropSubscriptionSteps';
import type { Finding } from './finding';
import { noteFinding, warningFinding } from './findingParts';
import { declaredSubscription } from './knownSubscribers';
import type { Leftover, LeftoverCause } from './leftover';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, roleWords } from './nodeFindings';
import type { CatalogSubscription } from './nodeCatalog';
import type { FileChange, Plan } from './plan';
import type { PlanContext, SubscriptionRequest } from './requests';
import { existingSubscriptionFindings, subscriptionOf } from './subscriptionFindings';
import {
  dropWayOf,
  slotOriginOf,
  type DropSubscriptionRequest,
  type DropWay,
  type SlotOrigin,
} from './slotOrigin';

/**
 * Drops a subscription in whatever state it and its publisher are. Needs the catalog of its node; without that of the
 * publisher, the publisher counts as unreachable and keeps the slot.
 * @see DROP SUBSCRIPTION, which fails while it cannot reach the publisher or does not find the slot there
 */
export function planDropSubscription(request: DropSubscriptionRequest, context: PlanContext): Plan {
  const { nodeId, name } = request;
  const kind = 'dropSubscription';
  const title = say`Drop subscription ${name} on ${nodeId}`;
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, { kind, title }, [nodeId]);
  const subscription = subscriptionOf(request, catalog);
  const found = existingSubscriptionFindings(request, context, catalog);
  const privilege = say`${nodeId}: the role must own the subscription or be a superuser. It runs as ${roleWords(catalog)}.`;
  if (subscription === null || !isQuotable(name)) {
    return makePlan(context, { kind, title, steps: [], findings: found, privileges: [privilege] });
  }
  const origin = slotOriginOf(request, context, catalog, subscription);
  const way = dropWayOf(request, subscription, origin);
  const isUnreachable = way === 'keeping' && !request.keepsSlot && origin.publisher === null;
  const hasSlot = subscription.slotName !== null;
  return makePlan(context, {
    kind: way === 'keeping' && hasSlot ? 'dropSubscriptionKeepingSlot' : kind,
    title:
      isUnreachable && hasSlot
        ? say`Drop ${name} while ${origin.publisherId ?? say`its publisher`} is unreachable`
        : title,
    steps: [
      dropSubscriptionStep(request, subscription, origin, way),
      ...(way === 'apart' ? origin.slots.map((slot) => dropLeftSlotStep(slot, name, origin)) : []),
    ],
    findings: [...found, ...findingsOf(request, subscription, origin, way)],
    impacts: [
      {
        kind: 'losesRows',
        nodeId,
        subscription: name,
        text: say`What changes on ${origin.publisherId ?? say`its publisher`} from now on does not come to ${nodeId}.`,
      },
    ],
    privileges: [
      privilege,
      ...(way === 'apart' && origin.publisher !== null && origin.slots.length > 0
        ? [
            say`${origin.publisher.nodeId}: the role needs the attribute REPLICATION or must be a superuser. It runs as ${roleWords(origin.publisher)}.`,
          ]
        : []),
    ],
    fileChanges: fileChangesOf(request, context),
  });
}

/**
 * The slots that dropping it this way would leave on the publisher, to be remembered before the plan runs: while the
 * subscription is there, nothing is said of them (`sortLeftovers`).
 * @param nowMs when the plan was made
 */
export function leftoversOfDrop(
  request: DropSubscriptionRequest,
  context: PlanContext,
  nowMs: number,
): readonly Leftover[] {
  const catalog = context.catalogs.get(request.nodeId);
  const subscription = catalog === undefined ? null : subscriptionOf(request, catalog);
  if (catalog === undefined || subscription === null) return [];
  const origin = slotOriginOf(request, context, catalog, subscription);
  const { publisherId, publisher } = origin;
  if (publisherId === null) return [];
  const seen = context.snapshot?.nodes.find(({ id }) => id === publisherId)?.sample.fast ?? null;
  const why: LeftoverCause = request.keepsSlot ? 'keptOnPurpose' : 'publisherDown';
  return origin.slots.map((slotName) => ({
    topologyId: context.topologyId,
    nodeId: publisherId,
    slotName,
    database:
      publisher?.server.database ??
      seen?.slots.find(({ name }) => name === slotName)?.database ??
      null,
    systemIdentifier: publisher?.server.systemIdentifier ?? seen?.systemIdentifier ?? null,
    sinceMs: nowMs,
    why,
    subscriberId: request.nodeId,
    subscription: request.name,
  }));
}

function findingsOf(
  { nodeId, name, keepsSlot }: DropSubscriptionRequest,
  { slotName }: CatalogSubscription,
  { publisherId, publisher, slots }: SlotOrigin,
  way: DropWay,
): readonly Finding[] {
  const from = publisherId ?? say`its publisher`;
  if (slotName === null) return [];
  if (publisher === null && publisherId === null) {
    return [
      warningFinding(
        'unknownServer',
        null,
        say`Nothing says where ${name} comes from, so its slot ${slotName} cannot be noted.`,
        {
          text: say`Drop the slot on the publisher.`,
          copy: `SELECT pg_catalog.pg_drop_replication_slot(${escapeLiteral(slotName)});`,
        },
      ),
    ];
  }
  if (way === 'keeping' && slots.length > 0 && !keepsSlot) {
    return [
      warningFinding(
        'unknownServer',
        publisherId,
        say`${from} cannot be reached, so DROP SUBSCRIPTION alone would fail (08006).`,
      ),
    ];
  }
  if (way === 'keeping' && !slots.includes(slotName)) {
    return [
      noteFinding(
        'notFound',
        publisherId,
        say`${from} has no slot ${slotName} any more: DROP SUBSCRIPTION alone would fail (42704).`,
      ),
    ];
  }
  const isRead = publisher?.slots.some((slot) => slot.name === slotName && slot.isActive) ?? false;
  if (way === 'together' && !isRead) {
    return [
      warningFinding(
        'untestedConninfo',
        nodeId,
        say`Nobody reads the slot ${slotName} on ${from} now: if ${nodeId} cannot reach ${from}, DROP SUBSCRIPTION fails and nothing changes.`,
        say`Then drop it again and keep the slot.`,
      ),
    ];
  }
  return [];
}

/** The file does not name it any more. */
function fileChangesOf(
  { nodeId, name }: SubscriptionRequest,
  context: PlanContext,
): readonly FileChange[] {
  if (declaredSubscription(context, nodeId, name) === null) return [];
  return [{ path: ['nodes', nodeId, 'subscriptions', name], value: undefined }];
}
