import { MarkdownString } from 'vscode';
import type { Tooltip } from '../core/describe/rowText';

/** Draws a tooltip. Names in it may come from any server, so everything is escaped; links and HTML stay off. */
export function toMarkdown(tooltip: Tooltip): MarkdownString {
  const markdown = new MarkdownString();
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  markdown.supportThemeIcons = false;
  markdown.appendMarkdown('**').appendText(tooltip.title).appendMarkdown('**');
  if (tooltip.subtitle !== null && tooltip.subtitle !== '') {
    markdown.appendText(` · ${tooltip.subtitle}`);
  }
  const lines = [
    ...tooltip.lines.map((line) => escapeText(line)),
    ...tooltip.facts.map(({ text, source }) =>
      source === null ? escapeText(text) : `${escapeText(text)} — *${escapeText(source)}*`,
    ),
  ];
  // Two spaces before the end keep each line one, without the space of a paragraph.
  if (lines.length > 0) markdown.appendMarkdown(`\n\n${lines.join('  \n')}`);
  if (tooltip.advice !== null) markdown.appendMarkdown('\n\n').appendText(tooltip.advice);
  return markdown;
}

/** Text for one cell of a Markdown table: escaped, on one line, with no way out of its cell. */
export function escapeCell(text: string): string {
  return escapeText(text).replaceAll('|', '\\|');
}

function escapeText(text: string): string {
  return new MarkdownString().appendText(text.replace(/\s+/gu, ' ')).value;
}
