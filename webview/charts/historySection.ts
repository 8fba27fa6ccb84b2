import { html, render, type TemplateResult } from 'lit-html';
import { formatClock, formatDate } from '../../src/core/format';
import { HISTORY_RANGES, type HistoryRange, RANGE_TIMES } from '../../src/core/history';
import { say } from '../../src/core/say';
import type { DashboardState } from '../../src/protocol/dashboardState';
import type { Actions } from '../commands';
import { selectedIdOf, type Store } from '../store';
import { button } from '../ui/button';
import { segments } from '../ui/segments';
import type { ChartModel } from './chartModel';
import { chartModels } from './chartModels';
import { chartsAsCsv } from './chartsAsCsv';
import { chartsAsMarkdown, chartView } from './chartView';
import { dayModels } from './dayModels';
import { gridIndexAt, gridTimeMs } from './grid';
import type { HistoryStore } from './historyStore';
import { LineChart } from './lineChart';
import { type Palette, readPalette } from './palette';
import type { QueuePastStore } from './queuePastStore';

const HOST_ID = 'history';
const DAY_MS = RANGE_TIMES['24h'].spanMs;

const LABELS: Readonly<Record<HistoryRange, string>> = {
  '15min': '15 min',
  '1h': '1 h',
  '24h': '24 h',
};

/** What a point stands for, where it is more than one reading. */
const NOTES: Readonly<Record<HistoryRange, string>> = {
  '15min': '',
  '1h': say`the worst of each minute`,
  '24h': say`the worst of each 5 minutes`,
};

/**
 * Since when: charts over one range, or their tables. Draws itself into the place that `place` leaves for it, so that a
 * moving mouse draws nothing else anew.
 */
export class HistorySection {
  private readonly charts = new Map<string, LineChart>();
  /** Width of each chart's place: asking the page for it between two drawings would lay everything out. */
  private readonly widths = new WeakMap<Element, number>();
  private readonly resizes = new ResizeObserver((entries) => this.resized(entries));
  private models: { readonly key: string; readonly value: readonly ChartModel[] } | null = null;
  private palette: Palette | null = null;
  private cursorMs: number | null = null;
  /** Somebody outside chose the time: it stays until the charts are touched. */
  private isPinned = false;

  constructor(
    private readonly store: Store,
    private readonly history: HistoryStore,
    private readonly pasts: QueuePastStore,
    private readonly actions: Actions,
  ) {}

  /** Where the section goes; filled by `draw`. */
  place(): TemplateResult {
    return html`<section
      class="section history"
      id=${HOST_ID}
      aria-labelledby="charts-h"
    ></section>`;
  }

  /** Draws into the place. To be called after each rendering of the page. */
  draw(): void {
    const state = this.store.model.push?.state ?? null;
    const host = document.getElementById(HOST_ID);
    if (state === null || host === null) {
      this.drawCharts([]);
      return;
    }
    const models = this.modelsFor(state, selectedIdOf(state, this.store.model.arrangement));
    render(this.content(models), host);
    this.drawCharts(models);
  }

  /** Moves all charts to a time, over the shortest range that has it, and brings them into sight. */
  showTime(atMs: number): void {
    const { push, arrangement } = this.store.model;
    const agoMs = (push?.state?.takenAtMs ?? atMs) - atMs;
    const holds = (range: HistoryRange) => agoMs <= RANGE_TIMES[range].spanMs;
    const isShown = holds(arrangement.range) && arrangement.range !== '24h';
    const range = isShown ? arrangement.range : (HISTORY_RANGES.find(holds) ?? '24h');
    this.isPinned = true;
    this.cursorMs = atMs;
    this.store.arrange({ historyAs: 'charts' });
    if (range === arrangement.range) this.moveCursor();
    else this.actions.setRange(range);
    document.getElementById(HOST_ID)?.scrollIntoView({ block: 'nearest' });
  }

  /** The theme changed: colours are read anew and everything is drawn again. */
  forgetColors(): void {
    this.palette = null;
    this.draw();
  }

  private content(models: readonly ChartModel[]): TemplateResult {
    const { arrangement } = this.store.model;
    return html`<div class="bar">
        <h2 id="charts-h">${say`History`} <span class="muted">${this.note()}</span></h2>
        ${button({
          label: say`Copy as Markdown`,
          onClick: () => this.actions.copy(chartsAsMarkdown(models, this.heading()), say`Tables`),
        })}
        ${button({
          label: say`Copy as CSV`,
          onClick: () => this.actions.copy(chartsAsCsv(models), say`Points`),
        })}
        ${segments({
          legend: say`Range`,
          name: 'charts-range',
          options: HISTORY_RANGES.map((value) => ({ value, label: LABELS[value] })),
          value: arrangement.range,
          onChange: (range) => {
            this.unpin();
            this.actions.setRange(range);
          },
        })}
        ${segments({
          legend: say`Show history as`,
          name: 'charts-as',
          options: [
            { value: 'charts', label: say`Charts` },
            { value: 'tables', label: say`Tables` },
          ],
          value: arrangement.historyAs,
          onChange: (historyAs) => this.store.arrange({ historyAs }),
        })}
      </div>
      ${
        models.length === 0
          ? html`<p class="muted">
              ${say`Nothing replicates in this topology, so there is no lag to show.`}
            </p>`
          : html`<div class="charts">${models.map((model) => this.chart(model))}</div>`
      }`;
  }

