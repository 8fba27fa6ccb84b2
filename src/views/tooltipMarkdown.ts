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
  for (const line of tooltip.lines) markdown.appendMarkdown('\n\n').appendText(line);
  if (tooltip.facts.length > 0) {
    markdown.appendMarkdown('\n\n| | |\n|---|---|\n');
    for (const { text, source } of tooltip.facts) {
      markdown.appendMarkdown(`| ${escapeCell(text)} | ${escapeCell(source ?? '')} |\n`);
    }
  }
  if (tooltip.advice !== null) markdown.appendMarkdown('\n\n').appendText(tooltip.advice);
  return markdown;
}

/** Text for one cell of a Markdown table: escaped, on one line, with no way out of its cell. */
export function escapeCell(text: string): string {
  const escaped = new MarkdownString().appendText(text.replace(/\s+/gu, ' ')).value;
  return escaped.replaceAll('|', '\\|');
}
