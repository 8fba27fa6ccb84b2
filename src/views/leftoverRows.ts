import { leftoverRow } from '../core/describe/leftoverRow';
import type { Leftover } from '../core/plan/leftover';
import type { Row } from './row';
import { rowPath } from './rowPath';

/** The rows of one topology with those of slots that were left, each first below its node. */
export function withLeftovers(root: Row, leftovers: readonly Leftover[]): Row {
  if (leftovers.length === 0) return root;
  const own =
    root.kind === 'node'
      ? leftovers.filter(({ nodeId }) => nodeId === root.subject).map((each) => toRow(root, each))
      : [];
  return {
    ...root,
    children: [...own, ...root.children.map((child) => withLeftovers(child, leftovers))],
    isExpanded: root.isExpanded || own.length > 0,
  };
}

function toRow({ topologyId }: Row, leftover: Leftover): Row {
  const { nodeId, slotName } = leftover;
  const { text, fix } = leftoverRow(leftover);
  return {
    kind: 'failure',
    id: rowPath(topologyId, 'node', nodeId, 'leftover', slotName),
    topologyId,
    subject: `slot/${nodeId}/${slotName}`,
    text,
    children: [],
    isExpanded: false,
    fix,
    tooltip: () => null,
  };
}
