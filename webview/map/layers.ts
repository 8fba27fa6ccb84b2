import { Graph, layout } from '@dagrejs/dagre';
import { downstreamOf, upstreamOf } from './fold';
import type { MapGraph, MapLink } from './graph';

/** A place in a column: a node, or room for a link that passes on its way to a later column. */
export type LayerItem =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'passage'; readonly linkId: string };

/** Columns from left to right, each from top to bottom. */
export type Layers = readonly (readonly LayerItem[])[];

interface Placed {
  readonly y: number;
  readonly item: LayerItem;
}

/**
 * Columns and their order, so that links point to the right and cross little. dagre ranks and orders; where things are drawn
 * is decided elsewhere. Links that close a circle point to the left.
 */
export function layersOf(graph: MapGraph): Layers {
  const g = new Graph({ multigraph: true });
  g.setGraph({ rankdir: 'LR', nodesep: 10, edgesep: 10, ranksep: 100 });
  for (const node of graph.nodes) g.setNode(node.id, { width: 100, height: 40 });
  for (const link of graph.links) {
    const [up, down] = [upstreamOf(link), downstreamOf(link)];
    if (up !== down && g.hasNode(up) && g.hasNode(down)) g.setEdge(up, down, {}, link.id);
  }
  // In a forest nothing can cross, so the order of the file stays; else dagre looks for the fewest crossings.
  layout(g, { disableOptimalOrderHeuristic: isForest(graph) });

  const columns = new Map<number, Placed[]>();
  for (const node of graph.nodes) {
    const { x, y } = position(g.node(node.id));
    const column = columns.get(x) ?? [];
    columns.set(x, column);
    column.push({ y, item: { kind: 'node', id: node.id } });
  }
  for (const edge of g.edges()) {
    const linkId = edge.name;
    if (linkId === undefined) continue;
    // The first and last point lie on the boxes; those in between that fall on a column are its passages.
    for (const point of pointsOf(g.edge(edge)).slice(1, -1)) {
      columns.get(Math.round(point.x))?.push({ y: point.y, item: { kind: 'passage', linkId } });
    }
  }
  return [...columns.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, placed]) => placed.sort((a, b) => a.y - b.y).map(({ item }) => item));
}

function isForest({ links }: MapGraph): boolean {
  const upstream = new Map<string, string>();
  return links.every((link) => {
    const [up, down] = [upstreamOf(link), downstreamOf(link)];
    const known = upstream.get(down) ?? up;
    upstream.set(down, known);
    return known === up;
  });
}

/** Whether a link is drawn from its downstream end, left, to its upstream end: it closes a circle. */
export function isReversed(link: MapLink, columnOf: ReadonlyMap<string, number>): boolean {
  return (columnOf.get(upstreamOf(link)) ?? 0) > (columnOf.get(downstreamOf(link)) ?? 0);
}

function position(label: unknown): { x: number; y: number } {
  const { x, y } = isPoint(label) ? label : { x: 0, y: 0 };
  return { x: Math.round(x), y };
}

function pointsOf(label: unknown): readonly { x: number; y: number }[] {
  if (typeof label !== 'object' || label === null || !('points' in label)) return [];
  return Array.isArray(label.points) ? label.points.filter(isPoint) : [];
}

function isPoint(value: unknown): value is { x: number; y: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'x' in value &&
    'y' in value &&
    typeof value.x === 'number' &&
    typeof value.y === 'number'
  );
}
