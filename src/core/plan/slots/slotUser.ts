import { say } from '../../say';
import type { TopologySnapshot } from '../../snapshot';
import type { TopologyNode } from '../../topology';
import { knownSubscribersOf } from '../knownSubscribers';
import type { CatalogSlot } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import { databasesOfServer } from '../sameServer';
import type { SlotUser } from './slotUserFacts';
import { syncSlotUser } from './syncSlotUser';

/**
 * Everybody that the file or a server names as a user of a slot, also those who are shown not to need it. Empty: nobody
 * is known. A slot is its server's, so who takes from another database of that counts too.
 */
export function slotUsersOf(
  context: PlanContext,
  nodeId: string,
  slot: CatalogSlot,
): readonly SlotUser[] {
  const nodeIds = databasesOfServer(context, nodeId);
  if (slot.type === 'physical')
    return [...standbys(context, nodeIds, slot), ...consumers(context, nodeIds, slot)];
  return [
    ...syncSlotUser(context, slot),
    ...nodeIds.flatMap((id) => subscriptions(context, id, slot)),
    ...consumers(context, nodeIds, slot),
  ];
}

function standbys(
  context: PlanContext,
  nodeIds: readonly string[],
  slot: CatalogSlot,
): readonly SlotUser[] {
  const { nodes } = context.topology;
  const named = nodes.flatMap((node) =>
    node.standbyOf !== null && nodeIds.includes(node.standbyOf) && node.slot === slot.name
      ? [declaredStandby(context, node.standbyOf, node, slot.name)]
      : [],
  );
  const others = nodes
    .filter(({ id }) => !named.some((user) => user.nodeId === id))
    .filter(({ id }) => receiverSlot(context.snapshot, id) === slot.name)
    .map(({ id }): SlotUser => ({
      name: id,
      kind: 'standby',
      nodeId: id,
      needsIt: true,
      why: say`${id} streams from it, though the file does not say so.`,
    }));
  return [...named, ...others];
}

function declaredStandby(
  context: PlanContext,
  nodeId: string,
  { id }: TopologyNode,
  slotName: string,
): SlotUser {
  const user = { name: id, kind: 'standby', nodeId: id } as const;
  const isInRecovery =
    context.catalogs.get(id)?.server.isInRecovery ??
    context.snapshot?.nodes.find((node) => node.id === id)?.sample.fast?.isInRecovery ??
    null;
  if (isInRecovery === false) {
    return {
      ...user,
      needsIt: false,
      why: say`The file gives it to ${id}, which is no standby any more.`,
    };
  }
  const other = receiverSlot(context.snapshot, id);
  if (other !== null && other !== slotName) {
    return {
      ...user,
      needsIt: false,
      why: say`The file gives it to ${id}, which streams from the slot ${other}.`,
    };
  }
  return { ...user, needsIt: true, why: say`The file gives it to ${id}, a standby of ${nodeId}.` };
}

/** The slot that a running receiver uses; `null` without a receiver, without one of its own, or when it is hidden. */
function receiverSlot(snapshot: TopologySnapshot | null, nodeId: string): string | null {
  const node = snapshot?.nodes.find(({ id }) => id === nodeId);
  return node?.sample.fast?.receiver?.slotName ?? null;
}

function subscriptions(
  context: PlanContext,
  nodeId: string,
  slot: CatalogSlot,
): readonly SlotUser[] {
  const known = knownSubscribersOf(context, nodeId, null).filter(
    (found) => found.slotName === slot.name,
  );
  const users = known.map(({ nodeId: at, subscription }): SlotUser => {
    const isRead = context.catalogs.has(at) || isAnswered(context.snapshot, at);
    return {
      name: say`${subscription} on ${at}`,
      kind: 'subscription',
      nodeId: at,
      needsIt: isRead ? true : null,
      why: isRead
        ? say`${subscription} on ${at} reads it.`
        : say`The file gives it to ${subscription} on ${at}, which could not be asked.`,
    };
  });
  const declared = context.topology.nodes.flatMap((node) =>
    node.subscriptions
      .filter(({ publisher, slotName }) => publisher === nodeId && slotName === slot.name)
      .filter(
        ({ name }) => !known.some((one) => one.nodeId === node.id && one.subscription === name),
      )
      .map(({ name }): SlotUser => {
        const isRead = context.catalogs.has(node.id) || isAnswered(context.snapshot, node.id);
        return {
          name: say`${name} on ${node.id}`,
          kind: 'subscription',
          nodeId: node.id,
          needsIt: isRead ? false : null,
          why: say`The file gives it to ${name} on ${node.id}, ${isRead ? say`where no such subscription uses it` : say`which could not be asked`}.`,
        };
      }),
  );
  return [...users, ...declared];
}

function isAnswered(snapshot: TopologySnapshot | null, nodeId: string): boolean {
  const sample = snapshot?.nodes.find(({ id }) => id === nodeId)?.sample;
  return sample?.contact === 'connected' && sample.fast !== null;
}

function consumers(
  context: PlanContext,
  nodeIds: readonly string[],
  { name }: CatalogSlot,
): readonly SlotUser[] {
  return context.topology.consumers
    .filter((consumer) => nodeIds.includes(consumer.node) && consumer.slot === name)
    .map(({ id }) => ({
      name: id,
      kind: 'consumer',
      nodeId: null,
      needsIt: true,
      why: say`The file gives it to the consumer ${id}.`,
    }));
}
