import { html, nothing, type TemplateResult } from 'lit-html';
import type { DashboardState } from '../../src/protocol/dashboardState';
import type { Actions } from '../commands';
import type { Store } from '../store';
import { button } from '../ui/button';
import { segments } from '../ui/segments';
import type { ChartModel } from './chartModels';
import { chartsAsCsv, chartView } from './chartView';
import { LineChart } from './lineChart';
import { type Palette, readPalette } from './palette';

/** What a section of charts shows. */
export interface ChartSource {
  /** Goes into ids of elements. */
  readonly id: string;
  readonly title: string;
  readonly span: string;
  /** `null`: the section is left out without charts; else what it says then. */
  readonly emptyText: string | null;
  /** What the models are made from, as a text: the same text, the same models. */
  key(state: DashboardState): string;
  models(state: DashboardState, selectedId: string | null): readonly ChartModel[];
}

/** Since when: charts over one span, or their tables. Owns the canvases that the templates leave room for. */
export class HistorySection {
  private readonly charts = new Map<string, LineChart>();
  private models: { readonly key: string; readonly value: readonly ChartModel[] } | null = null;
  private palette: Palette | null = null;
  private cursor: number | null = null;

  constructor(
    private readonly store: Store,
    private readonly source: ChartSource,
    private readonly actions: Actions,
  ) {}

  view(state: DashboardState, selectedId: string | null): TemplateResult | typeof nothing {
    const { arrangement } = this.store.model;
    const { id, title, span, emptyText } = this.source;
    const models = this.modelsFor(state, selectedId);
    if (models.length === 0 && emptyText === null) return nothing;
    return html`<section class="section history" aria-labelledby="${id}-h">
      <div class="bar">
        <h2 id="${id}-h">${title} <span class="muted">${span}</span></h2>
        ${button({
          label: 'Copy as CSV',
          onClick: () => this.actions.copy(chartsAsCsv(models), title),
        })}
        ${segments({
          legend: `Show ${title.toLowerCase()} as`,
          name: `${id}-as`,
          options: [
            { value: 'charts', label: 'Charts' },
            { value: 'tables', label: 'Tables' },
          ],
          value: arrangement.historyAs,
          onChange: (historyAs) => this.store.arrange({ historyAs }),
        })}
      </div>
      ${
        models.length === 0
          ? html`<p class="muted">${emptyText}</p>`
          : html`<div class="charts">
              ${models.map((model) =>
                chartView({
                  model,
                  asTable: arrangement.historyAs === 'tables',
                  cursor: this.cursor,
                  onCursorKey: (event) => this.onKey(event, model),
                  onLeave: () => this.onHover(null),
                }),
              )}
            </div>`
      }
    </section>`;
  }

  /** Draws into the places that `view` made. To be called after each rendering. */
  draw(): void {
    const palette = (this.palette ??= readPalette());
    const hosts = new Map<string, HTMLElement>();
    for (const host of document.querySelectorAll('[data-chart]')) {
      if (host instanceof HTMLElement) hosts.set(host.dataset['chart'] ?? '', host);
    }
    for (const [kind, chart] of this.charts) {
      if (hosts.has(kind)) continue;
      chart.dispose();
      this.charts.delete(kind);
    }
    for (const model of this.models?.value ?? []) {
      const host = hosts.get(model.kind);
      if (host === undefined || host.clientWidth === 0) continue;
      let chart = this.charts.get(model.kind);
      if (chart === undefined) {
        chart = new LineChart(host, model, palette, (index) => this.onHover(index));
        this.charts.set(model.kind, chart);
      }
      chart.update(model, palette, host.clientWidth);
    }
  }

  /** The theme changed: colours are read anew and everything is drawn again. */
  forgetColors(): void {
    this.palette = null;
    this.draw();
  }

  private modelsFor(state: DashboardState, selectedId: string | null): readonly ChartModel[] {
    const key = `${state.topologyId}\n${this.source.key(state)}\n${selectedId ?? ''}`;
    if (this.models?.key !== key)
      this.models = { key, value: this.source.models(state, selectedId) };
    return this.models.value;
  }

  private onHover(index: number | null): void {
    if (index === this.cursor) return;
    this.cursor = index;
    for (const chart of this.charts.values()) chart.setCursor(index);
    this.store.set({});
  }

  private onKey(event: KeyboardEvent, model: ChartModel): void {
    const last = model.grid.count - 1;
    const at = this.cursor ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') this.onHover(null);
    if (next === undefined) return;
    event.preventDefault();
    this.onHover(Math.max(0, Math.min(last, next)));
  }
}
