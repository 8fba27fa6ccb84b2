import { escapeDocument } from '../describe/escapeDocument';
import { say } from '../say';
import { setupSentence, type SetupItem, type SetupState } from './setupItem';

const WORDS: Readonly<Record<SetupState, string>> = {
  ok: say`fine`,
  warning: say`warning`,
  problem: say`PROBLEM`,
  unknown: say`not known`,
};

/** The checklist as Markdown: a section for each node, what is wrong first, each with its evidence, source and fix. */
export function setupReport(name: string, items: readonly SetupItem[], at: string): string {
  const nodes = [...new Set(items.map(({ nodeId }) => nodeId))];
  const sections = nodes.flatMap((nodeId) => [
    `## ${nodeId === null ? say`The topology` : escapeDocument(nodeId)}`,
    ...items.filter((item) => item.nodeId === nodeId).map(entry),
  ]);
  return `${[say`# Set-up of ${escapeDocument(name)}`, say`${setupSentence(items)}, ${escapeDocument(at)}. Nothing was changed.`, ...sections].join('\n\n')}\n`;
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
