import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { checkHealth, checkWords } from '../../src/core/describe/checkText';
import { formatAgo, formatCounted, formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardState, EdgeChecksState } from '../../src/protocol/dashboardState';
import { type Actions, COMMAND_LABELS } from '../commands';
import { type CheckRow, checkRows, positionNote } from '../text/checkRows';
import { budgetFigure, shareFigure } from '../text/figures';
import { toneOf } from '../text/glyphs';
import { button } from '../ui/button';
import { checkbox } from '../ui/checkbox';
import { figure } from './figure';
import { glyph } from './glyph';

const SHOWN = 12;

export interface CheckTableProps {
  readonly state: DashboardState;
  readonly commands: readonly DashboardCommand[];
  readonly nowMs: number;
  readonly actions: Actions;
}

/** Whether data really arrives: the last check of each link, worst first, and how to run more. */
export function checkTable({ state, commands, nowMs, actions }: CheckTableProps) {
  if (!commands.includes('runChecks')) return nothing;
  const { isContinuous } = state.checks;
  const rows = checkRows(state);
  const running = state.checks.edges.filter(({ isRunning }) => isRunning).length;
  return html`<section class="section checks" aria-labelledby="checks-h">
    <div class="bar">
      <h2 id="checks-h">
        ${say`Checks`} <span class="muted">${runNote(running, isContinuous)}</span>
      </h2>
      ${checkbox({
        label: say`Check continuously`,
        isChecked: isContinuous,
        onChange: (isOn) => actions.run(isOn ? 'startContinuousChecks' : 'stopContinuousChecks'),
      })}
      ${button({ label: COMMAND_LABELS.runChecks, onClick: () => actions.run('runChecks') })}
    </div>
    ${rows.length === 0 ? emptyNote(running) : table(rows, nowMs, actions)}
    ${foot(rows, commands, actions)}
  </section>`;
}

function foot(rows: readonly CheckRow[], commands: readonly DashboardCommand[], actions: Actions) {
  const note = positionNote(rows);
  if (note === null) return nothing;
  const { text, publisherId } = note;
  const install =
    publisherId === null || !commands.includes('installSentinel')
      ? nothing
      : html` <button
          class="link"
          type="button"
          @click=${() => actions.run('installSentinel', publisherId)}
        >
          ${COMMAND_LABELS.installSentinel}
        </button>`;
  return html`<p class="foot">${text}${install}</p>`;
}

/** While they go on by themselves each round would blink: then only that they do is said. */
function runNote(running: number, isContinuous: boolean): string {
  if (isContinuous) return say`round after round`;
  return running === 0 ? '' : say`${formatCounted(running, 'link')} under way`;
}

function emptyNote(running: number): TemplateResult {
  const text =
    running > 0
      ? say`The first check is under way; it takes ten seconds at most.`
      : say`Nothing was checked in this window yet. A check writes one token upstream and waits until it shows on each link.`;
  return html`<p class="state is-none">${glyph('s-unknown')}<span>${text}</span></p>`;
}

function table(rows: readonly CheckRow[], nowMs: number, actions: Actions): TemplateResult {
  const trouble = rows.filter(({ last }) => last.outcome !== 'arrived').length;
  const shown = rows.slice(0, Math.max(SHOWN, trouble));
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${say`Results of checks`}>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">${say`Link`}</th>
            <th scope="col">${say`Last result`}</th>
            <th scope="col" class="num">${say`Age`}</th>
            <th scope="col" class="num">p50</th>
            <th scope="col" class="num">p95</th>
            <th scope="col" class="num">p99</th>
            <th scope="col" class="num">${say`Worst`}</th>
            <th scope="col" class="num">${say`Budget`}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            shown,
            ({ edge }) => edge.id,
            (row) => tableRow(row, nowMs, actions),
          )}
        </tbody>
      </table>
    </div>
    ${restNote(rows.slice(shown.length))}`;
}

function tableRow(row: CheckRow, nowMs: number, actions: Actions): TemplateResult {
  const { edge, last, checks } = row;
  const tone = toneOf(checkHealth(last));
  return html`<tr>
    <th scope="row">
      <button class="link" type="button" @click=${() => actions.select(edge.id)}>
        ${row.name}
      </button>
      <span class="muted">${row.kind}</span>
    </th>
    <td class="wrap">
      <span class="state is-${tone}"
        >${glyph(`s-${row.glyph}`)}<span
          >${checkWords(last)}${
            why(last) === null ? nothing : html`<span class="muted"> · ${why(last)}</span>`
          }</span
        ></span
      >
    </td>
    <td class="num">${formatAgo(last.endedAtMs, nowMs)}</td>
    ${SHARES.map(
      ([name, read]) =>
        html`<td class="num">${share(checks, read(checks), name, nowMs, actions)}</td>`,
    )}
    <td class="num">
      ${checks.budgetMs === null ? none : figure(budgetFigure(checks.budgetMs), nowMs, actions)}
    </td>
  </tr>`;
}

function why({ failure, note }: CheckRow['last']): string | null {
  return failure?.text ?? note;
}

const none = html`<span class="muted">–</span>`;

const SHARES: readonly (readonly [string, (checks: EdgeChecksState) => number | null])[] = [
  [say`The median`, (checks) => checks.medianMs],
  ['95 %', (checks) => checks.p95Ms],
  ['99 %', (checks) => checks.p99Ms],
  [say`The slowest`, (checks) => checks.worstMs],
];

function share(
  checks: EdgeChecksState,
  ms: number | null,
  name: string,
  nowMs: number,
  actions: Actions,
) {
  if (ms === null) return none;
  return figure(shareFigure(checks, formatDuration(ms), name), nowMs, actions);
}

function restNote(rest: readonly CheckRow[]) {
  if (rest.length === 0) return nothing;
  const slowest = Math.max(...rest.map(({ last }) => last.arrivedMs ?? 0));
  const note = say`${rest.length} more arrived, slowest ${formatDuration(slowest)}`;
  return html`<p class="foot">${note}</p>`;
}
