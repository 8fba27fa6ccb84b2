import { html, nothing, type TemplateResult } from 'lit-html';
import { formatAgo } from '../../src/core/format';
import type { DashboardCommand } from '../../src/protocol/dashboardMessages';
import type { DashboardState, DetailsState } from '../../src/protocol/dashboardState';
import { type Actions, COMMAND_LABELS } from '../commands';
import { type DetailsText, detailsOf } from '../text/detailsText';
import type { Subject } from '../text/subject';
import { markdownCell } from '../text/markdown';
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

/** Why it is as it is: verdict, a sentence, the evidence with its sources, and what can be done. */
export function details(props: DetailsProps): TemplateResult {
  const { state, subject, nowMs } = props;
  const text = detailsOf(subject, state, nowMs);
  // Evidence of what was selected before is not evidence of this.
  const evidence = state.details?.id === props.selectedId ? state.details : null;
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
        <p>${text.text}</p>
      </div>
      <div class="details__evidence">${evidenceTable(evidence, nowMs)}</div>
      <div class="details__actions">${actionsOf(props, text, evidence)}</div>
    </div>
  </section>`;
}

function evidenceTable(evidence: DetailsState | null, nowMs: number) {
  if (evidence === null || evidence.evidence.length === 0) return nothing;
  return html`<table class="evidence">
    <caption class="sr">
      Evidence
    </caption>
    <tbody>
      ${evidence.evidence.map(
        ({ label, value, source, atMs }) =>
          html`<tr>
            <th scope="row">${label}</th>
            <td>${value}<span class="src">${sourceText(source, atMs, nowMs)}</span></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function sourceText(source: string, atMs: number | null, nowMs: number): string {
  return atMs === null ? source : `${source}, ${formatAgo(atMs, nowMs)}`;
}

function actionsOf(props: DetailsProps, text: DetailsText, evidence: DetailsState | null) {
  const { actions, commands, state } = props;
  const nodeId = state.nodes.some((node) => node.id === text.nodeId) ? text.nodeId : null;
  const wanted = text.commands.filter((command) => commands.includes(command));
  const statement = evidence?.statement ?? null;
  // One link is checked alone, what ends a trouble is about that; all else is for a node.
  const subjectOf = (command: DashboardCommand): string | null => {
    if (command === 'runChecks') return props.selectedId;
    return OF_TROUBLE.has(command) ? text.about : nodeId;
  };
  return html`${
      statement === null
        ? nothing
        : html`<div class="quote">${statement}</div>
            <div class="actions">
              ${button({ label: 'Copy Statement', onClick: () => actions.copy(statement, 'Statement') })}
            </div>`
    }
    <div class="actions">
      ${wanted.map((command, index) =>
        button({
          label: command === 'runChecks' ? 'Run Check' : COMMAND_LABELS[command],
          isPrimary: index === 0 && RESOLVING.has(command),
          onClick: () => actions.run(command, subjectOf(command)),
        }),
      )}
      ${button({
        label: 'Copy as Markdown',
        onClick: () => actions.copy(detailsAsMarkdown(text, evidence, props.nowMs), 'Details'),
      })}
    </div>`;
}

const OF_TROUBLE: ReadonlySet<DashboardCommand> = new Set<DashboardCommand>([
  'resolveSubscription',
  'dropSlot',
]);

/** Commands that end what is wrong, rather than look again. */
const RESOLVING: ReadonlySet<DashboardCommand> = new Set<DashboardCommand>([
  'connect',
  'enterPassword',
  'resolveSubscription',
]);

/** The details as a person would paste them into a ticket. */
export function detailsAsMarkdown(
  text: DetailsText,
  evidence: DetailsState | null,
  nowMs: number,
): string {
  const since = text.since === '' ? '' : ` ${text.since}`;
  const rows = evidence?.evidence ?? [];
  const table =
    rows.length === 0
      ? []
      : [
          '',
          '| what | value | source |',
          '| --- | --- | --- |',
          ...rows.map(
            ({ label, value, source, atMs }) =>
              `| ${markdownCell(label)} | ${markdownCell(value)} | ${markdownCell(sourceText(source, atMs, nowMs))} |`,
          ),
        ];
  return [
    `**${markdownCell(text.title)}**: ${text.verdict.toLowerCase()}${since}`,
    '',
    markdownCell(text.kind),
    '',
    markdownCell(text.text),
    ...table,
    '',
  ].join('\n');
}
