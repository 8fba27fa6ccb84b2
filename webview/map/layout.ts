import { downstreamOf, upstreamOf } from './fold';
import type { MapGraph, MapLink, MapNode } from './graph';
import { isReversed, type Layers } from './layers';

export interface Box {
  readonly node: MapNode;
  readonly column: number;
  readonly x: number;
  y: number;
  readonly width: number;
  readonly height: number;
}

/** A link on its track: leaves the left box at `startY`, turns at `trunkX`, enters the right box at `y`. */
export interface Route {
  readonly link: MapLink;
  readonly left: Box;
  readonly right: Box;
  readonly startX: number;
  readonly startY: number;
  readonly trunkX: number;
  /** Where state and text begin. */
  readonly labelX: number;
  readonly endX: number;
  readonly y: number;
  /** Heights at which it passes columns in between, from left to right. */
  readonly passages: readonly { readonly x: number; readonly width: number; readonly y: number }[];
  /** Data goes from right to left: a queue, or a link that closes a circle. */
  readonly pointsLeft: boolean;
}

export interface MapLayout {
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

const LANE = 54;
const BOX = 40;
const GAP = LANE - BOX;
const TOP = 8;
const CELLS_A_ROW = 24;
const CELL_ROW = 10;
const WIDEST_FAN = 84;
/** A longer name is cut, however much room there is. */
const WIDEST_BOX = 300;

export interface LayoutOptions {
  /** That the text of a link has between two columns. */
  readonly leastRoom?: number;
  /** Width of a box in which nothing is cut, in pixels. Boxes are as wide where links leave the room. */
  readonly widthOf?: (node: MapNode) => number;
}

interface Slot {
  readonly height: number;
  y: number;
}

/** Positions of everything on the map, for a drawing at least `width` wide; it is wider when the columns need it. */
export function layoutMap(
  graph: MapGraph,
  layers: Layers,
  width: number,
  { leastRoom = 180, widthOf = () => 0 }: LayoutOptions = {},
): MapLayout {
  const columnOf = new Map(
    layers.flatMap((items, column) =>
      items.flatMap((item) => (item.kind === 'node' ? [[item.id, column] as const] : [])),
    ),
  );
  const nodeOf = new Map(graph.nodes.map((node) => [node.id, node]));
  const links = graph.links.filter(
    (link) => columnOf.has(upstreamOf(link)) && columnOf.has(downstreamOf(link)),
  );
  const leftOf = (link: MapLink) =>
    isReversed(link, columnOf) ? downstreamOf(link) : upstreamOf(link);
  const rightOf = (link: MapLink) =>
    isReversed(link, columnOf) ? upstreamOf(link) : downstreamOf(link);
  const into = group(links, rightOf);
  const outOf = group(links, leftOf);

  // Widths: each column's gap holds the fan of its busiest box and the text of a link.
  const fans = layers.map((items) =>
    Math.max(0, ...items.map((item) => (item.kind === 'node' ? fanOf(outOf.get(item.id)) : 0))),
  );
  const gaps = layers.length - 1;
  const inner = sum(fans.slice(0, gaps));
  const wanted = layers.map((items) =>
    items.map((item) => {
      const node = item.kind === 'node' ? nodeOf.get(item.id) : undefined;
      return node === undefined ? 0 : Math.min(WIDEST_BOX, widthOf(node));
    }),
  );
  const widths = columnWidths(wanted, width, inner + leastRoom * gaps);
  const share = Math.max(leastRoom, (width - sum(widths) - inner) / Math.max(1, gaps));
  const lefts: number[] = [0];
  for (let column = 0; column < gaps; column += 1) {
    lefts.push((lefts[column] ?? 0) + (widths[column] ?? 0) + share + (fans[column] ?? 0));
  }

  const boxes = new Map<string, Box>();
  const passages = new Map<string, Slot>();
  const columns = layers.map((items, column) =>
    items.map((item): Slot => {
      if (item.kind === 'passage') {
        const slot: Slot = { height: BOX, y: 0 };
        passages.set(`${item.linkId}\n${column}`, slot);
        return slot;
      }
      const node = nodeOf.get(item.id);
      if (node === undefined) return { height: 0, y: 0 };
      const lanes = Math.max(1, into.get(item.id)?.length ?? 0);
      const box: Box = {
        node,
        column,
        x: lefts[column] ?? 0,
        y: 0,
        width: widths[column] ?? 0,
        height: Math.max(lanes * LANE - GAP, heightOf(node)),
      };
      boxes.set(item.id, box);
      return box;
    }),
  );
  settle(columns, boxes, outOf, rightOf);

  const routes: Route[] = [];
  for (const [rightId, incoming] of into) {
    const right = boxes.get(rightId);
    if (right === undefined) continue;
    const ordered = [...incoming].sort(
      (a, b) => (boxes.get(leftOf(a))?.y ?? 0) - (boxes.get(leftOf(b))?.y ?? 0),
    );
    ordered.forEach((link, lane) => {
      const left = boxes.get(leftOf(link));
      if (left === undefined) return;
      const pointsLeft = (link.kind === 'queue') !== isReversed(link, columnOf);
      const passed = range(left.column + 1, right.column).flatMap((column) => {
        const slot = passages.get(`${link.id}\n${column}`);
        return slot === undefined
          ? []
          : [{ x: lefts[column] ?? 0, width: widths[column] ?? 0, y: slot.y + BOX / 2 }];
      });
      routes.push({
        link,
        left,
        right,
        startX: left.x + left.width,
        startY: 0,
        trunkX: 0,
        labelX: 0,
        endX: right.x,
        y: right.y + 20 + lane * LANE,
        passages: passed,
        pointsLeft,
      });
    });
  }
  const height = Math.max(BOX, ...columns.flat().map((slot) => slot.y + slot.height)) + 12;
  return {
    boxes: [...boxes.values()],
    routes: fanOut(routes),
    width: (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0),
    height,
  };
}

/**
 * Width of each column's boxes: as wide as the widest of them wants, as far as the drawing has room.
 * @param wanted by column
 * @param linkRoom that has to be left between the columns
 */
function columnWidths(
  wanted: readonly (readonly number[])[],
  width: number,
  linkRoom: number,
): readonly number[] {
  const isNarrow = width < 900;
  const [wide, slim] = isNarrow ? [164, 140] : [176, 150];
  const least = wanted.map((_, column) => (column === 0 ? wide : slim));
  const more = wanted.map((boxes, column) =>
    Math.max(0, ...boxes.map((one) => one - (least[column] ?? 0))),
  );
  const spare = Math.max(0, width - linkRoom - sum(least));
  const part = sum(more) === 0 ? 0 : Math.min(1, spare / sum(more));
  return least.map((one, column) => one + Math.floor((more[column] ?? 0) * part));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

/** Height of a box by what stands in it. */
function heightOf(node: MapNode): number {
  const rows = Math.ceil(node.cells.length / CELLS_A_ROW);
  const facts = node.facts.length === 0 ? 0 : node.facts.length * 17 + 8;
  return BOX + facts + (rows === 0 ? 0 : 12 + rows * CELL_ROW);
}

/** Pushes boxes down until none overlap, children do not stand above their parent and parents stand beside their first child. */
function settle(
  columns: readonly (readonly Slot[])[],
  boxes: ReadonlyMap<string, Box>,
  outOf: ReadonlyMap<string, readonly MapLink[]>,
  rightOf: (link: MapLink) => string,
): void {
  const pack = () => {
    for (const column of columns) {
      let floor = TOP;
      for (const slot of column) {
        slot.y = Math.max(slot.y, floor);
        floor = slot.y + slot.height + GAP;
      }
    }
  };
  pack();
  // A tree settles in a few rounds; circles and crossings might push each other for ever.
  for (let round = 0; round < 12; round += 1) {
    let moved = false;
    for (const [id, box] of boxes) {
      const children = (outOf.get(id) ?? []).flatMap((link) => boxes.get(rightOf(link)) ?? []);
      const next = children.filter((child) => child.column === box.column + 1);
      if (next.length === 0) continue;
      const first = next.reduce((a, b) => (b.y < a.y ? b : a));
      if (first.y === box.y) continue;
      moved = true;
      first.y = box.y = Math.max(first.y, box.y);
    }
    if (!moved) break;
    pack();
  }
}

/** Gives the links that leave one box their ports and tracks, so that they do not cross near it. */
function fanOut(routes: readonly Route[]): readonly Route[] {
  const done: Route[] = [];
  for (const siblings of group(routes, (route) => route.left.node.id).values()) {
    const ordered = [...siblings].sort((a, b) => firstY(a) - firstY(b));
    const { left } = ordered[0] ?? {};
    if (left === undefined) continue;
    const step = stepOf(ordered.length);
    const room = left.height - 28;
    const pitch = Math.min(11, room / Math.max(1, ordered.length - 1));
    const fan = step * (ordered.length - 1);
    ordered.forEach((route, index) => {
      const target = firstY(route);
      const port = left.y + 20 + index * pitch;
      const isFirst = index === 0 || ordered.length === 1;
      const startY = isFirst && target >= left.y && target <= left.y + left.height ? target : port;
      // Of two links that go down, the upper turns later; of two that go up, the lower does.
      const turn = target >= startY ? ordered.length - 1 - index : index;
      const x0 = route.startX + 10;
      done.push({ ...route, startY, trunkX: x0 + turn * step, labelX: x0 + fan + 14 });
    });
  }
  return done;
}

function firstY(route: Route): number {
  return route.passages[0]?.y ?? route.y;
}

function fanOf(links: readonly MapLink[] | undefined): number {
  const count = links?.length ?? 0;
  return stepOf(count) * count;
}

function stepOf(count: number): number {
  return count <= 1 ? 7 : Math.min(7, WIDEST_FAN / count);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

function group<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
}
