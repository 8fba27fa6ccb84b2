import { createScanner } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import type { TextEdit, TextRange } from './problem';

/**
 * Edits that take a property or an array element out of a document: itself, one comma, and its line when nothing else
 * stands there. Unlike `modify` of jsonc-parser it leaves the comments around it.
 */
export function removalEdits(text: string, entry: Node): readonly TextEdit[] {
  const end = entry.offset + entry.length;
  const comma = commaAfter(text, end);
  if (comma !== null) {
    const isAdjacent = text.slice(end, comma).trim() === '';
    const own = { offset: entry.offset, length: (isAdjacent ? comma + 1 : end) - entry.offset };
    const others = isAdjacent ? [] : [cut({ offset: comma, length: 1 })];
    return [cut(withSpace(text, own)), ...others];
  }
  const own = withSpace(text, { offset: entry.offset, length: entry.length });
  const siblings = entry.parent?.children ?? [];
  const previous = siblings[siblings.indexOf(entry) - 1];
  const before =
    previous === undefined ? null : commaAfter(text, previous.offset + previous.length);
  if (before === null) return [cut(own)];
  return [cut({ offset: before, length: 1 }), cut(own)];
}

function cut(range: TextRange): TextEdit {
  return { offset: range.offset, length: range.length, text: '' };
}

/** Offset of the comma that comes next, comments aside; `null` when something else does. */
export function commaAfter(text: string, offset: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  const at = scanner.getTokenOffset();
  return text[at] === ',' ? at : null;
}

/** The whole line where only the range stands on it; else the space after it, or before it at the end of a list. */
function withSpace(text: string, range: TextRange): TextRange {
  let start = range.offset;
  let end = range.offset + range.length;
  while (isBlank(text[start - 1])) start--;
  while (isBlank(text[end])) end++;
  const isOwnLine = (start === 0 || text[start - 1] === '\n') && /^\r?\n/u.test(text.slice(end));
  if (isOwnLine) {
    const lineEnd = text.indexOf('\n', end) + 1;
    return { offset: start, length: lineEnd - start };
  }
  const isLast = text[end] === '}' || text[end] === ']';
  return isLast
    ? { offset: start, length: range.offset + range.length - start }
    : { offset: range.offset, length: end - range.offset };
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
