import { escapeMarkdown } from '../describe/escapeMarkdown';
import { formatAgo, formatLasting } from '../format';
import { say } from '../say';
import type { Diagnosis, NextAction } from './diagnosis';

/**
 * A diagnosis as Markdown that is safe wherever it is rendered: whatever came from a server or a file is escaped, and statements stand
 * in indented code, one line each, which nothing in them can end. No links.
 */
export function diagnosisMarkdown(diagnosis: Diagnosis, nowMs: number): string {
  const { title, detail, sinceMs, evidence, actions } = diagnosis;
  const since =
    sinceMs === null ? '' : ` ${escapeMarkdown(capital(formatLasting(sinceMs, nowMs)))}.`;
  const blocks = [
    `**${escapeMarkdown(title)}**${since}`,
    ...(detail === '' ? [] : [escapeMarkdown(detail)]),
    ...(actions.length === 0 ? [] : [say`What to do:`, ...actions.map(actionBlock)]),
    ...(evidence.length === 0
      ? []
      : [
          say`Why:`,
          evidence
            .map(
              (row) =>
                `- ${escapeMarkdown(row.label)}&colon; ${escapeMarkdown(row.value)} \u2014 ${escapeMarkdown(placeOf(row, nowMs))}`,
            )
            .join('\n'),
        ]),
    ...queriesOf(diagnosis),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function placeOf({ source, atMs }: Diagnosis['evidence'][number], nowMs: number): string {
  return atMs === null ? source : `${source}, ${formatAgo(atMs, nowMs)}`;
}

function actionBlock(action: NextAction): string {
  switch (action.kind) {
    case 'command':
      return `${escapeMarkdown(action.label)} \u2014 ${escapeMarkdown(action.subject)}`;
    case 'statement':
      return `${escapeMarkdown(say`On ${action.nodeId}: ${action.effect}`)}\n\n${code(action.sql)}`;
    case 'configuration':
      return `${escapeMarkdown(say`In ${action.file} of ${action.nodeId}: ${action.effect}`)}\n\n${code(action.line)}`;
  }
}

function queriesOf({ evidence }: Diagnosis): readonly string[] {
  const queries = [...new Set(evidence.flatMap(({ query }) => (query === null ? [] : [query])))];
  return queries.length === 0 ? [] : [say`To see it again:`, queries.map(code).join('\n')];
}

/** Indented code of one line. */
function code(text: string): string {
  return `    ${text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
