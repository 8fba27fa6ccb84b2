import type { TopologySnapshot } from '../snapshot';
import { stopOf, type StopRecord } from '../stopRecord';
import { publicationOf } from './publicationSubject';
import type { Tooltip } from './rowText';
import { SnapshotIndex } from './snapshotIndex';
import { withStop } from './stopText';
import { edgeTooltip, nodeTooltip, queueTooltip, slotTooltip, topologyTooltip } from './tooltips';

/**
 * What is known of a node, edge, slot, queue or of the whole topology, as plain text to paste into a message.
 * @param stops why subscriptions stopped, where it was read
 */
export function detailsText(
  snapshot: TopologySnapshot,
  subject: string | null,
  nowMs: number,
  stops: readonly StopRecord[] = [],
): string {
  const { title, subtitle, lines, facts, advice } = tooltipOf(snapshot, subject, nowMs, stops);
  return [
    subtitle === null || subtitle === '' ? title : `${title} · ${subtitle}`,
    ...lines,
    ...facts.map(({ text, source }) => (source === null ? text : `${text} (${source})`)),
    ...(advice === null ? [] : [advice]),
  ]
    .join('\n')
    .replaceAll('\u00a0', ' ');
}

function tooltipOf(
  snapshot: TopologySnapshot,
  subject: string | null,
  nowMs: number,
  stops: readonly StopRecord[],
): Tooltip {
  const edge = snapshot.edges.find((candidate) => candidate.id === subject);
  if (edge !== undefined) {
    const tooltip = edgeTooltip(edge, { snapshot, nowMs });
    const stop = stopOf(stops, edge);
    return stop === null ? tooltip : withStop(tooltip, edge, stop, nowMs);
  }
  const queue = snapshot.queues.find((candidate) => candidate.id === subject);
  if (queue !== undefined) return queueTooltip(queue, { snapshot, nowMs });
  const slot = snapshot.slots.find(({ nodeId, name }) => `slot/${nodeId}/${name}` === subject);
  if (slot !== undefined) return slotTooltip(slot, { snapshot, nowMs });
  // Of a publication the row says all; its node says the rest.
  const nodeId = subject === null ? null : (publicationOf(snapshot, subject)?.nodeId ?? subject);
  const node = snapshot.nodes.find((candidate) => candidate.id === nodeId);
  if (node !== undefined) return nodeTooltip(node, new SnapshotIndex(snapshot, nowMs));
  return topologyTooltip(snapshot, nowMs);
}
