import { formatCounted, formatDuration } from '../format';
import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { majorOf } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanCondition, PlanStep, SlotMade } from './plan';
import type { CreateSubscriptionRequest } from './requests';
import { isSameServer } from './sameServer';
import { sqlStatement, type PlanStatement } from './sqlText';
import type { SubscribedTable } from './subscribedTables';
import { optionSql } from './subscriptionOptions';

/** How long making a slot may wait for the publisher's running transactions. */
export const SLOT_LIMIT_MS = 60_000;

/**
 * The steps that create a subscription: one, or two where the slot must be made first.
 * @see CREATE SUBSCRIPTION
 */
export function createSubscriptionSteps(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  tables: readonly SubscribedTable[],
): readonly PlanStep[] {
  const slotFirst = !request.usesExistingSlot && isSameServer(publisher, subscriber);
  return [
    ...(slotFirst ? [createSlotStep(request, publisher)] : []),
    createStep(request, publisher, tables, slotFirst),
  ];
}

/** Whether a subscription of that name is in the session's database. */
export function subscriptionExists(name: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
     WHERE d.datname = pg_catalog.current_database() AND s.subname = ${escapeLiteral(name)})`;
}

/** Takes a subscription away and leaves its slot alone. */
export function dropKeepingSlot(name: string): readonly PlanStatement[] {
  const subscription = escapeIdentifier(name);
  return [
    sqlStatement(`ALTER SUBSCRIPTION ${subscription} DISABLE`),
    sqlStatement(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`),
    sqlStatement(`DROP SUBSCRIPTION ${subscription}`),
  ];
}

