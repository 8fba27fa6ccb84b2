import { html, nothing, render, type TemplateResult } from 'lit-html';
import { say } from '../src/core/say';
import { HistorySection } from './charts/historySection';
import type { HistoryStore } from './charts/historyStore';
import type { QueuePastStore } from './charts/queuePastStore';
import type { Actions } from './commands';
import { emptyPage, loadingPage } from './parts/blank';
import { checkTable } from './parts/checkTable';
import { details } from './parts/details';
import { eventList } from './parts/eventList';
import { figureCard } from './parts/figure';
import { header } from './parts/header';
import { lossSection } from './parts/lossSection';
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
  isLongWait = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly store: Store,
    history: HistoryStore,
    pasts: QueuePastStore,
    private readonly actions: Actions,
  ) {
    this.topology = new TopologySection(store, actions, () => focusDetails());
    this.history = new HistorySection(store, history, pasts, actions);
  }

  render(): void {
    render(html`${sprite}${this.content()}`, this.root);
    if (this.store.model.push !== null) this.root.removeAttribute('aria-busy');
    this.history.draw();
  }

  /** Brings the answer to "could I lose data now?" into sight, and the focus to it. */
  goToLoss(): void {
    const head = document.querySelector('#loss-h');
    if (!(head instanceof HTMLElement)) return;
    head.scrollIntoView({ block: 'start' });
    head.focus({ preventScroll: true });
  }

  /** Brings what was asked about into sight, wherever the page was scrolled to; the focus stays where it is. */
  goToDetails(): void {
    const head = document.querySelector('.details__head');
    if (head === null) return;
    const { top, bottom } = head.getBoundingClientRect();
    const isInSight = top >= 0 && bottom <= document.documentElement.clientHeight;
    if (!isInSight) head.scrollIntoView({ block: 'start' });
  }

  /** Moves the charts to a time. */
  showTime(atMs: number): void {
    this.history.showTime(atMs);
  }

  /** New points came: only the charts are drawn anew. */
  drawHistory(): void {
    this.history.draw();
  }

  themeChanged(): void {
    this.history.forgetColors();
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
            }${measured ? this.events() : nothing}
          </div>
          ${
            measured
              ? html`${this.history.place()}${queueTable({
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
            ? html`<div class="lower">
                <div>${lossSection({ state, nowMs, actions: this.actions })}</div>
                <div>
                  ${slotTable({ state, commands: push.commands, nowMs, actions: this.actions })}${checkTable(
                    {
                      state,
                      commands: push.commands,
                      nowMs,
                      actions: this.actions,
                    },
                  )}
                </div>
              </div>`
            : html`<p class="foot">
                ${say`History, slots, checks and events appear once servers have answered.`}
              </p>`
        }
      </div>
      ${figureCard(this.store.model.figure, nowMs, this.actions)}`;
  }

  private events(): TemplateResult {
    const { events, eventFilter, areAllEventsShown } = this.store.model;
    return eventList({
      events,
      filter: eventFilter,
      areAllShown: areAllEventsShown,
      actions: this.actions,
      onFilter: (filter) => this.store.set({ eventFilter: filter }),
      onShowAll: (areAllShown) => this.store.set({ areAllEventsShown: areAllShown }),
    });
  }
}

/** Room for a map, at a width of the page. */
export function mapWidth(pageWidth: number): number {
  const inner = Math.max(440, pageWidth - 40);
  return pageWidth >= WIDE_PAGE ? inner - ASIDE : inner;
}

function focusDetails(): void {
  const head = document.querySelector('#details-h');
  if (head instanceof HTMLElement) head.focus();
}
