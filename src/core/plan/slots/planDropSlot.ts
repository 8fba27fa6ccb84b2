import { formatBytes } from '../../format';
import { say } from '../../say';
import { escapeIdentifier, escapeLiteral } from '../../sql';
import type { Finding } from '../finding';
import { errorFinding, noteFinding, warningFinding } from '../findingParts';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import { isQuotable, roleWords } from '../nodeFindings';
import type { CatalogSlot, NodeCatalog } from '../nodeCatalog';
import type { Plan, PlanStep } from '../plan';
import type { PlanContext } from '../requests';
import { sqlStatement } from '../sqlText';
import { slotStateFindings } from './slotStateFindings';
import { slotUsersOf } from './slotUser';
import type { SlotUser } from './slotUserFacts';

export interface DropSlotRequest {
  readonly nodeId: string;
  readonly slotName: string;
}

/**
 * Drops a slot that nobody needs. Needs the catalog of its node; those of the standbys and subscribers that the file gives
 * it to prove that they do not use it, and without that it is refused.
 */
export function planDropSlot({ nodeId, slotName }: DropSlotRequest, context: PlanContext): Plan {
  const head = { kind: 'dropSlot', title: say`Drop slot "${slotName}" on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const slot = catalog.slots.find(({ name }) => name === slotName);
  if (slot === undefined || !isQuotable(slotName)) {
    const text = say`${nodeId} has no slot ${slotName}.`;
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [noteFinding('nothingToDo', nodeId, text)],
    });
  }
  const users = slotUsersOf(context, nodeId, slot);
  return makePlan(context, {
    ...head,
    steps: [dropSlotStep(nodeId, slot)],
    findings: [
      ...slotStateFindings(context, catalog, slot),
      ...userFindings(nodeId, slot, users),
      ...rightFindings(catalog),
    ],
    privileges: [
      say`${nodeId}: the role must be a superuser or have REPLICATION. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

/** Drops a slot that is not read; refused at the last moment when somebody reads it. */
export function dropSlotStep(nodeId: string, slot: CatalogSlot): PlanStep {
  const { name, retainedWalBytes } = slot;
  const row = `SELECT FROM pg_catalog.pg_replication_slots AS s WHERE s.slot_name = ${escapeLiteral(name)}`;
  const kept =
    retainedWalBytes === null || slot.walStatus === 'lost'
      ? ''
      : say` ${formatBytes(retainedWalBytes)} of WAL that it keeps may be removed.`;
  return {
    nodeId,
    title: say`Drop slot ${name}`,
    effect: say`${nodeId} has no slot ${name} any more.${kept}`,
    risk: 'losesData',
    statements: [
      sqlStatement(`SELECT pg_catalog.pg_drop_replication_slot(${escapeLiteral(name)})`),
    ],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT EXISTS (${row} AND NOT s.active)`,
      otherwise: say`The slot ${name} on ${nodeId} is gone, or somebody reads it now (55006).`,
    },
    effectCheck: {
      sql: `SELECT NOT EXISTS (${row})`,
      otherwise: say`${nodeId} still has the slot ${name}.`,
    },
    settle: null,
    undo: [],
    undoNote: say`This cannot be undone: a new slot begins where the WAL ends then.`,
  };
}

function userFindings(
  nodeId: string,
  slot: CatalogSlot,
  users: readonly SlotUser[],
): readonly Finding[] {
  if (users.length === 0) {
    return [
      warningFinding(
        'slotInUse',
        nodeId,
        say`Nobody in the file reads the slot ${slot.name} on ${nodeId}. Whoever made it elsewhere must begin anew without it: a standby be cloned, a subscriber be copied.`,
      ),
    ];
  }
  return users.map((user) => userFinding(nodeId, slot, user));
}

function userFinding(nodeId: string, slot: CatalogSlot, user: SlotUser): Finding {
  if (user.needsIt === false) return noteFinding('slotInUse', nodeId, user.why);
  if (slot.walStatus === 'lost') {
    return warningFinding(
      'slotInUse',
      nodeId,
      say`${user.why} The slot is lost, so it is of no use any more: ${againWords(user)}`,
    );
  }
  return errorFinding(
    'slotInUse',
    nodeId,
    say`${user.why} Without the slot WAL may be removed that ${user.name} needs: ${againWords(user)}`,
    wayOut(user),
  );
}

function againWords({ kind, name }: SlotUser): string {
  switch (kind) {
    case 'standby':
      return say`${name} must then be cloned again.`;
    case 'subscription':
    case 'tableSync':
      return say`its tables must then be copied again.`;
    case 'consumer':
      return say`${name} must then begin anew.`;
  }
}

function wayOut({ kind, name, nodeId, needsIt }: SlotUser): string {
  if (needsIt === null)
    return say`Connect to ${nodeId ?? say`those nodes`} first, so that they can be asked.`;
  switch (kind) {
    case 'standby':
      return say`Stop ${name} or give it another slot, and take "slot" of ${name} out of the file.`;
    case 'subscription':
      return say`Drop the subscription: its slot goes with it.`;
    case 'tableSync':
      return say`Wait until the table is copied; the slot goes by itself then.`;
    case 'consumer':
      return say`Stop ${name} and take it out of the file.`;
  }
}

function rightFindings({ nodeId, role }: NodeCatalog): readonly Finding[] {
  if (role.isSuperuser || role.isReplication) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} on ${nodeId} may not drop slots: it is no superuser and lacks REPLICATION (42501).`,
      {
        text: say`Let a superuser give it, or name one as "adminUser" in the file.`,
        copy: `ALTER ROLE ${escapeIdentifier(role.name)} REPLICATION;`,
      },
    ),
  ];
}
