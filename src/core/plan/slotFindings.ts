import { say } from '../say';
import { deriveSlotName, isSlotName } from '../slotName';
import type { Finding } from './finding';
import { errorFinding, noteFinding } from './findingParts';
import type { CatalogSlot, NodeCatalog } from './nodeCatalog';
import type { CreateSubscriptionRequest } from './requests';

/** Whether the slot that a subscription asks for can be made, or attached to. */
export function slotFindings(
  request: CreateSubscriptionRequest,
  publisher: NodeCatalog,
): readonly Finding[] {
  const { slotName, name } = request;
  const { nodeId } = publisher;
  const derived = deriveSlotName(name);
  if (!isSlotName(slotName)) {
    return [
      errorFinding(
        'illegalName',
        nodeId,
        say`${slotName === '' ? say`An empty name` : slotName} cannot name a replication slot: it takes a-z, 0-9 and _, at most 63 characters (08P01).`,
        say`Use ${derived}.`,
      ),
    ];
  }
  const slot = publisher.slots.find((candidate) => candidate.name === slotName);
  if (request.usesExistingSlot) return attachFindings(slotName, slot, publisher);
  return [
    ...(slot === undefined ? [] : [takenFinding(slot, publisher)]),
    ...(slotName === derived && derived !== name
      ? [
          noteFinding(
            'illegalName',
            nodeId,
            say`A slot cannot be named ${name}: the slot on ${nodeId} will be ${derived}.`,
          ),
        ]
      : []),
  ];
}

/** What keeps a subscription from working with a slot that exists; `null` when nothing does. */
export function slotProblem(slot: CatalogSlot, publisher: NodeCatalog): string | null {
  if (slot.type !== 'logical') return say`it is a physical slot`;
  if (slot.plugin !== 'pgoutput') return say`it decodes with ${slot.plugin ?? say`another plugin`}`;
  if (slot.database !== publisher.server.database) {
    return say`it belongs to the database ${slot.database ?? '?'}`;
  }
  return slot.isActive ? say`somebody reads it now` : null;
}

/** A slot whose WAL is gone: attaching to it succeeds, and nothing ever arrives. */
export function lostSlotFinding(slot: CatalogSlot, publisher: NodeCatalog): Finding | null {
  if (slot.walStatus !== 'lost') return null;
  return errorFinding(
    'slotLost',
    publisher.nodeId,
    say`The slot ${slot.name} on ${publisher.nodeId} is lost: WAL that it needs was removed, so nothing would ever arrive.`,
    {
      text: say`Drop it, make a new one, and copy the tables again.`,
      copy: `SELECT pg_catalog.pg_drop_replication_slot('${slot.name}');`,
    },
  );
}

function attachFindings(
  slotName: string,
  slot: CatalogSlot | undefined,
  publisher: NodeCatalog,
): readonly Finding[] {
  const { nodeId } = publisher;
  if (slot === undefined) {
    return [
      errorFinding(
        'notFound',
        nodeId,
        say`${nodeId} has no slot ${slotName} to attach to.`,
        say`Let the subscription make its slot.`,
      ),
    ];
  }
  const lost = lostSlotFinding(slot, publisher);
  if (lost !== null) return [lost];
  const problem = slotProblem(slot, publisher);
  if (problem === null) return [];
  return [
    errorFinding(
      'slotTaken',
      nodeId,
      say`The slot ${slotName} on ${nodeId} cannot be attached to: ${problem}.`,
      say`Choose another slot, or let the subscription make its own.`,
    ),
  ];
}

function takenFinding(slot: CatalogSlot, publisher: NodeCatalog): Finding {
  const { nodeId } = publisher;
  const problem = slot.walStatus === 'lost' ? say`it is lost` : slotProblem(slot, publisher);
  return errorFinding(
    'slotTaken',
    nodeId,
    say`${nodeId} has a slot ${slot.name} already (08P01)${problem === null ? '' : say`, and ${problem}`}.`,
    problem === null
      ? say`Use the existing slot if it was left by the subscription that this one replaces; else choose another name.`
      : say`Choose another slot name.`,
  );
}
