import type { Topology } from '../core/topology';
import type { JsonPath } from './problem';

/** What of a topology a place in its file is about. */
export type FileSubject =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'edge'; readonly id: string }
  | { readonly kind: 'slot'; readonly nodeId: string; readonly name: string }
  | { readonly kind: 'publication'; readonly nodeId: string; readonly name: string }
  | { readonly kind: 'queue'; readonly nodeId: string };

/** Subjects of names alone: a path further inside an entry, into its options, says nothing of its state. `null`: none. */
export function subjectAt(
  path: JsonPath,
  topology: Pick<Topology, 'nodes' | 'consumers' | 'routing'>,
): FileSubject | null {
  const [first, id, key, name, option, index] = path.map(String);
  if (id === undefined) return null;
  if (first === 'routing') {
    return id === 'reads' ? nodeSubject(topology.routing?.reads[Number(key)] ?? null) : null;
  }
  if (first === 'consumers') return consumerSubject(id, key, topology);
  const node = topology.nodes.find((candidate) => candidate.id === id);
  if (first !== 'nodes' || node === undefined) return null;
  switch (key) {
    case undefined:
    case 'connection':
      return { kind: 'node', id };
    case 'standbyOf':
      return nodeSubject(node.standbyOf);
    case 'slot':
      return node.standbyOf === null || node.slot === null
        ? null
        : { kind: 'slot', nodeId: node.standbyOf, name: node.slot };
    case 'publications':
      return name === undefined || option !== undefined
        ? null
        : { kind: 'publication', nodeId: id, name };
    case 'pendingSync':
      if (name === 'primary') return nodeSubject(node.pendingSync?.primary ?? null);
      return name === undefined || name === 'table' ? { kind: 'queue', nodeId: id } : null;
    case 'subscriptions':
      return subscriptionSubject(node, name, option, index);
    default:
      return null;
  }
}

function nodeSubject(id: string | null): FileSubject | null {
  return id === null ? null : { kind: 'node', id };
}

function subscriptionSubject(
  { id, subscriptions }: Topology['nodes'][number],
  name: string | undefined,
  option: string | undefined,
  index: string | undefined,
): FileSubject | null {
  const subscription = subscriptions.find((candidate) => candidate.name === name);
  if (subscription === undefined) return null;
  const { publisher, publications, slotName } = subscription;
  switch (option) {
    case undefined:
      return { kind: 'edge', id: `logical/${id}/${subscription.name}` };
    case 'publisher':
      return { kind: 'node', id: publisher };
    case 'slotName':
      return { kind: 'slot', nodeId: publisher, name: slotName };
    case 'publications': {
      const publication = publications[Number(index)];
      return publication === undefined
        ? null
        : { kind: 'publication', nodeId: publisher, name: publication };
    }
    default:
      return null;
  }
}

function consumerSubject(
  id: string,
  key: string | undefined,
  { consumers }: Pick<Topology, 'consumers'>,
): FileSubject | null {
  const consumer = consumers.find((candidate) => candidate.id === id);
  if (consumer === undefined) return null;
  if (key === 'node') return { kind: 'node', id: consumer.node };
  if (key === 'slot') return { kind: 'slot', nodeId: consumer.node, name: consumer.slot };
  return key === undefined ? { kind: 'edge', id: `consumer/${id}` } : null;
}
