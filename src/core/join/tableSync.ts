import type { SlotFacts } from '../facts';
import type { TableSyncSlot } from '../snapshot';
import type { Scene } from './scene';

/** Oid of the subscription, oid of the table, and system identifier of the subscriber. */
const SYNC_SLOT = /^pg_(\d+)_sync_\d+_(\d+)$/;

/**
 * Whose table copy a slot serves. Its worker drops it when the copy is done; after a crash between the two, or of the
 * subscription alone, it is left.
 * @returns `null` for a slot of another name
 */
export function tableSyncOf(scene: Scene, slot: SlotFacts): TableSyncSlot | null {
  const match = SYNC_SLOT.exec(slot.name);
  if (match === null) return null;
  const views = [...scene.views.values()];
  const owners = views.filter(({ sample }) => sample.fast?.systemIdentifier === match[2]);
  for (const { node, sample, fast } of owners) {
    const found = sample.fast?.subscriptions.find((facts) => String(facts.oid) === match[1]);
    if (found === undefined) continue;
    const { i, d, f, s } = found.tableStates;
    const isDone = i + d + f + s === 0;
    // States that were read too long ago do not say what is needed now.
    const isLeft = slot.isActive ? false : fast === null ? null : isDone;
    return { of: `${node.id}/${found.name}`, isLeft };
  }
  if (slot.isActive) return { of: null, isLeft: false };
  if (owners.some(({ fast }) => fast !== null)) return { of: null, isLeft: true };
  // It may be of a server that the file does not have, which is known only where all of the file's were read.
  return { of: null, isLeft: views.every(({ fast }) => fast !== null) ? false : null };
}
