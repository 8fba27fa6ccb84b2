import type { Node } from 'jsonc-parser';
import { detectFormatting } from '../edits';
import type { TextEdit } from '../problem';
import { commaAfter } from '../removal';
import type { Entry } from './piece';

/** A value that fits on a line of this length, its place included, stays on one line; comments are broken there. */
const LINE_LENGTH = 100;

/**
 * Edits that put entries with their comments at the end of an object. Nothing of the text is replaced: a comment behind
 * the last entry stays with it, a trailing comma stays the style of the file.
 * @param object of the tree of `text`
 */
export function insertEntries(
  text: string,
  object: Node,
  entries: readonly Entry[],
): readonly TextEdit[] {
  if (entries.length === 0) return [];
  const writer = new EntryWriter(text);
  const last = object.children?.at(-1);
  return last === undefined
    ? writer.intoEmpty(object, entries)
    : writer.behind(object, last, entries);
}

/** A whole file of these entries, as a person would write it. */
export function writeEntries(
  head: readonly string[],
  entries: readonly Entry[],
  eol: string,
): string {
  const writer = new EntryWriter(eol === '\r\n' ? '\r\n' : '');
  const lines = head.map((line) => `${writer.unit}// ${line}${eol}`);
  return `{${eol}${lines.join('')}${eol}${writer.lines(entries, writer.unit)}${eol}}${eol}`;
}

class EntryWriter {
  readonly unit: string;
  private readonly eol: string;

  constructor(private readonly text: string) {
    const { insertSpaces = true, tabSize = 2, eol = '\n' } = detectFormatting(text);
    this.unit = insertSpaces ? ' '.repeat(tabSize) : '\t';
    this.eol = eol;
  }

  /** Entries one below the other, without an end of line around them. */
  lines(entries: readonly Entry[], indent: string): string {
    const parts = entries.map((entry, index) => {
      const gap = index > 0 && 'isApart' in entry && entry.isApart ? this.eol : '';
      return gap + this.commentLines(entry, indent) + indent + this.property(entry, indent);
    });
    return parts.join(`,${this.eol}`);
  }

  behind(object: Node, last: Node, entries: readonly Entry[]): readonly TextEdit[] {
    const end = last.offset + last.length;
    const comma = commaAfter(this.text, end);
    const inside = this.text.slice(object.offset, last.offset);
    if (!/[\r\n]/u.test(inside)) return this.ontoLine(object, end, comma, entries);
    const indent = this.indentAt(last.offset);
    const hasGaps = /\n[ \t]*\r?\n/u.test(inside);
    const added = this.lines(hasGaps ? entries : entries.map(together), indent);
    const first = entries[0];
    const isApart = hasGaps && first !== undefined && 'isApart' in first;
    const body = (isApart ? this.eol : '') + this.eol + added;
    if (comma !== null) return [insert(this.endOfLine(comma + 1), `${body},`)];
    const at = this.endOfLine(end);
    if (at === end) return [insert(end, `,${body}`)];
    return [insert(end, ','), insert(at, body)];
  }

  /**
   * Onto the line where the others stand; below it where that would be too long and the file has lines. A comma that is
   * there already stays the one before what is new.
   */
  private ontoLine(
    object: Node,
    end: number,
    comma: number | null,
    entries: readonly Entry[],
  ): readonly TextEdit[] {
    const at = comma === null ? end : comma + 1;
    const separator = comma === null ? ',' : '';
    const close = object.offset + object.length - 1;
    const line = entries.map(onOneLine).join(', ');
    const isLong = at - this.startOfLine(at) + line.length >= LINE_LENGTH;
    const hasLines = this.text.trim().includes('\n');
    const isLast = this.text.slice(at, close).trim() === '';
    if (!isLong || !hasLines || !isLast) return [insert(at, `${separator} ${line}`)];
    const outer = this.indentAt(object.offset);
    const body = this.lines(entries.map(together), outer + this.unit);
    return [
      { offset: at, length: close - at, text: separator + this.eol + body + this.eol + outer },
    ];
  }

