import { escapeDocument } from '../describe/escapeDocument';
import { setupSentence, type SetupItem, type SetupState } from './setupItem';

const WORDS: Readonly<Record<SetupState, string>> = {
  ok: 'fine',
  warning: 'warning',
  problem: 'PROBLEM',
  unknown: 'not known',
};

/** The checklist as Markdown: a section for each node, what is wrong first, each with its evidence, source and fix. */
export function setupReport(name: string, items: readonly SetupItem[], at: string): string {
  const nodes = [...new Set(items.map(({ nodeId }) => nodeId))];
  const sections = nodes.flatMap((nodeId) => [
    `## ${nodeId === null ? 'The topology' : escapeDocument(nodeId)}`,
    ...items.filter((item) => item.nodeId === nodeId).map(entry),
  ]);
  return `${[`# Set-up of ${escapeDocument(name)}`, `${setupSentence(items)}, ${escapeDocument(at)}. Nothing was changed.`, ...sections].join('\n\n')}\n`;
}

function entry({ title, state, evidence, source, fix }: SetupItem): string {
  const lines = [
    `- ${escapeDocument(title)}: ${WORDS[state]}. ${escapeDocument(evidence)}${source === null ? '' : ` (${escapeDocument(source)})`}`,
  ];
  if (fix !== null) lines.push('', ...block(fix));
  return lines.join('\n');
}

/** Indented code, so that no fence in it can end it. */
function block(text: string): readonly string[] {
  return text.split('\n').map((line) => `      ${line}`);
}
