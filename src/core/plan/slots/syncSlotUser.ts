import { say } from '../../say';
import type { CatalogSlot } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import type { SlotUser } from './slotUserFacts';

/** Oid of the subscription, oid of the table, and system identifier of the subscriber. */
const SYNC_SLOT = /^pg_(\d+)_sync_(\d+)_(\d+)$/u;

/** The slot of a worker that copies one table belongs to that subscription; it is dropped once the table is copied. */
export function isSyncSlot(name: string): boolean {
  return SYNC_SLOT.test(name);
}

interface FoundSubscription {
  readonly nodeId: string;
  readonly name: string;
  readonly isCopying: boolean;
}

/**
 * The subscription whose table-sync slot this is. Its node is found by system identifier; a node that has it and not the
 * subscription tells that the slot was left behind, unless the subscription is in a database that the file does not have.
 */
export function syncSlotUser(context: PlanContext, slot: CatalogSlot): readonly SlotUser[] {
  const match = SYNC_SLOT.exec(slot.name);
  const [, oid = '', , system = ''] = match ?? [];
  if (match === null) return [];
  const found = findSubscription(context, Number(oid), system);
  if (found !== null) {
    const { name, nodeId, isCopying } = found;
    return [
      {
        name: say`${name} on ${nodeId}`,
        kind: 'tableSync',
        nodeId,
        needsIt: isCopying,
        why: isCopying
          ? say`${name} on ${nodeId} copies a table by it.`
          : say`It was left by ${name} on ${nodeId}, which copies no table now.`,
      },
    ];
  }
  const unread = context.topology.nodes.filter(({ id }) => systemOf(context, id) === null);
  const owner = context.topology.nodes.find(({ id }) => systemOf(context, id) === system);
  if (owner !== undefined) {
    return [
      {
        name: say`a subscription that is gone from ${owner.id}`,
        kind: 'tableSync',
        nodeId: owner.id,
        needsIt: false,
        why: say`It was left by a subscription that ${owner.id} has not any more.`,
      },
    ];
  }
  if (unread.length === 0) return [];
  return [
    {
      name: say`a subscription that copies a table`,
      kind: 'tableSync',
      nodeId: null,
      needsIt: null,
      why: say`It belongs to a subscription on the server with the system identifier ${system}, which may be ${unread.map(({ id }) => id).join(say` or `)}: that could not be asked.`,
    },
  ];
}

function findSubscription(
  context: PlanContext,
  oid: number,
  system: string,
): FoundSubscription | null {
  for (const { id: nodeId } of context.topology.nodes) {
    if (systemOf(context, nodeId) !== system) continue;
    const planned = context.catalogs.get(nodeId)?.subscriptions.find((one) => one.oid === oid);
    if (planned !== undefined) {
      const isCopying = planned.tables.some(({ state }) => state !== 'r');
      return { nodeId, name: planned.name, isCopying };
    }
    const sample = context.snapshot?.nodes.find(({ id }) => id === nodeId)?.sample;
    const watched = sample?.fast?.subscriptions.find((one) => one.oid === oid);
    if (watched !== undefined) {
      const { i, d, f, s } = watched.tableStates;
      return { nodeId, name: watched.name, isCopying: i + d + f + s > 0 };
    }
  }
  return null;
}

function systemOf({ catalogs, snapshot }: PlanContext, nodeId: string): string | null {
  const catalog = catalogs.get(nodeId);
  if (catalog !== undefined) return catalog.server.systemIdentifier;
  return snapshot?.nodes.find(({ id }) => id === nodeId)?.sample.fast?.systemIdentifier ?? null;
}
