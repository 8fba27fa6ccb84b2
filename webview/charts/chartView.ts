import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatClock, formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import { spellValue } from './axes';
import { type ChartModel, type Line, WIDE } from './chartModel';
import { gridIndexAt, gridTimeMs, valueAt } from './grid';
import { spellLate } from './lines';

export interface ChartProps {
  readonly model: ChartModel;
  readonly asTable: boolean;
  /** Time that all charts point at; `null`: now. */
  readonly cursorMs: number | null;
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
  const { model, cursorMs } = props;
  if (!model.hasValues) {
    return html`<p class="chart__empty muted">${model.emptyText}</p>`;
  }
  const cursor = cursorMs === null ? null : gridIndexAt(model.grid, cursorMs);
  const at = cursor ?? model.grid.count - 1;
  const label = say`${model.title}, last ${model.span}. ${model.lines.map((line) => `${line.name} ${line.now}`).join(', ')}.`;
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
      aria-valuetext=${`${cursor === null ? say`now` : clock}: ${spoken.join(', ')}`}
      @keydown=${(event: KeyboardEvent) => props.onCursorKey(event, model)}
      @blur=${props.onLeave}
    ></div>
    <ul class="keys" aria-hidden="true">
      ${repeat(
        model.lines,
        (line) => line.id,
        (line) => keyView(model, line, cursor),
      )}
    </ul>
    ${model.note === null ? nothing : html`<p class="chart__note muted">${model.note}</p>`}`;
}

function keyView(model: ChartModel, line: Line, cursor: number | null): TemplateResult {
  const isKnown =
    cursor === null
      ? line.isKnownNow
      : line.late.has(cursor) || valueAt(line.values, cursor) !== null;
  return html`<li class=${WIDE.has(line.style) ? 'on' : ''}>
    <svg viewBox="0 0 22 6"><path class="series series--${CLASSES[line.style]}" d="M0 3H22" /></svg>
    <span title=${line.name}>${line.name}</span>
    <b class=${isKnown ? 'num' : 'num muted'}>${textAt(model, line, cursor)}</b>
  </li>`;
}

function textAt(model: ChartModel, line: Line, cursor: number | null): string {
  if (cursor === null) return line.now;
  const late = line.late.get(cursor);
  if (late !== undefined) return spellLate(late);
  const value = valueAt(line.values, cursor);
  if (value !== null) return spellValue(model.kind, value);
  const gap = WIDE.has(line.style)
    ? model.gaps.find(({ from, to }) => cursor >= from && cursor <= to)
    : undefined;
  return gap?.name ?? say`unknown`;
}

/** One column of the tables: how it is headed, and what it says of a line. */
interface Column {
  readonly head: string;
  readonly text: (line: Line) => string;
}

function columnsOf(model: ChartModel): readonly Column[] {
  const share = (head: string, of: (line: Line) => number | null): Column => ({
    head,
    text: (line) => {
      const value = of(line);
      return value === null ? '–' : spellValue(model.kind, value);
    },
  });
  const now: Column = { head: say`Now`, text: (line) => line.now };
  const worst = share(say`Worst`, ({ statistics }) => statistics.worst);
  if (model.kind === 'latency') {
    return [
      now,
      share('p50', ({ statistics }) => statistics.median),
      share('p95', ({ statistics }) => statistics.p95),
      share('p99', ({ statistics }) => statistics.p99),
      worst,
      { head: say`Late`, text: ({ statistics }) => String(statistics.late ?? '–') },
    ];
  }
  return [
    now,
    share(say`Median`, ({ statistics }) => statistics.median),
    share('p95', ({ statistics }) => statistics.p95),
    worst,
    { head: say`Unknown for`, text: ({ statistics }) => unknownFor(statistics.unknownForMs) },
  ];
}

function tableView(model: ChartModel): TemplateResult {
  const columns = columnsOf(model);
  return html`<div
    class="scroll"
    tabindex="0"
    role="region"
    aria-label=${say`${model.title} as a table`}
  >
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">${say`Series`}</th>
          ${columns.map(({ head }) => html`<th scope="col" class="num">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          model.lines,
          (line) => line.id,
          (line) =>
            html`<tr>
              <th scope="row">${line.name}</th>
              ${columns.map(({ text }) => html`<td class="num">${text(line)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function unknownFor(ms: number): string {
  return ms === 0 ? '–' : formatDuration(ms, 'fine');
}

/** All charts as Markdown tables, one a chart. */
export function chartsAsMarkdown(models: readonly ChartModel[], heading: string): string {
  const cell = (text: string) => text.replaceAll('\u00a0', ' ').replace(/[\\|`*_<>[\]]/g, '\\$&');
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const tables = models.map((model) => {
    const columns = columnsOf(model);
    const rule = `| --- |${columns.map(() => ' ---: |').join('')}`;
    const rows = model.lines.map((line) =>
      row([line.name, ...columns.map(({ text }) => text(line))]),
    );
    const head = row([model.title, ...columns.map((column) => column.head)]);
    return [head, rule, ...rows].join('\n');
  });
  return [`## ${heading}`, ...tables].join('\n\n') + '\n';
}
