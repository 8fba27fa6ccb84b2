import { nodesNeedingAttention } from '../describe/nodeState';
import { SnapshotIndex } from '../describe/snapshotIndex';
import { formatCounted } from '../format';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';

/** What marks a topology file in the editor's file lists. */
export interface FileBadge {
  readonly health: 'error' | 'warning';
  readonly tooltip: string;
}

/** @returns `null` while no node needs a person; what is unknown or stale needs none. */
export function fileBadge(snapshot: TopologySnapshot, nowMs: number): FileBadge | null {
  const { health } = snapshot.summary;
  if (health !== 'error' && health !== 'warning') return null;
  const count = nodesNeedingAttention(new SnapshotIndex(snapshot, nowMs)).length;
  if (count === 0) return null;
  return {
    health,
    tooltip: say`${formatCounted(count, 'node')} ${count === 1 ? say`needs` : say`need`} attention`,
  };
}
