import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { subscriptionExists } from './createSubscriptionSteps';
import { listNames } from './findingParts';
import type { CatalogSubscription } from './nodeCatalog';
import type { PlanStep } from './plan';
import type { SubscriptionRequest } from './requests';
import type { DropWay, SlotOrigin } from './slotOrigin';
import { sqlStatement } from './sqlText';

/** The publisher is told to drop the slot too, which waits for its answer. */
const DROP_LIMIT_MS = 60_000;

/** The step on the subscriber. */
export function dropSubscriptionStep(
  { nodeId, name }: SubscriptionRequest,
  subscription: CatalogSubscription,
  origin: SlotOrigin,
  way: DropWay,
): PlanStep {
  const quoted = escapeIdentifier(name);
  const isTogether = way === 'together';
  const { slotName } = subscription;
  return {
    nodeId,
    ...(isTogether && origin.publisherId !== null ? { alsoChanges: [origin.publisherId] } : {}),
    title: say`Drop subscription ${name}`,
    effect: dropEffect(nodeId, subscription, origin, way),
    risk: 'losesData',
    statements: isTogether
      ? [sqlStatement(`DROP SUBSCRIPTION ${quoted}`)]
      : [
          ...(subscription.isEnabled ? [sqlStatement(`ALTER SUBSCRIPTION ${quoted} DISABLE`)] : []),
          ...(slotName === null
            ? []
            : [sqlStatement(`ALTER SUBSCRIPTION ${quoted} SET (slot_name = NONE)`)]),
          sqlStatement(`DROP SUBSCRIPTION ${quoted}`),
        ],
    // With a slot it refuses a transaction (25001); without one, all of it or nothing is done.
    isTransactional: !isTogether,
    statementLimitMs: DROP_LIMIT_MS,
    precondition: {
      sql: `SELECT ${subscriptionExists(name)}`,
      otherwise: say`${nodeId} has no subscription ${name} any more.`,
    },
    effectCheck: {
      sql: `SELECT NOT ${subscriptionExists(name)}`,
      otherwise: say`${nodeId} still has the subscription ${name}.`,
    },
    settle: null,
    undo: [],
    undoNote: isTogether
      ? say`This cannot be undone: a new subscription begins with a new copy, or without what changed in between.`
      : say`This cannot be undone: a new subscription can take over the slot only while it is there, and its WAL was not removed.`,
    ...(isTogether
      ? {
          leftoverNote: say`When ${nodeId} cannot reach ${origin.publisherId ?? say`the publisher`}, nothing was dropped: drop it again and keep the slot.`,
        }
      : {}),
  };
}

function dropEffect(
  nodeId: string,
  { name, slotName, tables }: CatalogSubscription,
  { publisherId, publisher, slots }: SlotOrigin,
  way: DropWay,
): string {
  const from = publisherId ?? say`the publisher`;
  const rows = say`Rows that arrived stay in ${tables.length === 1 ? say`the table` : say`the tables`} of ${nodeId}.`;
  if (way === 'together') {
    return say`${name} and its slot ${listNames(slots)} on ${from} are gone. ${rows}`;
  }
  if (way === 'apart') return say`${name} is gone; it lets go of its slot. ${rows}`;
  if (slotName === null) return say`${name} is gone; it had no slot. ${rows}`;
  if (publisher !== null && slots.length === 0) {
    return say`${name} is gone; its slot ${slotName} was gone from ${from} already. ${rows}`;
  }
  const noted =
    publisherId === null ? '' : say` It is noted and offered for removal when ${from} answers.`;
  return say`Its slot ${slotName} stays on ${from} and keeps WAL.${noted} ${rows}`;
}

/** A step on the publisher for a slot that the subscriber has let go of. */
export function dropLeftSlotStep(
  slotName: string,
  subscription: string,
  { publisher }: SlotOrigin,
): PlanStep {
  const nodeId = publisher?.nodeId ?? '';
  const slot = escapeLiteral(slotName);
  const from = `FROM pg_catalog.pg_replication_slots AS s WHERE s.slot_name = ${slot}`;
  return {
    nodeId,
    title: say`Drop slot ${slotName}`,
    effect: say`${nodeId} keeps no WAL for ${subscription} any more.`,
    risk: 'losesData',
    // By look-up, since a table copy's slot may have gone by itself.
    statements: [sqlStatement(`SELECT pg_catalog.pg_drop_replication_slot(s.slot_name) ${from}`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT EXISTS (SELECT ${from} AND s.active)`,
      otherwise: say`Somebody reads the slot ${slotName} on ${nodeId} again. It stays; look who it is before it is dropped.`,
    },
    effectCheck: {
      sql: `SELECT NOT EXISTS (SELECT ${from})`,
      otherwise: say`${nodeId} still has the slot ${slotName}.`,
    },
    settle: null,
    undo: [],
    undoNote: null,
    leftoverNote: say`Until it is dropped, ${nodeId} keeps WAL for it: SELECT pg_catalog.pg_drop_replication_slot(${slot}).`,
  };
}
