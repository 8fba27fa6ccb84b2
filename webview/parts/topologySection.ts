import { html, nothing, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import type { DashboardState } from '../../src/protocol/dashboardState';
import type { Actions } from '../commands';
import type { Store } from '../store';
import { countUnhealthy, findInGraph } from '../map/filter';
import { FOLD_FROM_NODES, foldGraph } from '../map/fold';
import { TextFitter } from '../map/fitText';
import { graphOf, type MapGraph } from '../map/graph';
import { isMapKey, moveOnMap } from '../map/mapKeys';
import { boxWidth, mapLegend, mapView } from '../map/mapView';
import { layersOf, type Layers } from '../map/layers';
import { layoutMap, type MapLayout } from '../map/layout';
import { segments } from '../ui/segments';
import { hasMeasured, modeOf } from '../text/mode';
import { glyph } from './glyph';
import { listView } from './listView';

/** Where it is: the map or its list, with a search and a filter. Keeps the columns while only values change. */
export class TopologySection {
  private readonly fitter = new TextFitter();
  private layers: { readonly key: string; readonly value: Layers } | null = null;

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    /** Moves the focus into the details. */
    private readonly onEnter: () => void,
  ) {}

  view(state: DashboardState, selectedId: string | null, width: number): TemplateResult {
    const { arrangement, find, nowMs } = this.store.model;
    const whole = graphOf(state, nowMs);
    const unhealthy = countUnhealthy(whole);
    const isLarge = whole.nodes.length >= FOLD_FROM_NODES;
    const shown =
      arrangement.shown === 'auto' ? (isLarge ? 'unhealthy' : 'all') : arrangement.shown;
    const found = findInGraph(whole, find);
    const graph =
      shown === 'unhealthy' && find === '' ? foldGraph(found, state, selectedId) : found;
    const measured = hasMeasured(state);
    const isSure = modeOf(state) !== 'connecting';
    const count = measured ? (isSure ? String(unhealthy) : '?') : '–';
    return html`<section class="section topology" aria-labelledby="map-h">
      <div class="bar">
        <h2 id="map-h">
          ${say`Topology`}
          ${measured ? nothing : html`<span class="muted">${say`as declared`}</span>`}
        </h2>
        <span class="field"
          >${glyph('t-search')}<input
            type="search"
            placeholder=${say`Find a node`}
            aria-label=${say`Find a node`}
            .value=${find}
            @input=${(event: Event) => {
              if (event.target instanceof HTMLInputElement) {
                this.store.set({ find: event.target.value });
              }
            }}
        /></span>
        ${segments({
          legend: say`Nodes shown`,
          name: 'shown',
          options: [
            { value: 'all', label: say`All ${whole.nodes.length}` },
            { value: 'unhealthy', label: say`Unhealthy ${count}` },
          ],
          value: shown,
          onChange: (value) => this.store.arrange({ shown: value }),
        })}
        ${segments({
          legend: say`View`,
          name: 'view',
          options: [
            { value: 'map', label: say`Map` },
            { value: 'list', label: say`List` },
          ],
          value: arrangement.view,
          onChange: (view) => this.store.arrange({ view }),
        })}
      </div>
      ${
        arrangement.view === 'list'
          ? listView({ graph, state, selectedId, nowMs, actions: this.actions })
          : this.map(graph, selectedId, width)
      }
    </section>`;
  }

  private map(graph: MapGraph, selectedId: string | null, width: number): TemplateResult {
    if (graph.nodes.length === 0) return html`<p class="muted">${say`No node matches.`}</p>`;
    const layout = layoutMap(graph, this.layersFor(graph), width, {
      widthOf: (node) => boxWidth(node, this.fitter),
    });
    const { mapCursorId } = this.store.model;
    const cursorId = [mapCursorId, selectedId].find((id) => isOnMap(layout, id)) ?? null;
    const cursor = cursorId ?? layout.boxes[0]?.node.id ?? null;
    return html`${mapView({
      layout,
      nodeCount: graph.nodes.length,
      selectedId,
      cursorId: cursor,
      fitter: this.fitter,
      onSelect: (id) => this.choose(id),
      onKey: (event) => this.onKey(event, layout, cursor),
    })}${mapLegend}`;
  }

  private onKey(event: KeyboardEvent, layout: MapLayout, cursor: string | null): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (cursor === null) return;
      this.choose(cursor);
      this.onEnter();
      return;
    }
    if (!isMapKey(event.key)) return;
    event.preventDefault();
    const next = moveOnMap(layout, cursor, event.key);
    this.store.set({ mapCursorId: next });
    focusOnMap(next);
  }

  private choose(id: string): void {
    // A fold cannot be explained; the list shows who is in it.
    if (id.includes('fold/')) {
      this.store.arrange({ shown: 'all', view: 'list' });
      return;
    }
    this.store.set({ mapCursorId: id });
    this.actions.select(id);
  }

  private layersFor(graph: MapGraph): Layers {
    const ends = graph.links.map(({ id, kind, from, to }) => [id, kind, from, to]);
    const key = JSON.stringify([graph.nodes.map((node) => node.id), ends]);
    if (this.layers?.key !== key) this.layers = { key, value: layersOf(graph) };
    return this.layers.value;
  }
}

/** Puts the keyboard focus on a box or link of the map. */
export function focusOnMap(id: string | null): void {
  if (id === null) return;
  const target = document.querySelector(`.map [data-id="${CSS.escape(id)}"]`);
  if (target instanceof SVGElement) target.focus();
}

function isOnMap(layout: MapLayout, id: string | null): boolean {
  return (
    id !== null &&
    (layout.boxes.some((box) => box.node.id === id) ||
      layout.routes.some((route) => route.link.id === id))
  );
}
