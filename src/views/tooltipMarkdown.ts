import { MarkdownString } from 'vscode';
import { escapeMarkdown } from '../core/describe/escapeMarkdown';
import type { Tooltip } from '../core/describe/rowText';
import type { StatusTooltip } from '../core/describe/statusBarText';

/** Draws the tooltip of a row: title, facts with their sources, advice. */
export function rowMarkdown(tooltip: Tooltip): MarkdownString {
  const { title, subtitle, advice } = tooltip;
  const lines = [
    ...tooltip.lines.map(escapeMarkdown),
    ...tooltip.facts.map(({ text, source }) =>
      source === null
        ? escapeMarkdown(text)
        : `${escapeMarkdown(text)} — *${escapeMarkdown(source)}*`,
    ),
  ];
  return untrusted([
    subtitle === null || subtitle === ''
      ? `**${escapeMarkdown(title)}**`
      : `**${escapeMarkdown(title)}** · ${escapeMarkdown(subtitle)}`,
    // Two spaces before the end keep each line one, without the space of a paragraph.
    lines.join('  \n'),
    advice === null ? '' : escapeMarkdown(advice),
  ]);
}

/** Draws the tooltip of the status item: why the worst is as it is, then a table, the worst first. */
export function statusMarkdown({ heading, cause, rows, footer }: StatusTooltip): MarkdownString {
  const table = rows.map(
    ([name, state]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(state)} |`,
  );
  return untrusted([
    heading === null ? '' : `**${escapeMarkdown(heading)}**`,
    cause === null ? '' : escapeMarkdown(cause),
    table.length === 0 ? '' : ['| | |', '|---|---|', ...table].join('\n'),
    escapeMarkdown(footer),
  ]);
}

/** Names in it may come from any server: links, HTML and icons stay off. */
function untrusted(paragraphs: readonly string[]): MarkdownString {
  const markdown = new MarkdownString(paragraphs.filter((part) => part !== '').join('\n\n'));
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  markdown.supportThemeIcons = false;
  return markdown;
}
