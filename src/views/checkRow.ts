import { checkRowText, checkTooltip } from '../core/describe/checkText';
import type { SnapshotIndex } from '../core/describe/snapshotIndex';
import type { EdgeSnapshot } from '../core/snapshot';
import type { Row } from './row';
import { rowPath } from './rowPath';

/**
 * What the last check of an edge proved, below the row that stands for the edge.
 * @param path of that row, without the topology
 * @returns no row for an edge that was never checked, else one
 */
export function checkRow(
  edge: EdgeSnapshot,
  index: SnapshotIndex,
  path: readonly string[],
): readonly Row[] {
  const checks = index.checksOf(edge.id);
  const text = checkRowText(edge, checks, index.isCheckedContinuously, index.nowMs);
  if (text === null) return [];
  const topologyId = index.snapshot.id;
  return [
    {
      kind: 'check',
      id: rowPath(topologyId, ...path, 'check'),
      topologyId,
      subject: edge.id,
      text,
      children: [],
      isExpanded: false,
      fix: null,
      tooltip: () => checkTooltip(edge, checks, index.nowMs),
    },
  ];
}