  private chart(model: ChartModel): TemplateResult {
    return chartView({
      model,
      asTable: this.store.model.arrangement.historyAs === 'tables',
      cursorMs: this.cursorMs,
      onCursorKey: (event) => this.onKey(event, model),
      onLeave: () => {
        if (!this.isPinned) this.pointAt(null);
      },
    });
  }

  /** Where the charts point, else what a point stands for. */
  private note(): string {
    const now = this.store.model.push?.state?.takenAtMs ?? 0;
    const { cursorMs } = this;
    if (cursorMs === null) return NOTES[this.history.range];
    const day = now - cursorMs > DAY_MS / 2 ? `${formatDate(cursorMs)} ` : '';
    return now - cursorMs > DAY_MS
      ? say`${day}${formatClock(cursorMs)} is longer ago than is kept`
      : say`at ${day}${formatClock(cursorMs)}`;
  }

  private heading(): string {
    const { range } = this.history;
    const name = this.store.model.push?.state?.name ?? '';
    const of = NOTES[range] === '' ? '' : ` (${NOTES[range]})`;
    return say`${name}, last ${LABELS[range]}${of}`;
  }

  private drawCharts(models: readonly ChartModel[]): void {
    const palette = (this.palette ??= readPalette());
    const hosts = new Map<string, HTMLElement>();
    for (const host of document.querySelectorAll('[data-chart]')) {
      if (host instanceof HTMLElement) hosts.set(host.dataset['chart'] ?? '', host);
    }
    for (const [kind, chart] of this.charts) {
      if (chart.isIn(hosts.get(kind))) continue;
      this.resizes.unobserve(chart.host);
      chart.dispose();
      this.charts.delete(kind);
    }
    for (const model of models) {
      const host = hosts.get(model.kind);
      if (host === undefined) continue;
      const width = this.widthOf(host);
      if (width === 0) continue;
      let chart = this.charts.get(model.kind);
      if (chart === undefined) {
        chart = new LineChart(host, model, palette, (atMs) => this.onHover(atMs));
        this.charts.set(model.kind, chart);
      }
      chart.update(model, palette, width);
      if (this.cursorMs !== null) chart.setCursor(this.cursorMs);
    }
  }

  private widthOf(host: HTMLElement): number {
    const known = this.widths.get(host);
    if (known !== undefined) return known;
    const width = host.clientWidth;
    this.widths.set(host, width);
    this.resizes.observe(host);
    return width;
  }

  private resized(entries: readonly ResizeObserverEntry[]): void {
    const changed = entries.filter(({ target }) => {
      const isOther = this.widths.get(target) !== target.clientWidth;
      this.widths.set(target, target.clientWidth);
      return isOther;
    });
    if (changed.length > 0) this.draw();
  }

  /** The same points and the same selection give the same models, and what is the same is not drawn again. */
  private modelsFor(state: DashboardState, selectedId: string | null): readonly ChartModel[] {
    const { history, pasts } = this;
    // Points follow a snapshot by one question and answer; drawing before they came would be done twice.
    const key = [state.topologyId, history.revision, pasts.revision, selectedId].join('\n');
    if (this.models?.key === key) return this.models.value;
    const ofDrains = history.range === '24h' ? pasts.seriesOf(state.topologyId) : [];
    const value = [
      ...chartModels(state, history, selectedId),
      ...dayModels(state, ofDrains, selectedId),
    ];
    this.models = { key, value };
    return value;
  }

  private onHover(atMs: number | null): void {
    this.isPinned &&= atMs === null;
    if (!this.isPinned) this.pointAt(atMs);
  }

  private pointAt(atMs: number | null): void {
    if (atMs === this.cursorMs) return;
    this.cursorMs = atMs;
    this.moveCursor();
  }

  private moveCursor(): void {
    for (const chart of this.charts.values()) chart.setCursor(this.cursorMs);
    this.draw();
  }

  private unpin(): void {
    this.isPinned = false;
    this.cursorMs = null;
  }

  private onKey(event: KeyboardEvent, { grid }: ChartModel): void {
    const last = grid.count - 1;
    const at = this.cursorMs === null ? last : gridIndexAt(grid, this.cursorMs);
    const next = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      PageUp: at - 12,
      PageDown: at + 12,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Escape') {
      this.isPinned = false;
      this.pointAt(null);
    }
    if (next === undefined) return;
    event.preventDefault();
    this.isPinned = false;
    this.pointAt(gridTimeMs(grid, Math.max(0, Math.min(last, next))));
  }
}
