import { html, nothing, render, type TemplateResult } from 'lit-html';
import { chartModels } from './charts/chartModels';
import { dayModels } from './charts/dayModels';
import { type ChartSource, HistorySection } from './charts/historySection';
import type { HistoryStore } from './charts/historyStore';
import type { QueuePastStore } from './charts/queuePastStore';
import type { Actions } from './commands';
import { emptyPage, loadingPage } from './parts/blank';
import { checkTable } from './parts/checkTable';
import { details } from './parts/details';
import { header } from './parts/header';
import { problemList } from './parts/problemList';
import { queueTable } from './parts/queueTable';
import { slotTable } from './parts/slotTable';
import { sprite } from './parts/sprite';
import { focusOnMap, TopologySection } from './parts/topologySection';
import { selectedIdOf, type Store } from './store';
import { hasMeasured } from './text/mode';
import { problemsOf } from './text/problems';
import { findSubject } from './text/subject';

/** From this width on details stand beside the map: the same as in the style sheet. */
const WIDE_PAGE = 1320;
const ASIDE = 384 + 28;

/** The whole page from the store. Rendering twice from the same model changes nothing. */
export class Page {
  private readonly topology: TopologySection;
  private readonly history: HistorySection;
  private readonly drains: HistorySection;
  isLongWait = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly store: Store,
    history: HistoryStore,
    pasts: QueuePastStore,
    private readonly actions: Actions,
  ) {
    this.topology = new TopologySection(
      store,
      (id) => actions.select(id),
      () => focusDetails(),
    );
    this.history = new HistorySection(store, readingsOf(history), actions);
    this.drains = new HistorySection(store, drainsOf(pasts), actions);
  }

  render(): void {
    render(html`${sprite}${this.content()}`, this.root);
    if (this.store.model.push !== null) this.root.removeAttribute('aria-busy');
    this.history.draw();
    this.drains.draw();
  }

  themeChanged(): void {
    this.history.forgetColors();
    this.drains.forgetColors();
  }

  private content(): TemplateResult | typeof nothing {
    const { push, arrangement, nowMs, width } = this.store.model;
    if (push === null) return loadingPage(this.isLongWait);
    const { state } = push;
    if (state === null) return emptyPage(push.commands, this.actions);
    const selectedId = selectedIdOf(state, arrangement);
    const subject = selectedId === null ? null : findSubject(state, selectedId);
    const measured = hasMeasured(state);
    const select = (id: string) => this.actions.select(id);
    return html`${header(push, state, nowMs, this.actions)}
      <div class="page">
        ${problemList(problemsOf(state, nowMs), selectedId, select)}
        <div class="stage">
          ${this.topology.view(state, selectedId, mapWidth(width))}
          <div class="aside">
            ${
              subject === null || selectedId === null
                ? nothing
                : details({
                    state,
                    subject,
                    selectedId,
                    commands: push.commands,
                    nowMs,
                    actions: this.actions,
                    onKey: (event) => {
                      if (event.key === 'Escape') focusOnMap(selectedId);
                    },
                  })
            }
          </div>
          ${
            measured
              ? html`${this.history.view(state, selectedId)}${queueTable({
                  state,
                  commands: push.commands,
                  nowMs,
                  actions: this.actions,
                })}${this.drains.view(state, selectedId)}${slotTable({
                  state,
                  nowMs,
                  onSelect: select,
                  onCopy: (text) => this.actions.copy(text, 'Slots'),
                })}${checkTable({
                  state,
                  commands: push.commands,
                  nowMs,
                  actions: this.actions,
                })}`
              : nothing
          }
        </div>
        ${
          measured
            ? nothing
            : html`<p class="foot">History, slots and checks appear once servers have answered.</p>`
        }
      </div>`;
  }
}

/** Our own readings. */
function readingsOf(history: HistoryStore): ChartSource {
  return {
    id: 'charts',
    title: 'History',
    span: 'last 15 min',
    emptyText: 'Nothing replicates in this topology, so there is no lag to show.',
    // Points follow a snapshot by one question and answer; drawing before they came would be done twice.
    key: () => String(history.revision),
    models: (state, selectedId) => chartModels(state, history.series, selectedId, state.takenAtMs),
  };
}

/** What the primary has of drains. */
function drainsOf(pasts: QueuePastStore): ChartSource {
  return {
    id: 'drains',
    title: 'Drains',
    span: 'last 24 hours',
    emptyText: null,
    key: () => String(pasts.revision),
    models: (state, selectedId) => dayModels(state, pasts.seriesOf(state.topologyId), selectedId),
  };
}

function mapWidth(pageWidth: number): number {
  const inner = Math.max(440, pageWidth - 40);
  return pageWidth >= WIDE_PAGE ? inner - ASIDE : inner;
}

function focusDetails(): void {
  const head = document.querySelector('#details-h');
  if (head instanceof HTMLElement) head.focus();
}
