import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { say } from '../../src/core/say';
import { glyph, placedGlyph } from '../parts/glyph';
import { LINK_KINDS } from '../text/linkKinds';
import type { TextFitter } from './fitText';
import type { MapNode } from './graph';
import type { Box, MapLayout, Route } from './layout';
import { LINK_GLYPH, labelEnd, routePaths } from './routePath';

export interface MapProps {
  readonly layout: MapLayout;
  readonly nodeCount: number;
  readonly selectedId: string | null;
  /** What the map's one tab stop is on. */
  readonly cursorId: string | null;
  readonly fitter: TextFitter;
  readonly onSelect: (id: string) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/**
 * The topology as a picture: a list box of boxes and links, walked with the arrow keys. Texts stand outside the options:
 * they may be cut to their room, and what is cut must not be part of an option whose name is whole.
 */
export function mapView(props: MapProps): TemplateResult {
  const { layout, nodeCount } = props;
  const label = say`Topology map, ${nodeCount} nodes. Arrow keys move along links, Enter shows details.`;
  return html`<div class="map-scroll">
    <svg
      class="map"
      role="listbox"
      aria-label=${label}
      width=${layout.width}
      height=${layout.height}
      viewBox="0 0 ${layout.width} ${layout.height}"
      @keydown=${props.onKey}
    >
      ${repeat(
        layout.routes,
        (route) => route.link.id,
        (route) => linkView(route, props),
      )}
      ${repeat(
        layout.boxes,
        (box) => box.node.id,
        (box) => boxView(box, props),
      )}
    </svg>
  </div>`;
}

function linkView(route: Route, props: MapProps): TemplateResult {
  const { link, labelX, left, right } = route;
  const y = route.passages[0]?.y ?? route.y;
  const { before, after, tip } = routePaths(route);
  const end = labelEnd(route);
  const room = end - labelX - 12 - LINK_GLYPH - 8;
  const [from, to] = route.pointsLeft ? [right, left] : [left, right];
  const name = say`${from.node.name} to ${to.node.name}, ${LINK_KINDS[link.kind]}, ${link.word}: ${link.top}, ${link.sub}`;
  // Data stops where the state glyph is, so the far half of the way is dead.
  const dead = link.isCut ? ' edge__line--dead' : '';
  const classes = `edge edge--${link.kind} is-${link.tone}${link.isOld ? ' is-stale' : ''} ${link.marks ?? ''}`;
  const pick = { x: labelX - 5, y: y - 21, width: Math.max(20, end - labelX - 6) };
  return svg`<g class=${`${classes}${link.id === props.selectedId ? ' is-selected' : ''}`}>
    <title>${link.top} · ${link.sub}</title>
    <g role="option" data-id=${link.id} aria-label=${name}
      aria-selected=${link.id === props.selectedId ? 'true' : 'false'}
      tabindex=${link.id === props.cursorId ? 0 : -1}
      @click=${() => props.onSelect(link.id)}>
      <rect class="edge__pick" x=${pick.x} y=${pick.y} width=${pick.width} height="42" rx="3"></rect>
      <path class="edge__line${route.pointsLeft ? dead : ''}" d=${before}></path>
      <path class="edge__line${route.pointsLeft ? '' : dead}" d=${after}></path>
      <path class="edge__tip${link.isCut ? ' edge__tip--dead' : ''}" d=${tip}></path>
      <path class="edge__hit" d=${`${before} ${after}`}></path>
      ${placedGlyph(`s-${link.glyph}`, labelX, y - LINK_GLYPH / 2, LINK_GLYPH)}
      <rect class="ring" x=${pick.x} y=${pick.y} width=${pick.width} height="42" rx="3"></rect>
    </g>
    <g class="map__texts" aria-hidden="true">
      <text class="map__top" x=${labelX + LINK_GLYPH + 5} y=${y - 6}>${props.fitter.fit(link.top, room, 12)}</text>
      <text class="map__sub" x=${labelX + LINK_GLYPH + 5} y=${y + 15}>${props.fitter.fit(link.sub, room, 12)}</text>
    </g>
  </g>`;
}

/** Beside a box's texts: the glyph of its kind, and the mark of its state. */
const BESIDE_NAME = 46;
const MARK = 18;

/**
 * Width of a box in which name and role are not cut. Room for the mark is always left, and facts do not count: a box must not
 * grow when trouble begins, nor with a poll.
 */
export function boxWidth({ name, role }: MapNode, fitter: TextFitter): number {
  const named = BESIDE_NAME + MARK + fitter.width(name, 13, 600);
  return Math.ceil(Math.max(named, BESIDE_NAME + fitter.width(role, 12)));
}

function boxView(box: Box, props: MapProps): TemplateResult {
  const { node, x, y, width, height } = box;
  const { fitter } = props;
  const isTrouble = node.tone === 'warn' || node.tone === 'bad';
  const radius = node.kind === 'consumer' || node.kind === 'group' ? 20 : 3;
  const hasMark = isTrouble || node.isInFile === true;
  const room = width - BESIDE_NAME - (hasMark ? MARK : 0);
  const state = node.word === '' ? [] : [node.word];
  const name = [node.name, node.role, ...state, ...node.facts].join(', ');
  const old = node.isOld ? ' node--stale is-stale' : '';
  const isSelected = node.id === props.selectedId;
  const classes = `node node--${node.kind}${old}${node.isOff ? ' node--off' : ''} ${node.marks ?? ''}`;
  const fold = `M${x + 16} ${y + height + 4}H${x + width - 16}`;
  return svg`<g class=${`${classes}${isSelected ? ' is-selected' : ''}`}>
    <title>${node.name}</title>
    <g role="option" data-id=${node.id} aria-label=${name} aria-selected=${isSelected ? 'true' : 'false'}
      tabindex=${node.id === props.cursorId ? 0 : -1} @click=${() => props.onSelect(node.id)}>
      ${node.kind === 'group' ? svg`<path class="node__box" d=${fold}></path>` : nothing}
      <rect class="node__box" x=${x + 0.5} y=${y + 0.5} width=${width - 1} height=${height - 1} rx=${radius}></rect>
      ${placedGlyph(`k-${node.kind}`, x + 11, y + 12, 16)}
      ${isTrouble ? placedGlyph(`s-${node.glyph}`, x + width - 23, y + 7, 14, `is-${node.tone}`) : nothing}
      ${node.isInFile === true && !isTrouble ? placedGlyph('t-file', x + width - 23, y + 7, 14) : nothing}
      ${cellsView(box)}
      <rect class="ring" x=${x - 2.5} y=${y - 2.5} width=${width + 5} height=${height + 5} rx=${radius + 2}></rect>
    </g>
    <g class="map__texts" aria-hidden="true">
      <text class="node__name" x=${x + 36} y=${y + 17}>${fitter.fit(node.name, room, 13, 600)}</text>
      <text class="map__sub" x=${x + 36} y=${y + 33}>${fitter.fit(node.role, width - BESIDE_NAME, 12)}</text>
      ${node.facts.map(
        (fact, index) =>
          svg`<text class="map__sub" x=${x + 12} y=${y + 56 + index * 17}>${fitter.fit(fact, width - 20, 12)}</text>`,
      )}
    </g>
  </g>`;
}

const CELLS_A_ROW = 24;

/** One mark for each node below: a dot while it is well, its state's glyph while it is not. */
function cellsView({ node, x, y, width, height }: Box): TemplateResult | typeof nothing {
  if (node.cells.length === 0) return nothing;
  const rows = Math.ceil(node.cells.length / CELLS_A_ROW);
  const columns = Math.min(CELLS_A_ROW, node.cells.length);
  const pitch = columns === 1 ? 0 : (width - 24) / (CELLS_A_ROW - 1);
  const top = y + height - rows * 10 - 2;
  return svg`<g class="cells">${node.cells.map((cell, index) => {
    const cx = x + 12 + (index % columns) * pitch;
    const cy = top + Math.floor(index / columns) * 10;
    const isQuiet = cell.tone === 'ok' || cell.tone === 'none';
    return isQuiet && cell.glyph !== 'noprivilege'
      ? svg`<circle cx=${cx} cy=${cy} r="1.3"></circle>`
      : placedGlyph(`s-${cell.glyph}`, cx - 5, cy - 5, 10, `is-${cell.tone}`);
  })}</g>`;
}

/** What lines and shapes of the map mean. */
export const mapLegend = html`<ul class="legend" aria-label=${say`Legend`}>
  <li>
    <svg viewBox="0 0 30 8" aria-hidden="true"><path class="swatch" d="M0 4H30" /></svg
    >${say`streaming`}
  </li>
  <li>
    <svg viewBox="0 0 30 8" aria-hidden="true">
      <path class="swatch swatch--logical" d="M0 4H30" /></svg
    >${say`logical`}
  </li>
  <li>
    <svg viewBox="0 0 30 8" aria-hidden="true">
      <path class="swatch swatch--queue" d="M1 4H30" /></svg
    >${say`queue, towards the primary`}
  </li>
  <li>${glyph('k-primary')}${say`primary`}</li>
  <li>${glyph('k-standby')}${say`standby`}</li>
  <li>${glyph('k-subscriber')}${say`subscriber`}</li>
  <li>${glyph('k-edge')}${say`edge`}</li>
  <li>${glyph('k-consumer')}${say`not Postgres`}</li>
</ul>`;
