import { html, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import { TextFitter } from '../map/fitText';
import type { MapGraph } from '../map/graph';
import { layersOf, type Layers } from '../map/layers';
import { layoutMap, type MapLayout } from '../map/layout';
import { isMapKey, moveOnMap } from '../map/mapKeys';
import { boxWidth, mapView } from '../map/mapView';
import type { DiscoveryState } from '../../src/protocol/discoveryState';
import { glyph } from '../parts/glyph';
import type { ProposalActions } from './proposalActions';
import { graphOfProposal } from './proposalGraph';
import type { ProposalModel } from './proposalModel';

/** The longest text of a link is short: `streaming · guessed`. */
const LEAST_ROOM = 164;

/** The map of a proposal. Its columns are looked for once, until something else was found. */
export class ProposalMap {
  private readonly fitter = new TextFitter();
  /** Of the state that it was made for: names and addresses change nothing about it. */
  private layers: { readonly of: DiscoveryState; readonly made: Layers } | null = null;

  constructor(private readonly actions: ProposalActions) {}

  view(model: ProposalModel, width: number): TemplateResult {
    const graph = graphOfProposal(model);
    const layout = layoutMap(graph, this.layersFor(graph, model.state), width, {
      leastRoom: LEAST_ROOM,
      widthOf: (node) => boxWidth(node, this.fitter),
    });
    const cursor =
      [model.cursorKey, model.selectedKey].find((key) => isOnMap(layout, key)) ??
      layout.boxes[0]?.node.id ??
      null;
    return html`<section class="section topology" aria-labelledby="map-h">
      <div class="bar"><h2 id="map-h">${say`Map`}</h2></div>
      ${mapView({
        layout,
        nodeCount: graph.nodes.length,
        selectedId: model.selectedKey,
        cursorId: cursor,
        fitter: this.fitter,
        onSelect: (key) => this.actions.select(key),
        onKey: (event) => this.onKey(event, layout, cursor),
      })}${legend}
    </section>`;
  }

  private onKey(event: KeyboardEvent, layout: MapLayout, cursor: string | null): void {
    const isEnter = event.key === 'Enter' || event.key === ' ';
    if (!isEnter && !isMapKey(event.key)) return;
    event.preventDefault();
    if (!isMapKey(event.key)) {
      if (cursor !== null) this.actions.enter(cursor);
      return;
    }
    const next = moveOnMap(layout, cursor, event.key);
    if (next !== null) this.actions.moveTo(next);
  }

  private layersFor(graph: MapGraph, state: DiscoveryState): Layers {
    if (this.layers?.of !== state) this.layers = { of: state, made: layersOf(graph) };
    return this.layers.made;
  }
}

function isOnMap(layout: MapLayout, key: string | null): boolean {
  return (
    layout.boxes.some((box) => box.node.id === key) ||
    layout.routes.some((route) => route.link.id === key)
  );
}

const legend = html`<ul class="legend" aria-label=${say`Legend`}>
  <li>
    <svg viewBox="0 0 30 8" aria-hidden="true"><path class="swatch" d="M0 4H30" /></svg
    >${glyph('s-idle')}${say`seen`}
  </li>
  <li>
    <svg viewBox="0 0 30 8" aria-hidden="true">
      <path class="swatch swatch--logical" d="M0 4H30" /></svg
    >${glyph('s-unknown')}${say`guessed`}
  </li>
  <li>${glyph('t-file')}${say`in the file`}</li>
  <li>${glyph('s-disabled')}${say`left out`}</li>
  <li>${glyph('s-unreachable')}${say`not reached`}</li>
  <li>${glyph('k-primary')}${say`primary`}</li>
  <li>${glyph('k-standby')}${say`standby`}</li>
  <li>${glyph('k-subscriber')}${say`subscriber`}</li>
  <li>${glyph('k-edge')}${say`edge`}</li>
  <li>${glyph('k-consumer')}${say`not Postgres`}</li>
</ul>`;
