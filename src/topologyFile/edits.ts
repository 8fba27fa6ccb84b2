import { applyEdits } from 'jsonc-parser';
import type { FormattingOptions } from 'jsonc-parser';
import { readJsonTree } from './jsonTree';
import { findNode } from './positions';
import type { JsonPath, TextEdit } from './problem';
import { removalEdits } from './removal';

/** Edits that take a key or element out, with its comma. None when it is not there. */
export function removeValue(text: string, path: JsonPath): readonly TextEdit[] {
  const { root } = readJsonTree(text);
  const node = root === null ? null : findNode(root, path);
  if (node?.parent === undefined) return [];
  return removalEdits(text, node.parent.type === 'property' ? node.parent : node);
}

/** The text with edits made, for callers that hold no editor. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  return applyEdits(
    text,
    edits.map((edit) => ({ offset: edit.offset, length: edit.length, content: edit.text })),
  );
}

/** The smallest indentation that the file uses, and its line ends. */
export function detectFormatting(text: string): FormattingOptions {
  const indents = Array.from(text.matchAll(/^([ \t]+)\S/gmu), (match) => match[1] ?? '');
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (indents.some((indent) => indent.startsWith('\t'))) {
    return { insertSpaces: false, tabSize: 4, eol };
  }
  const widths = indents.map((indent) => indent.length).filter((width) => width > 1);
  return { insertSpaces: true, tabSize: widths.length > 0 ? Math.min(...widths) : 2, eol };
}
