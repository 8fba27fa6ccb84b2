import { downstreamOf, upstreamOf } from './fold';
import type { MapGraph } from './graph';

/** Boxes whose name holds what was typed, with the way to them from their roots; everything for an empty text. */
export function findInGraph(graph: MapGraph, find: string): MapGraph {
  const wanted = find.trim().toLowerCase();
  if (wanted === '') return graph;
  const keep = new Set<string>();
  const visit = (id: string) => {
    if (keep.has(id)) return;
    keep.add(id);
    for (const link of graph.links) if (downstreamOf(link) === id) visit(upstreamOf(link));
  };
  for (const node of graph.nodes) if (node.name.toLowerCase().includes(wanted)) visit(node.id);
  for (const link of graph.links) {
    if (`${link.id} ${link.sub}`.toLowerCase().includes(wanted)) visit(downstreamOf(link));
  }
  return {
    nodes: graph.nodes.filter((node) => keep.has(node.id)),
    links: graph.links.filter((link) => keep.has(link.from) && keep.has(link.to)),
  };
}

/** Boxes that are unhealthy, or that a link in trouble leads to. */
export function countUnhealthy(graph: MapGraph): number {
  const isTrouble = (tone: string) => tone === 'warn' || tone === 'bad';
  const ids = new Set(graph.nodes.filter((node) => isTrouble(node.tone)).map((node) => node.id));
  for (const link of graph.links) if (isTrouble(link.tone)) ids.add(downstreamOf(link));
  return ids.size;
}
