import { html, type TemplateResult } from 'lit-html';
import type { DashboardState } from '../../src/protocol/dashboardState';
import type { Actions } from '../commands';
import type { Store } from '../store';
import { button } from '../ui/button';
import { segments } from '../ui/segments';
import { type ChartModel, chartModels } from './chartModels';
import { chartsAsCsv, chartView } from './chartView';
import type { HistoryStore } from './historyStore';
import { LineChart } from './lineChart';
import { type Palette, readPalette } from './palette';

/** Since when: the charts, or their tables. Owns the canvases that the templates leave room for. */
export class HistorySection {
  private readonly charts = new Map<string, LineChart>();
  private models: { readonly key: string; readonly value: readonly ChartModel[] } | null = null;
  private palette: Palette | null = null;

  constructor(
    private readonly store: Store,
    private readonly history: HistoryStore,
    private readonly actions: Actions,
  ) {}

  view(state: DashboardState, selectedId: string | null): TemplateResult {
    const { arrangement, chartCursor } = this.store.model;
    const models = this.modelsFor(state, selectedId);
    return html`<section class="section history" aria-labelledby="charts-h">
      <div class="bar">
        <h2 id="charts-h">History <span class="muted">last 15 min</span></h2>
        ${button({
          label: 'Copy as CSV',
          onClick: () => this.actions.copy(chartsAsCsv(models), 'History'),
        })}
        ${segments({
          legend: 'Show history as',
          name: 'history-as',
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
          ? html`<p class="muted">
              Nothing replicates in this topology, so there is no lag to show.
            </p>`
          : html`<div class="charts">
              ${models.map((model) =>
                chartView({
                  model,
                  asTable: arrangement.historyAs === 'tables',
                  cursor: chartCursor,
                  onCursorKey: (event) => this.onKey(event, model),
                  onLeave: () => this.store.set({ chartCursor: null }),
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
    // Points follow a snapshot by one question and answer; drawing before they came would be done twice.
    const key = `${state.topologyId}\n${this.history.revision}\n${selectedId ?? ''}`;
    if (this.models?.key !== key) {
      const value = chartModels(state, this.history.series, selectedId, state.takenAtMs);
      this.models = { key, value };
    }
    return this.models.value;
  }

  private onHover(index: number | null): void {
    if (index === this.store.model.chartCursor) return;
    for (const chart of this.charts.values()) chart.setCursor(index);
    this.store.set({ chartCursor: index });
  }

  private onKey(event: KeyboardEvent, model: ChartModel): void {
    const last = model.grid.count - 1;
    const at = this.store.model.chartCursor ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') this.onHover(null);
    if (next === undefined) return;
    event.preventDefault();
    this.onHover(Math.max(0, Math.min(last, next)));
  }
}
