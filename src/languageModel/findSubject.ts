import { edgeTitle } from '../core/describe/checkText';
import type { TopologySnapshot } from '../core/snapshot';
import { ToolError } from './toolError';

/** Names that an error offers. */
const OFFERED = 12;

/**
 * What a model means by a name: the id of a link, slot, queue or node, or what people call it.
 * @throws ToolError naming what there is
 */
export function findSubject(snapshot: TopologySnapshot, wanted: string): string {
  const all = subjectsOf(snapshot);
  const own = all.find(({ id }) => id === wanted);
  if (own !== undefined) return own.id;
  const text = wanted.toLowerCase();
  const found = all.filter(({ names }) => names.some((name) => name.toLowerCase() === text));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first.id;
  if (first !== undefined) {
    throw new ToolError(
      `Several things are called so. Give one of these as "edge": ${list(found)}.`,
    );
  }
  throw new ToolError(
    `Nothing in the topology is called so. Give one of these as "edge", or call get_topology: ${list(all)}.`,
  );
}

interface Named {
  readonly id: string;
  readonly names: readonly string[];
}

/** Links first, since a standby and its link have one name and the link is what is asked about. */
function subjectsOf({ edges, slots, queues, nodes }: TopologySnapshot): readonly Named[] {
  const linked = edges.map((edge) => ({ id: edge.id, names: [edge.name, edgeTitle(edge)] }));
  const taken = new Set(edges.filter(({ kind }) => kind === 'streaming').map(({ to }) => to));
  return [
    ...linked,
    ...queues.map(({ id, table }) => ({ id, names: [table] })),
    ...nodes.filter(({ id }) => !taken.has(id)).map(({ id }) => ({ id, names: [id] })),
    ...slots.map(({ nodeId, name }) => ({ id: `slot/${nodeId}/${name}`, names: [] })),
  ];
}

function list(found: readonly Named[]): string {
  const names = found.slice(0, OFFERED).map(({ id }) => `"${id}"`);
  const more = found.length - names.length;
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
