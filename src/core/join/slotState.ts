import type { FastFacts, SlotFacts } from '../facts';
import type { NodeView } from './scene';

/** The server has removed what the slot stood for: its reader must be made anew. */
export function isSlotLost(slot: SlotFacts): boolean {
  return slot.walStatus === 'lost' || slot.invalidationReason !== null;
}

/** When the slot went inactive, brought from the server's clock to ours. 17 and newer. */
export function inactiveSince(
  slot: SlotFacts | null,
  view: NodeView,
  fast: FastFacts,
): { sinceMs?: number } {
  if (slot?.isActive !== false || slot.inactiveSinceMs === null) return {};
  return { sinceMs: view.atMs - Math.max(0, fast.serverTimeMs - slot.inactiveSinceMs) };
}
