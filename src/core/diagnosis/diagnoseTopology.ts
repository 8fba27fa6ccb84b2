import { healthRank, rankOfCode } from '../join/severity';
import type { TopologySnapshot } from '../snapshot';
import { diagnoseConsumer } from './consumerDiagnosis';
import type { Diagnosis } from './diagnosis';
import { diagnoseLogical } from './logicalDiagnosis';
import { diagnoseNode } from './nodeDiagnosis';
import { Picture } from './picture';
import { diagnoseQueue } from './queueDiagnosis';
import { diagnoseSlot } from './slotDiagnosis';
import { diagnoseStreaming } from './streamingDiagnosis';
import type { EdgeSnapshot } from '../snapshot';

/**
 * What is wrong, or not, with every part of a topology: at least one diagnosis for each node, edge, slot and queue. Pure; asks nobody.
 * @returns worst first; what only follows from another comes after what stands for itself
 */
export function diagnoseTopology(snapshot: TopologySnapshot): readonly Diagnosis[] {
  const picture = new Picture(snapshot);
  const all = [
    ...snapshot.nodes.flatMap((node) => diagnoseNode(picture, node)),
    ...snapshot.edges.flatMap((edge) => diagnoseEdge(picture, edge)),
    ...snapshot.slots.flatMap((slot) => diagnoseSlot(picture, slot)),
    ...snapshot.queues.flatMap((queue) => diagnoseQueue(picture, queue)),
  ];
  return all.toSorted(compareDiagnoses);
}

export function diagnoseEdge(picture: Picture, edge: EdgeSnapshot): readonly Diagnosis[] {
  switch (edge.kind) {
    case 'streaming':
      return diagnoseStreaming(picture, edge);
    case 'logical':
      return diagnoseLogical(picture, edge);
    case 'consumer':
      return diagnoseConsumer(picture, edge);
  }
}

/** Worse first; among equals the cause before what follows from it, then what comes first in the order of verdicts, then the older. */
export function compareDiagnoses(a: Diagnosis, b: Diagnosis): number {
  return (
    healthRank(a.health) - healthRank(b.health) ||
    Number(a.followsFrom !== undefined) - Number(b.followsFrom !== undefined) ||
    rankOfCode(a.code) - rankOfCode(b.code) ||
    (a.sinceMs ?? Infinity) - (b.sinceMs ?? Infinity) ||
    compareText(a.subject, b.subject) ||
    compareText(a.code, b.code)
  );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