function createSlotStep(request: CreateSubscriptionRequest, publisher: NodeCatalog): PlanStep {
  const { slotName } = request;
  const { nodeId } = publisher;
  const slot = escapeLiteral(slotName);
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = ${slot})`;
  return {
    nodeId,
    title: say`Create slot ${slotName}`,
    effect: say`${nodeId} keeps WAL for ${slotName} from now on. Waits for transactions that are writing now, at most ${formatDuration(SLOT_LIMIT_MS)}.`,
    risk: 'safe',
    statements: [
      sqlStatement(
        `SELECT pg_catalog.pg_create_logical_replication_slot(${slotArguments(request, publisher)})`,
      ),
    ],
    isTransactional: false,
    statementLimitMs: SLOT_LIMIT_MS,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: say`${nodeId} has a slot ${slotName} by now. Make the plan anew.`,
    },
    effectCheck: { sql: `SELECT ${exists}`, otherwise: say`${nodeId} has no slot ${slotName}.` },
    settle: null,
    undo: [
      // By look-up, since taking back the subscription drops the slot as well.
      sqlStatement(
        `SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = ${slot}`,
      ),
    ],
    undoNote: null,
    slotMade: slotOf(request, publisher),
  };
}

function slotOf(
  { nodeId, name, slotName }: CreateSubscriptionRequest,
  { nodeId: publisherId, server }: NodeCatalog,
): SlotMade {
  return {
    nodeId: publisherId,
    slotName,
    database: server.database,
    systemIdentifier: server.systemIdentifier,
    subscriberId: nodeId,
    subscription: name,
  };
}

function slotArguments({ slotName, options }: CreateSubscriptionRequest, publisher: NodeCatalog) {
  const twoPhase = options['twoPhase'] === true;
  const failover = options['failover'] === true && majorOf(publisher) >= 17;
  return [
    escapeLiteral(slotName),
    "'pgoutput'",
    ...(twoPhase || failover ? ['false', String(twoPhase)] : []),
    ...(failover ? ['true'] : []),
  ].join(', ');
}

function createStep(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
  tables: readonly SubscribedTable[],
  slotFirst: boolean,
): PlanStep {
  const { nodeId, name, slotName } = request;
  const makesSlot = !slotFirst && !request.usesExistingSlot;
  return {
    nodeId,
    ...(makesSlot ? { alsoChanges: [publisher.nodeId] } : {}),
    title: say`Create subscription ${name}`,
    effect: effectOf(request, publisher, tables, makesSlot),
    risk: 'safe',
    statements: [createStatement(request, slotFirst)],
    // With a slot it refuses a transaction (25001); without one it needs none.
    isTransactional: false,
    statementLimitMs: SLOT_LIMIT_MS,
    precondition: precondition(request, tables),
    effectCheck: {
      sql: `SELECT ${subscriptionExists(name)}`,
      otherwise: say`${nodeId} has no subscription ${name}.`,
    },
    settle: null,
    undo: request.usesExistingSlot
      ? dropKeepingSlot(name)
      : [sqlStatement(`DROP SUBSCRIPTION ${escapeIdentifier(name)}`)],
    undoNote: [
      ...(request.copyData ? [say`Rows that were copied stay in the tables of ${nodeId}.`] : []),
      request.usesExistingSlot
        ? say`The slot ${slotName} stays on ${publisher.nodeId}; what was taken from it is not sent again.`
        : unreachableNote(request, publisher),
    ].join(' '),
    ...(request.usesExistingSlot ? {} : { slotMade: slotOf(request, publisher) }),
    ...(makesSlot
      ? {
          leftoverNote: say`If it failed while it was making its slot, ${publisher.nodeId} shows the slot ${slotName} until the transactions that it waits for have ended; then it goes by itself. One that stays is dropped there: SELECT pg_catalog.pg_drop_replication_slot('${slotName}').`,
        }
      : {}),
  };
}

function effectOf(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
  tables: readonly SubscribedTable[],
  makesSlot: boolean,
): string {
  const { nodeId, slotName, options } = request;
  const from = publisher.nodeId;
  const count = formatCounted(tables.length, 'table');
  const slot = makesSlot
    ? say`Makes the slot ${slotName} on ${from}, which waits for transactions that are writing there now, at most ${formatDuration(SLOT_LIMIT_MS)}. `
    : say`Uses the slot ${slotName} on ${from}. `;
  if (options['enabled'] === false) {
    return say`${slot}Nothing is taken until the subscription is enabled; until then ${from} keeps WAL for it.`;
  }
  return request.copyData
    ? say`${slot}Copying of ${count} to ${nodeId} starts and goes on by itself; then changes follow.`
    : say`${slot}Changes of ${count} from now on are applied on ${nodeId}; rows that are there already are not copied.`;
}

/** What must hold so that the statement does not fail: a server writes a failing one, password and all, into its log. */
function precondition(
  { nodeId, name }: CreateSubscriptionRequest,
  tables: readonly SubscribedTable[],
): PlanCondition {
  const present = tables.map(
    (table) => `pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) IS NOT NULL`,
  );
  return {
    sql: `SELECT ${['NOT pg_catalog.pg_is_in_recovery()', `NOT ${subscriptionExists(name)}`, ...present].join('\n   AND ')}`,
    otherwise: say`Since the plan was made, ${nodeId} got a subscription ${name}, lost a table, or became a standby. Make the plan anew.`,
  };
}

function createStatement(request: CreateSubscriptionRequest, slotFirst: boolean): PlanStatement {
  const { name, publications, slotName } = request;
  const attaches = slotFirst || request.usesExistingSlot;
  const options = [
    ...(attaches ? ['create_slot = false'] : []),
    // By default it is the subscription's name, whatever that holds.
    ...(attaches || slotName !== name ? [`slot_name = ${escapeLiteral(slotName)}`] : []),
    ...(request.copyData ? [] : ['copy_data = false']),
    ...optionSql(request.options),
  ];
  const tail = [
    `\n  PUBLICATION ${publications.map(escapeIdentifier).join(', ')}`,
    ...(options.length === 0 ? [] : [`\n  WITH (${options.join(', ')})`]),
  ];
  return {
    parts: [
      `CREATE SUBSCRIPTION ${escapeIdentifier(name)}\n  CONNECTION `,
      { conninfo: request.connection },
      tail.join(''),
    ],
  };
}

function unreachableNote(
  { nodeId, name, slotName }: CreateSubscriptionRequest,
  publisher: NodeCatalog,
): string {
  const subscription = escapeIdentifier(name);
  return say`When ${nodeId} cannot reach ${publisher.nodeId}, DROP SUBSCRIPTION fails: then run ALTER SUBSCRIPTION ${subscription} DISABLE, ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE) and DROP SUBSCRIPTION ${subscription} on ${nodeId}. The slot ${slotName} then stays on ${publisher.nodeId} and keeps WAL until it is dropped there: SELECT pg_catalog.pg_drop_replication_slot('${slotName}').`;
}