  intoEmpty(object: Node, entries: readonly Entry[]): readonly TextEdit[] {
    const close = object.offset + object.length - 1;
    const outer = this.indentAt(object.offset);
    const inside = this.text.slice(object.offset + 1, close);
    const start = object.offset + 1 + inside.trimEnd().length;
    const body = this.eol + this.lines(entries, outer + this.unit) + this.eol + outer;
    return [{ offset: start, length: close - start, text: body }];
  }

  private property(entry: Entry, indent: string): string {
    const name = `${JSON.stringify(entry.key)}: `;
    if (!('entries' in entry)) return name + this.value(entry.value, indent, name.length);
    if (entry.entries.length === 0) return `${name}{}`;
    const line = hasComments(entry) ? null : oneLine(plainValue(entry));
    const isShort = line !== null && indent.length + name.length + line.length < LINE_LENGTH;
    if (isShort && !entry.entries.some((inner) => 'entries' in inner)) return name + line;
    const body = this.lines(entry.entries, indent + this.unit);
    return `${name}{${this.eol}${body}${this.eol}${indent}}`;
  }

  private value(value: unknown, indent: string, before: number): string {
    const line = oneLine(value);
    if (indent.length + before + line.length < LINE_LENGTH) return line;
    if (typeof value !== 'object' || value === null) return line;
    const deeper = indent + this.unit;
    const parts = Array.isArray(value)
      ? value.map((item) => this.value(item, deeper, 0))
      : Object.entries(value).map(([key, item]) => {
          const name = `${JSON.stringify(key)}: `;
          return name + this.value(item, deeper, name.length);
        });
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const body = parts.map((part) => this.eol + deeper + part).join(',');
    return `${open}${body}${this.eol}${indent}${close}`;
  }

  private commentLines(entry: Entry, indent: string): string {
    const width = Math.max(40, LINE_LENGTH - indent.length - 3);
    return entry.comments
      .flatMap((comment) => wrap(comment, width))
      .map((line) => `${indent}// ${line}${this.eol}`)
      .join('');
  }

  /** White space at the beginning of the line that holds an offset. */
  private indentAt(offset: number): string {
    return /^[ \t]*/u.exec(this.text.slice(this.startOfLine(offset)))?.[0] ?? '';
  }

  private startOfLine(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Behind the comments that follow an offset on its line. Where something else follows, the offset itself. */
  private endOfLine(offset: number): number {
    const rest = /^(?:[ \t]|\/\*(?:(?!\*\/)[^\r\n])*\*\/)*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/u;
    const match = rest.exec(this.text.slice(offset));
    return match === null ? offset : offset + match[0].trimEnd().length;
  }
}

function together(entry: Entry): Entry {
  return 'entries' in entry ? { ...entry, isApart: false } : entry;
}

function hasComments(entry: Entry): boolean {
  return (
    'entries' in entry &&
    entry.entries.some((inner) => inner.comments.length > 0 || hasComments(inner))
  );
}

/** An entry with its comments on the line where its neighbours stand. */
function onOneLine(entry: Entry): string {
  const comments = entry.comments.map((comment) => `/* ${comment} */ `).join('');
  const name = `${comments}${JSON.stringify(entry.key)}: `;
  if (!('entries' in entry)) return name + oneLine(entry.value);
  return `${name}{ ${entry.entries.map(onOneLine).join(', ')} }`;
}

/** The value that an entry stands for. */
function plainValue(entry: Entry): unknown {
  if (!('entries' in entry)) return entry.value;
  return Object.fromEntries(entry.entries.map((inner) => [inner.key, plainValue(inner)]));
}

/** JSON on one line, spaced as people write it. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Lines of whole words; a word that is longer than a line keeps one to itself. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function insert(offset: number, text: string): TextEdit {
  return { offset, length: 0, text };
}
