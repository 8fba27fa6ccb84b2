import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import type { JsonPath } from './problem';

/** One value that could stand at a place in the file. */
export interface Suggestion {
  readonly value: string;
  /** Where it is known from, as a phrase: `node of this file`, `logical slot on central, inactive`. */
  readonly detail: string;
}

/** What only a server knows in full, and is read when somebody asks: its tables and roles. */
export interface KnownCatalog {
  /** As the file writes them: `public.jobs`. */
  readonly tables: readonly { readonly name: string; readonly detail: string }[];
  readonly roles: readonly { readonly name: string; readonly detail: string }[];
}

/** Which catalog the suggestions at a path need, by the id of its node; `null`: none. */
export function catalogWantedAt(path: JsonPath): string | null {
  const [first, id, key, name, option] = path;
  if (first !== 'nodes' || typeof id !== 'string') return null;
  const wants =
    key === 'adminUser' ||
    (key === 'pendingSync' && (name === 'drainUser' || name === 'tables')) ||
    (key === 'publications' && option === 'tables');
  return wants ? id : null;
}

/**
 * Values for a place that the schema knows nothing of: names of nodes, publications, slots, tables and roles. From what is known
 * already; asks no server.
 * @param path of the value, or of the key that is written
 */
export function suggestionsAt(
  path: JsonPath,
  snapshot: TopologySnapshot,
  catalog: KnownCatalog | null,
): readonly Suggestion[] {
  const [first, id, key, name, option] = path.map(String);
  if (first === 'consumers' && id !== undefined) {
    if (key === 'node') return nodesBut(snapshot, null);
    const node = snapshot.topology.consumers.find((consumer) => consumer.id === id)?.node;
    return key === 'slot' ? slotsOf(snapshot, node, 'logical') : [];
  }
  if (first === 'routing') return id === 'reads' ? unreadYet(snapshot) : [];
  if (first !== 'nodes' || id === undefined) return [];
  const node = snapshot.topology.nodes.find((candidate) => candidate.id === id);
  switch (key) {
    case 'standbyOf':
      return nodesBut(snapshot, id);
    case 'slot':
      return slotsOf(snapshot, node?.standbyOf, 'physical');
    case 'adminUser':
      return named(catalog?.roles ?? []);
    case 'publications':
      return option === 'tables' ? named(catalog?.tables ?? []) : [];
    case 'pendingSync':
      if (name === 'primary') return nodesBut(snapshot, id);
      if (name === 'drainUser') return named(catalog?.roles ?? []);
      return name === 'tables' ? named(catalog?.tables ?? []) : [];
    case 'subscriptions': {
      const publisher = node?.subscriptions.find((one) => one.name === name)?.publisher;
      if (option === 'publisher') return nodesBut(snapshot, id);
      if (option === 'slotName') return slotsOf(snapshot, publisher, 'logical');
      return option === 'publications' ? publicationsOf(snapshot, publisher) : [];
    }
    default:
      return [];
  }
}

function named(
  all: readonly { readonly name: string; readonly detail: string }[],
): readonly Suggestion[] {
  return all.map(({ name, detail }) => ({ value: name, detail }));
}

function nodesBut({ topology }: TopologySnapshot, id: string | null): readonly Suggestion[] {
  return topology.nodes
    .filter((node) => node.id !== id)
    .map((node) => ({ value: node.id, detail: say`node of this file` }));
}

/** Nodes that no reads go to so far; each is named once. */
function unreadYet(snapshot: TopologySnapshot): readonly Suggestion[] {
  const named = snapshot.topology.routing?.reads ?? [];
  return nodesBut(snapshot, null).filter(({ value }) => !named.includes(value));
}

function slotsOf(
  { slots }: TopologySnapshot,
  nodeId: string | null | undefined,
  type: 'physical' | 'logical',
): readonly Suggestion[] {
  const word = type === 'physical' ? say`physical` : say`logical`;
  return slots
    .filter((slot) => slot.nodeId === nodeId && slot.type === type)
    .map(({ name, isActive }) => ({
      value: name,
      detail: say`${word} slot on ${String(nodeId)}, ${isActive ? say`active` : say`inactive`}`,
    }));
}

function publicationsOf(
  { topology, nodes }: TopologySnapshot,
  publisher: string | undefined,
): readonly Suggestion[] {
  const declared = topology.nodes.find(({ id }) => id === publisher)?.publications ?? [];
  const found = nodes.find(({ id }) => id === publisher)?.sample.slow?.publications ?? [];
  const names = new Map<string, string>([
    ...found.map(({ name }) => [name, say`publication on ${String(publisher)}`] as const),
    ...declared.map(
      ({ name }) => [name, say`publication of ${String(publisher)} in this file`] as const,
    ),
  ]);
  return [...names].map(([value, detail]) => ({ value, detail }));
}
