import { formatCounted } from '../../core/format';
import { say } from '../../core/say';
import type { WrittenProposal } from '../../topologyFile/writeProposal';

/** `3 nodes were`, `1 node was`; what is added to nodes that are there counts where no node is new. */
export function wasAdded(
  { added, addedNodes }: WrittenProposal,
  verb: 'were' | 'would be',
): string {
  const count = addedNodes.length > 0 ? addedNodes.length : added.length;
  const counted =
    addedNodes.length > 0 ? formatCounted(count, 'node') : formatCounted(count, 'entry', 'entries');
  if (verb === 'would be') return say`${counted} would be`;
  return count === 1 ? say`${counted} was` : say`${counted} were`;
}
