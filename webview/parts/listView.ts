import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatBytes, formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardState, EdgeState } from '../../src/protocol/dashboardState';
import { downstreamOf } from '../map/fold';
import type { MapGraph, MapLink, MapNode } from '../map/graph';
import type { Actions } from '../commands';
import { behindFigure, lagFigure } from '../text/figures';
import { figure } from './figure';
import { glyph } from './glyph';

export interface ListProps {
  readonly graph: MapGraph;
  readonly state: DashboardState;
  readonly selectedId: string | null;
  readonly nowMs: number;
  readonly actions: Actions;
}

interface Row {
  readonly node: MapNode;
  readonly link: MapLink | null;
}

/** The map as an ordinary table: one row a node and link into it. */
export function listView(props: ListProps): TemplateResult {
  const { graph, state, selectedId, actions } = props;
  const onSelect = (id: string) => actions.select(id);
  const edgeOf = new Map(state.edges.map((edge) => [edge.id, edge]));
  const nameOf = new Map(graph.nodes.map((node) => [node.id, node.name]));
  const rows = graph.nodes.flatMap((node): Row[] => {
    const links = graph.links.filter((link) => downstreamOf(link) === node.id);
    return links.length === 0 ? [{ node, link: null }] : links.map((link) => ({ node, link }));
  });
  if (rows.length === 0) return html`<p class="muted">${say`No node matches.`}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${say`Topology as a table`}>
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">${say`Node`}</th>
          <th scope="col">${say`Role`}</th>
          <th scope="col">${say`Link`}</th>
          <th scope="col">${say`State`}</th>
          <th scope="col" class="num">${say`Lag`}</th>
          <th scope="col" class="num">${say`Behind`}</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          ({ node, link }) => `${node.id}\n${link?.id ?? ''}`,
          ({ node, link }) => {
            const edge = link === null ? undefined : edgeOf.get(link.id);
            const isSelected = node.id === selectedId || link?.id === selectedId;
            const old = node.isOld || link?.isOld === true;
            return html`<tr
              class=${old ? 'greyed' : ''}
              aria-current=${isSelected ? 'true' : nothing}
            >
              <th scope="row">
                <button class="link" type="button" @click=${() => onSelect(node.id)}>
                  ${node.name}
                </button>
              </th>
              <td>${nodeState(node)}</td>
              <td>${linkCell(link, nameOf, onSelect)}</td>
              <td>
                ${
                  link === null
                    ? html`<span class="muted">–</span>`
                    : html`<span class="state is-${link.tone}"
                        >${glyph(`s-${link.glyph}`)}<span>${link.top}</span></span
                      >`
                }
              </td>
              <td class="num">${lagCell(edge, props)}</td>
              <td class="num">${bytesCell(edge, props)}</td>
            </tr>`;
          },
        )}
      </tbody>
    </table>
  </div>`;
}

function nodeState(node: MapNode): TemplateResult {
  const isTrouble = node.tone === 'warn' || node.tone === 'bad';
  return html`<span class="state is-${node.tone}"
    >${glyph(isTrouble ? `s-${node.glyph}` : `k-${node.kind}`)}<span>${node.role}</span></span
  >`;
}

function linkCell(
  link: MapLink | null,
  nameOf: ReadonlyMap<string, string>,
  onSelect: (id: string) => void,
): TemplateResult {
  if (link === null) return html`<span class="muted">–</span>`;
  const other =
    link.kind === 'queue'
      ? say`to ${nameOf.get(link.to) ?? ''}`
      : say`from ${nameOf.get(link.from) ?? ''}`;
  return html`<button class="link" type="button" @click=${() => onSelect(link.id)}>${other}</button>
    <span class="muted">${link.kind} · ${link.sub}</span>`;
}

function lagCell(edge: EdgeState | undefined, { state, nowMs, actions }: ListProps) {
  if (edge === undefined) return html`<span class="muted">–</span>`;
  if (edge.verdict.code === 'idle') return say`caught up`;
  return edge.lagMs === null
    ? html`<span class="muted">${say`unknown`}</span>`
    : figure(lagFigure(edge, formatDuration(edge.lagMs, 'fine'), state), nowMs, actions);
}

function bytesCell(edge: EdgeState | undefined, { state, nowMs, actions }: ListProps) {
  if (edge === undefined) return html`<span class="muted">–</span>`;
  return edge.lagBytes === null
    ? html`<span class="muted">${say`unknown`}</span>`
    : figure(behindFigure(edge, formatBytes(edge.lagBytes), state), nowMs, actions);
}
