import { html, nothing, type TemplateResult } from 'lit-html';
import { diagnosisMarkdown } from '../../src/core/diagnosis/diagnosisMarkdown';
import { formatAgo } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardState, DetailsState } from '../../src/protocol/dashboardState';
import type { ActionState, EvidenceState } from '../../src/protocol/diagnosisState';
import { type Actions, COMMAND_LABELS, isDashboardCommand } from '../commands';
import { type DetailsText, detailsOf } from '../text/detailsText';
import type { Subject } from '../text/subject';
import { button } from '../ui/button';
import { glyph } from './glyph';

export interface DetailsProps {
  readonly state: DashboardState;
  readonly subject: Subject;
  readonly selectedId: string;
  readonly commands: readonly DashboardCommand[];
  readonly nowMs: number;
  readonly actions: Actions;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** Why it is as it is: the diagnosis, the evidence with its sources, and what can be done. */
export function details(props: DetailsProps): TemplateResult {
  const { state, subject, nowMs, actions } = props;
  // What came for what was selected before says nothing of this.
  const known = state.details?.id === props.selectedId ? state.details : null;
  const text = detailsOf(subject, state, known, nowMs);
  return html`<section class="details" aria-labelledby="details-h" @keydown=${props.onKey}>
    <div class="details__body">
      <div class="details__head">
        <h2 id="details-h" tabindex="-1">${text.title}</h2>
        <p class="details__kind">${text.kind}</p>
        <p class="verdict is-${text.tone}">
          ${glyph(`s-${text.glyph}`)}<span
            >${text.verdict}${
              text.since === '' ? nothing : html` <span class="muted">· ${text.since}</span>`
            }</span
          >
        </p>
        ${text.text === '' ? nothing : html`<p>${text.text}</p>`}
      </div>
      <div class="details__evidence">
        ${known === null ? nothing : evidenceTable(known, nowMs, actions)}
      </div>
      <div class="details__actions">
        ${nextActions(props, known)}${generalActions(props, text, known)}
      </div>
    </div>
  </section>`;
}

function evidenceTable({ diagnosis, facts }: DetailsState, nowMs: number, actions: Actions) {
  const rows = [...diagnosis.evidence, ...facts];
  if (rows.length === 0) return nothing;
  return html`<table class="evidence">
    <caption class="sr">
      ${say`Evidence`}
    </caption>
    <tbody>
      ${rows.map((row) => evidenceRow(row, nowMs, actions))}
    </tbody>
  </table>`;
}

/** Longer values, and those of several lines, are somebody else's words. */
const QUOTED_FROM = 90;

function evidenceRow(row: EvidenceState, nowMs: number, actions: Actions): TemplateResult {
  const { label, value, query } = row;
  const isQuote = value.length > QUOTED_FROM || value.includes('\n');
  return html`<tr>
    <th scope="row">${label}</th>
    <td title=${query ?? nothing}>
      ${isQuote ? html`<div class="quote">${value}</div>` : value}
      <span class="src"
        >${sourceText(row, nowMs)}${
          query === null
            ? nothing
            : html` ·
                <button
                  class="link"
                  type="button"
                  aria-label=${say`Copy Query of ${label}`}
                  @click=${() => actions.copy(query, say`Query`)}
                >
                  ${say`Copy Query`}
                </button>`
        }</span
      >
    </td>
  </tr>`;
}

function sourceText({ source, atMs }: EvidenceState, nowMs: number): string {
  return atMs === null ? source : `${source}, ${formatAgo(atMs, nowMs)}`;
}

/** What the diagnosis leads to: commands that exist as buttons, all else as text to copy. */
function nextActions(props: DetailsProps, known: DetailsState | null) {
  if (known === null) return nothing;
  const { health, actions } = known.diagnosis;
  const isTrouble = health === 'error' || health === 'warning';
  const commands = actions.flatMap((action) =>
    action.kind === 'command' && canRun(action.command, props) ? [action] : [],
  );
  return html`${
    commands.length === 0
      ? nothing
      : html`<div class="actions">
          ${commands.map(({ command, subject, label }, index) =>
            button({
              label,
              isPrimary: index === 0 && isTrouble && !LOOKING.has(command),
              onClick: () => {
                if (isDashboardCommand(command)) props.actions.run(command, subject);
              },
            }),
          )}
        </div>`
  }
  ${actions.map((action) => (action.kind === 'command' ? nothing : toCopy(action, props.actions)))}`;
}

/** Commands that only look again are never the way out. */
const LOOKING: ReadonlySet<string> = new Set([
  'refresh',
  'showLog',
  'runChecks',
  'openTopologyFile',
]);

function canRun(command: string, { commands }: DetailsProps): boolean {
  return isDashboardCommand(command) && commands.includes(command);
}

function toCopy(action: Exclude<ActionState, { kind: 'command' }>, actions: Actions) {
  const [text, where, what] =
    action.kind === 'statement'
      ? ([action.sql, `On ${action.nodeId}`, say`Statement`] as const)
      : ([action.line, say`In ${action.file} of ${action.nodeId}`, say`Line`] as const);
  return html`<div class="tocopy">
    <p class="muted">${where}: ${action.effect}</p>
    <div class="quote">${text}</div>
    <div class="actions">
      ${button({ label: say`Copy ${what}`, onClick: () => actions.copy(text, what) })}
    </div>
  </div>`;
}

function generalActions(props: DetailsProps, text: DetailsText, known: DetailsState | null) {
  const { actions, commands, nowMs, selectedId } = props;
  const offered = new Set(
    known?.diagnosis.actions.map((action) => (action.kind === 'command' ? action.command : '')),
  );
  const wanted = text.commands.filter(
    (command) => commands.includes(command) && !offered.has(command),
  );
  return html`<div class="actions">
      ${wanted.map((command) =>
        button({
          label: LABELS[command] ?? COMMAND_LABELS[command],
          onClick: () => actions.run(command, selectedId),
        }),
      )}
      ${
        known === null
          ? nothing
          : button({
              label: say`Copy as Markdown`,
              onClick: () =>
                actions.copy(diagnosisMarkdown(known.diagnosis, nowMs), say`Diagnosis`),
            })
      }
    </div>
    ${
      known === null
        ? nothing
        : html`<p class="foot">
            ${say`What this state means: docs/verdicts.md`}${known.diagnosis.anchor}
          </p>`
    }`;
}

/** Said of one thing rather than of a topology. */
const LABELS: Readonly<Partial<Record<DashboardCommand, string>>> = {
  runChecks: say`Run Check`,
};
