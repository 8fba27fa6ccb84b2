import { say } from '../../src/core/say';
import type { NodeState } from '../../src/protocol/dashboardState';
import { isNotAsked, isOld } from './glyphs';

/** What an empty table means: nothing is known of a node that does not answer now. */
export function noSlots(nodes: readonly NodeState[]): string {
  const all = nodes.filter(({ isDeclared }) => isDeclared);
  const answering = all.filter(answers).length;
  if (answering === 0) return say`Slots are unknown: no node answers now.`;
  const where =
    answering === all.length
      ? say`on any node`
      : say`on the ${answering} of ${all.length} nodes that answer`;
  return say`No replication slots ${where}. A standby without a slot can lose WAL that it still needs.`;
}

function answers({ slots, contact, verdict }: NodeState): boolean {
  const isFresh = !isOld(verdict.code) && !isNotAsked(verdict.code);
  return slots !== null && contact === 'connected' && isFresh;
}
