import type { FastFacts } from '../facts';
import { say } from '../say';
import type { SlotSnapshot } from '../snapshot';
import type { ComparedNode, Comparison } from './comparedNodes';
import type { Difference } from './difference';
import { makeDifference } from './makeDifference';

/** Slots that the file counts on and that are not there, or are others. */
export function slotDifferences(comparison: Comparison): readonly Difference[] {
  return [
    ...[...comparison.nodes.values()].flatMap((node) => [
      ...standbySlot(comparison, node),
      ...subscriptionSlots(comparison, node),
    ]),
    ...consumerSlots(comparison),
    ...extraSlots(comparison),
  ];
}

function standbySlot(comparison: Comparison, node: ComparedNode): readonly Difference[] {
  const { id: nodeId, slot, standbyOf } = node.declared;
  if (slot === null || standbyOf === null || !node.fast.isInRecovery) return [];
  const path = ['nodes', nodeId, 'slot'];
  const upstream = comparison.nodes.get(standbyOf);
  const shared = { nodeId, path, subject: { kind: 'slot' as const, name: slot } };
  const { receiver } = node.fast;
  if (receiver?.isVisible === true && receiver.slotName !== slot) {
    const live = receiver.slotName === null ? say`no slot` : say`slot ${receiver.slotName}`;
    return [
      makeDifference({
        ...shared,
        code: 'slotName',
        message: say`${nodeId} streams by ${live}; the file says slot ${slot}.`,
        declared: say`slot ${slot}`,
        live,
        fileChanges: [{ path, value: receiver.slotName ?? undefined }],
      }),
    ];
  }
  if (upstream === undefined || hasSlot(upstream.fast, slot)) return [];
  return [
    makeDifference({
      ...shared,
      code: 'missingSlot',
      message: say`Slot ${slot} of ${nodeId} does not exist on ${standbyOf}.`,
      declared: say`slot ${slot} on ${standbyOf}`,
      byPlan: true,
      fileChanges: [{ path, value: undefined }],
    }),
  ];
}

/** The subscription is there and names the slot that the file says, but its publisher has none of that name. */
function subscriptionSlots(comparison: Comparison, node: ComparedNode): readonly Difference[] {
  const { id: nodeId } = node.declared;
  return node.declared.subscriptions.flatMap(({ name, publisher, slotName }) => {
    const facts = node.fast.subscriptions.find((found) => found.name === name);
    const source = comparison.nodes.get(publisher)?.fast;
    if (facts?.slotName !== slotName || source === undefined || hasSlot(source, slotName)) {
      return [];
    }
    return [
      makeDifference({
        code: 'missingSlot',
        nodeId,
        subject: { kind: 'slot', name: slotName },
        detail: name,
        path: ['nodes', nodeId, 'subscriptions', name, 'slotName'],
        message: say`Slot ${slotName} of subscription ${name} does not exist on ${publisher}.`,
        declared: say`slot ${slotName} on ${publisher}`,
      }),
    ];
  });
}

function consumerSlots({ snapshot, nodes }: Comparison): readonly Difference[] {
  return snapshot.topology.consumers.flatMap(({ id, node, slot }) => {
    const fast = nodes.get(node)?.fast;
    if (fast === undefined || hasSlot(fast, slot)) return [];
    return [
      makeDifference({
        code: 'missingSlot',
        nodeId: node,
        subject: { kind: 'slot', name: slot },
        path: ['consumers', id, 'slot'],
        message: say`Slot ${slot} of ${id} does not exist on ${node}.`,
        declared: say`slot ${slot} on ${node}`,
        // Its owner makes it anew; what it has missed by then, nobody else knows.
        fileChanges: [{ path: ['consumers', id], value: undefined }],
      }),
    ];
  });
}

function hasSlot(fast: FastFacts, name: string): boolean {
  return fast.slots.some((slot) => slot.name === name);
}

const SYNC_SLOT = /^pg_\d+_sync_\d+_\d+$/u;

/** Those of subscriptions that are not in the file are told with the subscription. */
function extraSlots(comparison: Comparison): readonly Difference[] {
  const { snapshot, nodes } = comparison;
  const taken = new Set([
    ...snapshot.topology.consumers.map(({ id }) => id),
    ...snapshot.topology.nodes.map(({ id }) => id),
  ]);
  return snapshot.slots.flatMap((slot) => {
    const node = nodes.get(slot.nodeId);
    const isOfSubscription = slot.consumer?.includes('/') === true && !isUndeclared(slot);
    if (node === undefined || slot.isDeclared || isOfSubscription) return [];
    // Copies that a standby keeps for a failover belong to the original.
    if (node.fast.isInRecovery && slot.type === 'logical') return [];
    if (declaredSlots(comparison, node).has(slot.name)) return [];
    const canBeWritten =
      slot.type === 'logical' && !SYNC_SLOT.test(slot.name) && !taken.has(slot.name);
    const type = slot.type === 'physical' ? say`physical` : say`logical`;
    return [
      makeDifference({
        code: 'extraSlot',
        nodeId: slot.nodeId,
        subject: { kind: 'slot', name: slot.name },
        path: ['nodes', slot.nodeId],
        severity: 'information',
        message: say`The ${type} slot ${slot.name} on ${slot.nodeId} is not in the file.`,
        live: say`${type} slot, ${slot.isActive ? say`active` : say`inactive`}`,
        fileChanges: canBeWritten
          ? [
              {
                path: ['consumers', slot.name],
                value: { node: slot.nodeId, slot: slot.name },
              },
            ]
          : [],
      }),
    ];
  });
}

function isUndeclared({ consumer }: SlotSnapshot): boolean {
  return consumer?.startsWith('undeclared/') === true;
}

/** Every slot that the file expects on the server of this node. */
function declaredSlots(comparison: Comparison, node: ComparedNode): ReadonlySet<string> {
  const ids = new Set([node.declared.id, ...node.snapshot.sameServerAs]);
  const { nodes, consumers } = comparison.snapshot.topology;
  return new Set([
    ...nodes.flatMap(({ slot, standbyOf, subscriptions }) => [
      ...(slot !== null && standbyOf !== null && ids.has(standbyOf) ? [slot] : []),
      ...subscriptions.flatMap(({ publisher, slotName }) => (ids.has(publisher) ? [slotName] : [])),
    ]),
    ...consumers.flatMap((consumer) => (ids.has(consumer.node) ? [consumer.slot] : [])),
  ]);
}
