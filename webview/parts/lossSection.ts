import { html, nothing, type TemplateResult } from 'lit-html';
import { formatAgo, formatClock, formatDuration } from '../../src/core/format';
import { lossMarkdown } from '../../src/core/loss/lossMarkdown';
import { say } from '../../src/core/say';
import type { DashboardState } from '../../src/protocol/dashboardState';
import type { LossState } from '../../src/protocol/diagnosisState';
import type { Actions } from '../commands';
import { toneOf, type StateGlyph } from '../text/glyphs';
import { findSubject } from '../text/subject';
import { button } from '../ui/button';
import { glyph, said } from './glyph';

const SHOWN = 12;

export interface LossSectionProps {
  readonly state: DashboardState;
  readonly nowMs: number;
  readonly actions: Actions;
}

/** What exists at one place only: the answer, the moment that it is about, and place by place. */
export function lossSection({ state, nowMs, actions }: LossSectionProps): TemplateResult {
  const { loss, lossRowsMore } = state;
  const tone = toneOf(loss.health);
  const shown = loss.rows.slice(0, SHOWN);
  const rest = loss.rows.length - shown.length + lossRowsMore;
  return html`<section class="section loss" aria-labelledby="loss-h">
    <div class="bar">
      <h2 id="loss-h" tabindex="-1">${say`Could I lose data now?`}</h2>
      ${button({
        label: say`Copy as Markdown`,
        onClick: () => actions.copy(lossMarkdown(loss), say`Answer`),
      })}
    </div>
    <p class="answer state is-${tone}">${glyph(`s-${GLYPHS[tone]}`)}<span>${loss.answer}</span></p>
    <p class="muted lead">${loss.lead} ${asOf(loss, nowMs)}</p>
    ${shown.length === 0 ? nothing : table(shown, state, nowMs, actions)}
    ${rest === 0 ? nothing : html`<p class="foot">${say`${rest} more, none of them worse`}</p>`}
  </section>`;
}

const GLYPHS: Readonly<Record<ReturnType<typeof toneOf>, StateGlyph>> = {
  ok: 'ok',
  busy: 'catching',
  warn: 'lagging',
  bad: 'stopped',
  none: 'unknown',
};

function asOf({ asOfMs }: LossState, nowMs: number): string {
  return asOfMs === null
    ? say`No server has been read.`
    : say`As of ${formatClock(asOfMs)}, ${formatAgo(asOfMs, nowMs)}.`;
}

function table(
  rows: LossState['rows'],
  state: DashboardState,
  nowMs: number,
  actions: Actions,
): TemplateResult {
  return html`<div
    class="scroll"
    tabindex="0"
    role="region"
    aria-label=${say`What has not arrived`}
  >
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">${say`Where`}</th>
          <th scope="col" class="num">${say`Not arrived`}</th>
          <th scope="col" class="num">${say`Since`}</th>
          <th scope="col">${say`Note`}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => {
          const tone = toneOf(row.health);
          const read =
            row.atMs === null ? say`never read` : say`read ${formatAgo(row.atMs, nowMs)}`;
          return html`<tr>
            <th scope="row" class="wrap">
              ${
                findSubject(state, row.subject) === null
                  ? row.where
                  : html`<button
                      class="link"
                      type="button"
                      @click=${() => actions.select(row.subject)}
                    >
                      ${row.where}
                    </button>`
              }
            </th>
            <td class="num" title="${row.where}, ${read}">${row.notArrived}</td>
            <td class="num">
              ${row.ms === null ? html`<span class="muted">–</span>` : formatDuration(row.ms)}
            </td>
            <td class="wrap">
              <span class="state is-${tone}"
                >${
                  tone === 'ok' ? nothing : html`${glyph(`s-${GLYPHS[tone]}`)}${said(SAID[tone])}`
                }<span>${row.note}</span></span
              >
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

const SAID: Readonly<Record<ReturnType<typeof toneOf>, string>> = {
  ok: say`healthy`,
  busy: say`busy`,
  warn: say`warning`,
  bad: say`error`,
  none: say`unknown`,
};
