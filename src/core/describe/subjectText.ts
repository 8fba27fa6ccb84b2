import { slotRowText } from './slotText';
import { consumerRowText, subscriptionRowText } from './childTexts';
import { nodeRowText } from './nodeText';
import { queueRowText } from './queueText';
import type { RowText } from './rowText';
import type { SnapshotIndex } from './snapshotIndex';

/** What a problem or a pick is about, as its row in the tree says it, and on which node it is. */
export interface SubjectText {
  readonly text: RowText;
  /** Node that a slot, subscription or queue belongs to; `null` for a node itself. */
  readonly on: string | null;
}

/** @returns `null` for an id that the snapshot does not have. */
export function subjectText(index: SnapshotIndex, subject: string): SubjectText | null {
  const { snapshot, nowMs } = index;
  const edge = index.edge(subject);
  if (edge !== null) {
    if (edge.kind === 'logical') return { text: subscriptionRowText(edge, nowMs), on: edge.to };
    if (edge.kind === 'consumer') return { text: consumerRowText(edge, nowMs), on: edge.from };
    const standby = index.node(edge.to);
    return standby === null ? null : { text: nodeRowText(standby, index), on: null };
  }
  const queue = snapshot.queues.find((candidate) => candidate.id === subject);
  if (queue !== undefined) return { text: queueRowText(queue, nowMs), on: queue.nodeId };
  const slot = index.slot(subject);
  if (slot !== null) return { text: slotRowText(slot, false, nowMs), on: slot.nodeId };
  const node = index.node(subject);
  return node === null ? null : { text: nodeRowText(node, index), on: null };
}
