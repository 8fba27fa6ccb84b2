import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatClock, formatDuration } from '../../src/core/format';
import { spellValue } from './axes';
import type { ChartModel, Line } from './chartModels';
import { gridTimeMs, valueAt } from './grid';

export interface ChartProps {
  readonly model: ChartModel;
  readonly asTable: boolean;
  /** Place on the grid that all charts point at; `null`: now. */
  readonly cursor: number | null;
  readonly onCursorKey: (event: KeyboardEvent, model: ChartModel) => void;
  readonly onLeave: () => void;
}

const CLASSES = {
  focus: '1',
  warn: 'warn',
  bad: 'bad',
  plain: '2',
  dash: '3',
  dot: '4',
  dashDot: '5',
} as const;

/** A chart with its key below, or the same facts as a table. */
export function chartView(props: ChartProps): TemplateResult {
  const { model, asTable } = props;
  const headId = `chart-${model.kind}`;
  const unit = asTable ? '' : html` <span class="muted">${model.unit}</span>`;
  return html`<figure class="chart" aria-labelledby=${headId}>
    <h3>
      <b id=${headId}>${model.title}${unit}</b>
      ${asTable ? '' : html`<span class="muted">${model.focusName}</span>`}
    </h3>
    ${asTable ? tableView(model) : plotView(props)}
  </figure>`;
}

function plotView(props: ChartProps): TemplateResult {
  const { model, cursor } = props;
  if (!model.hasValues) {
    return html`<p class="chart__empty muted">${model.emptyText}</p>`;
  }
  const at = cursor ?? model.grid.count - 1;
  const label = `${model.title}, last ${spanOf(model)}. ${model.lines.map((line) => `${line.name} ${line.now}`).join(', ')}.`;
  const clock = formatClock(gridTimeMs(model.grid, at));
  const spoken = model.lines.map((line) => `${line.name} ${textAt(model, line, cursor)}`);
  return html`<div
      class="plot-host"
      data-chart=${model.kind}
      role="slider"
      tabindex="0"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax=${model.grid.count - 1}
      aria-valuenow=${at}
      aria-valuetext=${`${cursor === null ? 'now' : clock}: ${spoken.join(', ')}`}
      @keydown=${(event: KeyboardEvent) => props.onCursorKey(event, model)}
      @blur=${props.onLeave}
    ></div>
    <ul class="keys" aria-hidden="true">
      ${repeat(
        model.lines,
        (line) => line.id,
        (line) => keyView(model, line, cursor),
      )}
    </ul>`;
}

function spanOf({ grid }: ChartModel): string {
  return grid.toMs - grid.fromMs > 3_600_000 ? '24 hours' : '15 minutes';
}

function keyView(model: ChartModel, line: Line, cursor: number | null): TemplateResult {
  const isFocus = line.style === 'focus' || line.style === 'warn' || line.style === 'bad';
  const isKnown = cursor === null ? line.isKnownNow : valueAt(line.values, cursor) !== null;
  return html`<li class=${isFocus ? 'on' : ''}>
    <svg viewBox="0 0 22 6"><path class="series series--${CLASSES[line.style]}" d="M0 3H22" /></svg>
    <span title=${line.name}>${line.name}</span>
    <b class=${isKnown ? 'num' : 'num muted'}>${textAt(model, line, cursor)}</b>
  </li>`;
}

function textAt(model: ChartModel, line: Line, cursor: number | null): string {
  if (cursor === null) return line.now;
  const value = valueAt(line.values, cursor);
  return value === null ? 'unknown' : spellValue(model.kind, value);
}

function tableView(model: ChartModel): TemplateResult {
  const spell = (value: number | null) => (value === null ? '–' : spellValue(model.kind, value));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${model.title} as a table">
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Series</th>
          ${['Now', 'Median', 'p95', 'Worst', 'Unknown for'].map(
            (head) => html`<th scope="col" class="num">${head}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          model.lines,
          (line) => line.id,
          ({ name, now, statistics }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="num">${now}</td>
              <td class="num">${spell(statistics.median)}</td>
              <td class="num">${spell(statistics.p95)}</td>
              <td class="num">${spell(statistics.worst)}</td>
              <td class="num">${unknownFor(statistics.unknownForMs)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function unknownFor(ms: number): string {
  return ms === 0 ? '–' : formatDuration(ms, 'fine');
}

/** All charts as comma-separated values: one row a series. */
export function chartsAsCsv(models: readonly ChartModel[]): string {
  const cell = (text: string) => {
    // A spreadsheet would take such a name for a formula.
    const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const number = (value: number | null) => (value === null ? '' : String(value));
  const rows = models.flatMap((model) =>
    model.lines.map(({ name, now, statistics: s }) =>
      [
        cell(`${model.title} ${UNITS[model.kind]}`),
        cell(name),
        cell(now.replaceAll('\u00a0', ' ')),
        number(s.median),
        number(s.p95),
        number(s.worst),
        String(s.unknownForMs / 1000),
      ].join(','),
    ),
  );
  return ['measure,series,now,median,p95,worst,unknown for (s)', ...rows].join('\n') + '\n';
}

const UNITS = {
  lag: '(ms)',
  bytes: '(bytes)',
  depth: '(operations)',
  dayDepth: '(operations)',
  dayLatency: '(ms)',
} as const;
