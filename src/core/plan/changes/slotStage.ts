import { say } from '../../say';
import { escapeLiteral } from '../../sql';
import { isSlotName } from '../../slotName';
import type { TopologyNode } from '../../topology';
import { errorFinding } from '../findingParts';
import { roleWords } from '../nodeFindings';
import type { PlanStep } from '../plan';
import { sqlStatement } from '../sqlText';
import { addPart, project, type ChangesDraft } from './changesDraft';
import { withPhysicalSlot } from './projectSubscriptions';

/**
 * Makes the physical slots that standbys are declared to use, where their upstream lacks them.
 * @param standbys among these those of `upstream` are looked for; they need not be read
 */
export function slotStage(
  draft: ChangesDraft,
  upstream: TopologyNode,
  standbys: readonly TopologyNode[],
): ChangesDraft {
  return standbys
    .filter(({ standbyOf }) => standbyOf === upstream.id)
    .reduce((next, standby) => makeSlot(next, standby, upstream.id), draft);
}

function makeSlot(draft: ChangesDraft, node: TopologyNode, upstreamId: string): ChangesDraft {
  const { slot: name } = node;
  const upstream = draft.context.catalogs.get(upstreamId);
  if (name === null || upstream === undefined) return draft;
  const { nodeId, slots, settings } = upstream;
  const present = slots.find((slot) => slot.name === name);
  if (present?.type === 'physical') return draft;
  if (present !== undefined || !isSlotName(name)) {
    const finding =
      present === undefined
        ? errorFinding(
            'illegalName',
            nodeId,
            say`${name} cannot name a replication slot: it takes a-z, 0-9 and _, at most 63 characters (08P01).`,
            say`Correct "slot" of ${node.id} in the file.`,
          )
        : errorFinding(
            'slotTaken',
            nodeId,
            say`${nodeId} has a logical slot ${name}, so the standby ${node.id} cannot use it.`,
            say`Name another "slot" for ${node.id} in the file.`,
          );
    return addPart(draft, { findings: [finding] });
  }
  const isFull = slots.length >= settings.maxReplicationSlots;
  const part = addPart(draft, {
    steps: [createSlotStep(nodeId, name, node.id)],
    findings: isFull
      ? [
          errorFinding(
            'noFreeSlot',
            nodeId,
            say`${nodeId} has no replication slot left: ${slots.length} of ${settings.maxReplicationSlots} are in use (53400).`,
            say`Drop an unused one, or raise max_replication_slots on ${nodeId} and restart it.`,
          ),
        ]
      : [],
    privileges: [
      say`${nodeId}: the role needs the attribute REPLICATION or must be a superuser. It runs as ${roleWords(upstream)}.`,
    ],
  });
  return project(part, nodeId, (catalog) => withPhysicalSlot(catalog, name));
}

function createSlotStep(nodeId: string, name: string, standbyId: string): PlanStep {
  const slot = escapeLiteral(name);
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = ${slot})`;
  return {
    nodeId,
    title: say`Create physical slot ${name}`,
    effect: say`${nodeId} keeps WAL for ${standbyId} once that has connected with it; primary_slot_name on ${standbyId} must say ${name}.`,
    risk: 'safe',
    statements: [sqlStatement(`SELECT pg_catalog.pg_create_physical_replication_slot(${slot})`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: say`${nodeId} has a slot ${name} by now. Make the plan anew.`,
    },
    effectCheck: { sql: `SELECT ${exists}`, otherwise: say`${nodeId} has no slot ${name}.` },
    settle: null,
    undo: [
      sqlStatement(
        `SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = ${slot}`,
      ),
    ],
    undoNote: null,
  };
}
