import type { EdgeSnapshot, TopologySnapshot } from '../core/snapshot';
import { nodeOf } from './target';

/**
 * The edges that a check of this subject means: an edge itself, those that begin or end at a node, those of a slot.
 * @param subject `null`: the whole topology
 */
export function edgesToCheck(
  snapshot: TopologySnapshot,
  subject: string | null,
): readonly EdgeSnapshot[] {
  const declared = snapshot.edges.filter(({ isDeclared }) => isDeclared);
  if (subject === null) return declared;
  const edge = snapshot.edges.find(({ id }) => id === subject);
  if (edge !== undefined) return [edge];
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) {
    return declared.filter(({ from, slotName }) => from === slot.nodeId && slotName === slot.name);
  }
  const node = nodeOf(snapshot, subject);
  return declared.filter(({ from, to }) => from === node || to === node);
}
