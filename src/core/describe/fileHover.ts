import { formatCounted } from '../format';
import { say } from '../say';
import { publicationsOf } from './publicationSubject';
import { facts, type Tooltip } from './rowText';
import type { SnapshotIndex } from './snapshotIndex';
import { edgeTooltip, nodeTooltip, queueTooltip, slotTooltip } from './tooltips';

/** What a place in the topology file may be about; see `subjectAt`. */
export type HoveredSubject =
  | { readonly kind: 'node' | 'edge'; readonly id: string }
  | { readonly kind: 'slot' | 'publication'; readonly nodeId: string; readonly name: string }
  | { readonly kind: 'queue'; readonly nodeId: string };

/** Tables that fit into a hover. */
const SHOWN_TABLES = 8;

/** What is known of it now, as the tree tells it; `null` where there is nothing of it. Asks no server. */
export function hoverOf(subject: HoveredSubject, index: SnapshotIndex): Tooltip | null {
  const { snapshot } = index;
  switch (subject.kind) {
    case 'node': {
      const node = index.node(subject.id);
      return node === null ? null : nodeTooltip(node, index);
    }
    case 'edge': {
      const edge = snapshot.edges.find(({ id }) => id === subject.id);
      return edge === undefined ? null : edgeTooltip(edge, index);
    }
    case 'slot': {
      const { nodeId, name } = subject;
      const slot = snapshot.slots.find((one) => one.nodeId === nodeId && one.name === name);
      return slot === undefined ? null : slotTooltip(slot, index);
    }
    case 'queue': {
      const queue = index.queueOf(subject.nodeId);
      return queue === null ? null : queueTooltip(queue, index);
    }
    case 'publication':
      return publicationTooltip(subject.nodeId, subject.name, index);
  }
}

function publicationTooltip(nodeId: string, name: string, index: SnapshotIndex): Tooltip | null {
  const isKnown = publicationsOf(index.snapshot).some(
    (one) => one.nodeId === nodeId && one.name === name,
  );
  if (!isKnown) return null;
  const { snapshot } = index;
  const found = index.node(nodeId)?.sample.slow?.publications;
  const publication = found?.find((one) => one.name === name);
  const tables = publication?.tables ?? [];
  const readers = snapshot.topology.nodes.flatMap(({ id, subscriptions }) =>
    subscriptions
      .filter((one) => one.publisher === nodeId && one.publications.includes(name))
      .map((one) => say`${one.name} on ${id}`),
  );
  const more = tables.length - SHOWN_TABLES;
  return {
    title: name,
    subtitle: facts(
      say`publication on ${nodeId}`,
      publication === undefined ? null : formatCounted(tables.length, 'table'),
    ),
    lines: [
      ...(found === undefined ? [say`The server was not asked yet.`] : []),
      ...(found !== undefined && publication === undefined
        ? [say`${nodeId} has no such publication.`]
        : []),
      ...tables.slice(0, SHOWN_TABLES).map((table) => `${table.schema}.${table.name}`),
      ...(more > 0 ? [say`and ${String(more)} more`] : []),
      ...(readers.length === 0 ? [] : [say`Taken by ${readers.join(', ')}.`]),
    ],
    facts: [],
    advice: null,
  };
}
