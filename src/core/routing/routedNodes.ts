import type { Topology } from '../topology';

/**
 * The nodes that one stream of writes reaches by streaming: where it begins by the file, and every standby of that, in the order of
 * the file. Without `routing` only where the file leaves no doubt; else the ids it could begin at.
 */
export type RoutedNodes =
  | { readonly kind: 'found'; readonly primary: string; readonly members: readonly string[] }
  | { readonly kind: 'unclear'; readonly primaries: readonly string[] };

export function routedNodes(topology: Topology): RoutedNodes {
  const roots = new Map(topology.nodes.map(({ id }) => [id, rootOf(topology, id)]));
  const primaries = [...new Set(topology.nodes.flatMap(({ id }) => roots.get(id) ?? []))];
  const named = topology.routing?.reads.map((id) => roots.get(id)).find((id) => id !== undefined);
  const primary = named ?? (primaries.length === 1 ? primaries[0] : undefined);
  if (primary === undefined) return { kind: 'unclear', primaries };
  const standbys = topology.nodes
    .map(({ id }) => id)
    .filter((id) => id !== primary && roots.get(id) === primary);
  return { kind: 'found', primary, members: [primary, ...standbys] };
}

/** The node that a chain of standbys begins at; the checks of the file leave no circles. */
function rootOf({ nodes }: Topology, start: string): string {
  const seen = new Set<string>();
  for (let id = start; ;) {
    const upstream = nodes.find((node) => node.id === id)?.standbyOf ?? null;
    if (upstream === null || seen.has(id)) return id;
    seen.add(id);
    id = upstream;
  }
}
