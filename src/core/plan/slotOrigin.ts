import type { NodeCatalog, CatalogSubscription } from './nodeCatalog';
import { publisherOf } from './knownSubscribers';
import type { PlanContext, SubscriptionRequest } from './requests';

export interface DropSubscriptionRequest extends SubscriptionRequest {
  /** The slot stays on the publisher on purpose, as for another subscription that takes it over. */
  readonly keepsSlot: boolean;
}

/**
 * How a subscription goes. `together`: the subscriber's server drops the slot as well. `apart`: it lets go of the slot,
 * and we drop that on the publisher. `keeping`: it lets go of the slot, which stays, or is gone already.
 */
export type DropWay = 'together' | 'apart' | 'keeping';

/** What is known of where the subscription comes from. */
export interface SlotOrigin {
  readonly publisherId: string | null;
  /** `null`: it cannot be read now. */
  readonly publisher: NodeCatalog | null;
  /** What it leaves on the publisher: its slot, and those of table copies under way. */
  readonly slots: readonly string[];
}

/** Where a subscription of this node comes from, and what is there of it. */
export function slotOriginOf(
  { nodeId, name }: SubscriptionRequest,
  context: PlanContext,
  catalog: NodeCatalog,
  subscription: CatalogSubscription,
): SlotOrigin {
  const publisherId = publisherOf(context, nodeId, name);
  const publisher = publisherId === null ? null : (context.catalogs.get(publisherId) ?? null);
  const { slotName } = subscription;
  if (publisher === null) {
    // What was seen there last stands for what is there; its own slot is there unless somebody dropped it.
    const seen = context.snapshot?.nodes.find(({ id }) => id === publisherId)?.sample.fast?.slots;
    const copies = (seen ?? []).map((slot) => slot.name).filter(copySlotOf(subscription, catalog));
    return { publisherId, publisher, slots: [...(slotName === null ? [] : [slotName]), ...copies] };
  }
  const isOurs = copySlotOf(subscription, catalog);
  const slots = publisher.slots
    .filter(({ type }) => type === 'logical')
    .map((slot) => slot.name)
    .filter((slot) => slot === slotName || isOurs(slot));
  return { publisherId, publisher, slots };
}

/** Slots of its table copies: `pg_<oid>_sync_<table>_<system identifier of the subscriber>`. */
function copySlotOf({ oid }: CatalogSubscription, { server }: NodeCatalog) {
  const pattern = new RegExp(`^pg_${oid}_sync_\\d+_${server.systemIdentifier}$`, 'u');
  return (slot: string): boolean => pattern.test(slot);
}

/** How it is best dropped. */
export function dropWayOf(
  { keepsSlot }: DropSubscriptionRequest,
  { slotName }: CatalogSubscription,
  { publisher, slots }: SlotOrigin,
): DropWay {
  if (keepsSlot || publisher === null) return 'keeping';
  const mayDropSlots = publisher.role.isSuperuser || publisher.role.isReplication;
  if (slotName === null || !slots.includes(slotName)) {
    return slots.length > 0 && mayDropSlots ? 'apart' : 'keeping';
  }
  // That its server reaches the publisher is proved by nothing but a sender at work; apart needs no such reach.
  const isRead = publisher.slots.some(({ name, isActive }) => name === slotName && isActive);
  return isRead || !mayDropSlots ? 'together' : 'apart';
}
