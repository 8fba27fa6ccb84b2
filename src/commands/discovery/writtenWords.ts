import { formatCounted } from '../../core/format';
import type { WrittenProposal } from '../../topologyFile/writeProposal';

/** `3 nodes were`, `1 node was`; what is added to nodes that are there counts where no node is new. */
export function wasAdded(
  { added, addedNodes }: WrittenProposal,
  verb: 'were' | 'would be',
): string {
  const count = addedNodes.length > 0 ? addedNodes.length : added.length;
  const noun = addedNodes.length > 0 ? 'node' : 'entry';
  const plural = addedNodes.length > 0 ? 'nodes' : 'entries';
  const word = verb === 'were' && count === 1 ? 'was' : verb;
  return `${formatCounted(count, noun, plural)} ${word}`;
}
