import assert from 'node:assert/strict';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { countUnhealthy, findInGraph } from '../../../webview/map/filter';
import { foldGraph } from '../../../webview/map/fold';
import { graphOf, type MapGraph } from '../../../webview/map/graph';
import { layersOf } from '../../../webview/map/layers';
import { layoutMap, type MapLayout } from '../../../webview/map/layout';
import { moveOnMap } from '../../../webview/map/mapKeys';
import { labelEnd, routePaths } from '../../../webview/map/routePath';
import { NOW_MS } from '../../webview/support/build';
import { healthy, hundred, STATES, tangled, trouble } from '../../webview/support/states';

const graphFor = (snapshot: typeof healthy): MapGraph =>
  graphOf(toDashboardState(snapshot, null), NOW_MS);
const columnsOf = (graph: MapGraph) =>
  layersOf(graph).map((items) => items.flatMap((item) => (item.kind === 'node' ? [item.id] : [])));
const layoutFor = (graph: MapGraph, width = 1000) => layoutMap(graph, layersOf(graph), width);

describe('webview/map', () => {
  it('puts what hangs on a node in the order of its links', () => {
    assert.deepEqual(columnsOf(graphFor(healthy)), [
      ['central'],
      ['central-read', 'singularity', 'genesis', 'electric', 'vengeance'],
      ['central-archive'],
    ]);
  });

  it('draws a queue towards its primary, with the edge to the right of it', () => {
    const layout = layoutFor(graphFor(healthy));
    const queue = layout.routes.find(({ link }) => link.kind === 'queue');
    assert.equal(queue?.left.node.id, 'central');
    assert.equal(queue.right.node.id, 'vengeance');
    assert.equal(queue.pointsLeft, true);
  });

  it('draws circles: one of two that subscribe to each other points back', () => {
    const layout = layoutFor(graphFor(tangled));
    const pair = layout.routes.filter(({ link }) => link.sub.startsWith('from_'));
    assert.deepEqual(pair.map(({ pointsLeft }) => pointsLeft).sort(), [false, true]);
  });

  it('leaves out a link of a node to itself, and draws what it can', () => {
    const edges = healthy.edges.map((edge) => ({ ...edge, to: edge.from ?? '' }));
    const graph = graphFor({ ...healthy, edges });
    assert.equal(graph.links.filter(({ kind }) => kind !== 'queue').length, 0);
    assert.ok(layoutFor(graph).boxes.length > 0);
  });

  for (const [name, snapshot] of Object.entries(STATES)) {
    if (snapshot === null) continue;
    for (const isFolded of [false, true]) {
      it(`lets nothing overlap: ${name}${isFolded ? ', folded' : ''}`, () => {
        const state = toDashboardState(snapshot, null);
        const whole = graphOf(state, NOW_MS);
        const layout = layoutFor(isFolded ? foldGraph(whole, state, null) : whole, 660);
        assertNoOverlap(layout);
        for (const route of layout.routes) {
          assert.ok(route.labelX > route.startX, 'a label begins right of its box');
          assert.ok(labelEnd(route) - route.labelX > 100, 'a label has room');
          assert.doesNotMatch(Object.values(routePaths(route)).join(' '), /NaN|undefined/);
          const portY = route.startY;
          assert.ok(portY >= route.left.y && portY <= route.left.y + route.left.height);
        }
      });
    }
  }

  it('gives a long name the room that links leave, in its column alone, and never theirs', () => {
    const graph = graphFor(healthy);
    const wanted = (least: number) => (node: { readonly id: string }) =>
      node.id === 'central-archive' ? least : 0;
    const layers = layersOf(graph);
    const widthIn = (width: number, least: number) => {
      const layout = layoutMap(graph, layers, width, { widthOf: wanted(least) });
      assertNoOverlap(layout);
      return { layout, box: layout.boxes.find(({ node }) => node.id === 'central-archive')?.width };
    };
    const plain = layoutFor(graph);
    const { layout, box } = widthIn(1000, 230);
    assert.equal(box, 230);
    assert.equal(Math.round(layout.width), Math.round(plain.width));
    const others = ({ boxes }: MapLayout) =>
      boxes.filter(({ node }) => node.id !== 'central-archive').map(({ width }) => width);
    assert.deepEqual(others(layout), others(plain));
    assert.equal(widthIn(1600, 9_999).box, 300, 'a name without an end is cut');
    assert.equal(widthIn(500, 230).box, 140, 'where links need the room, names are cut');
  });

  it('folds healthy siblings into one pill a parent, with a mark for each node', () => {
    const state = toDashboardState(hundred, null);
    const graph = foldGraph(graphOf(state, NOW_MS), state, null);
    const pills = graph.nodes
      .filter(({ kind }) => kind === 'group')
      .map(({ name, role }) => `${name}, ${role}`);
    assert.deepEqual(pills, [
      '22 healthy, worst 64\u00a0ms',
      '22 healthy, worst 94\u00a0ms',
      '23 healthy, worst 120\u00a0ms',
      '24 healthy, worst 150\u00a0ms',
    ]);
    const relay = graph.nodes.find(({ id }) => id === 'us-relay');
    assert.equal(relay?.cells.length, 24);
    assert.deepEqual(
      relay.cells.flatMap(({ glyph }) => (glyph === 'ok' ? [] : [glyph])),
      ['disconnected', 'lost'],
    );
    assert.equal(relay.role, 'feeds 24 nodes');
  });

  it('never folds what is selected', () => {
    const state = toDashboardState(hundred, null);
    const graph = foldGraph(graphOf(state, NOW_MS), state, 'streaming/sa-edge-03');
    assert.ok(graph.nodes.some(({ id }) => id === 'sa-edge-03'));
  });

  it('finds by name, with the way from the root', () => {
    const found = findInGraph(graphFor(healthy), 'ARCHIVE');
    assert.deepEqual(
      found.nodes.map(({ id }) => id),
      ['central', 'central-read', 'central-archive'],
    );
    assert.equal(found.links.length, 2);
  });

  it('counts nodes that are in trouble or that a link in trouble leads to', () => {
    assert.equal(countUnhealthy(graphFor(healthy)), 0);
    assert.equal(countUnhealthy(graphFor(trouble)), 4);
  });

  it('stays put at the ends of the keyboard walk, and starts anew when its place is gone', () => {
    const layout = layoutFor(graphFor(healthy));
    assert.equal(moveOnMap(layout, 'central', 'ArrowLeft'), 'central');
    assert.equal(moveOnMap(layout, 'central-archive', 'ArrowRight'), 'central-archive');
    assert.equal(moveOnMap(layout, 'gone', 'ArrowRight'), 'central');
    assert.equal(moveOnMap(layout, null, 'ArrowDown'), 'central');
    assert.equal(moveOnMap(layout, 'central-read', 'End'), 'central-archive');
  });
});

function assertNoOverlap({ boxes, width, height }: MapLayout): void {
  for (const [index, a] of boxes.entries()) {
    assert.ok(a.x >= 0 && a.x + a.width <= width && a.y + a.height <= height, a.node.id);
    for (const b of boxes.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x ||
        b.x + b.width <= a.x ||
        a.y + a.height <= b.y ||
        b.y + b.height <= a.y;
      assert.ok(apart, `${a.node.id} lies on ${b.node.id}`);
    }
  }
}
