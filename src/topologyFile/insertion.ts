import type { Node } from 'jsonc-parser';
import { detectFormatting } from './edits';
import { readJsonTree } from './jsonTree';
import { findNode } from './positions';
import type { JsonPath, TextEdit } from './problem';
import { commaAfter } from './removal';

/** A value that fits on a line of this length, its place included, stays on one line. */
const LINE_LENGTH = 100;

/**
 * Edits that put a value at a path of keys and indexes, making the objects on the way; an index beyond the end of a list
 * appends. Unlike `modify` of jsonc-parser they leave the
 * neighbours as they are written, and a comment at the end of a line stays with what it stands behind.
 * @returns none when the text has no object at the root
 */
export function putValue(text: string, path: JsonPath, value: unknown): readonly TextEdit[] {
  const { root } = readJsonTree(text);
  if (root?.type !== 'object') return [];
  const present = findNode(root, path);
  const writer = new Writer(text);
  if (present !== null) {
    const { offset, length } = present;
    return [{ offset, length, text: writer.value(value, writer.indentAt(offset), 0) }];
  }
  for (let depth = path.length - 1; depth >= 0; depth -= 1) {
    const parent = findNode(root, path.slice(0, depth));
    if (parent === null) continue;
    const step = path[depth];
    const inner = path
      .slice(depth + 1)
      .reduceRight<unknown>(
        (nested, next) => (typeof next === 'number' ? [nested] : { [next]: nested }),
        value,
      );
    if (parent.type === 'array' && typeof step === 'number') {
      return writer.insertion(parent, null, inner);
    }
    return parent.type === 'object' ? writer.insertion(parent, String(step), inner) : [];
  }
  return [];
}

/** Writes values as the file is written: its indentation, its line ends, short things on one line. */
class Writer {
  private readonly unit: string;
  private readonly eol: string;

  constructor(private readonly text: string) {
    const { insertSpaces = true, tabSize = 2, eol = '\n' } = detectFormatting(text);
    this.unit = insertSpaces ? ' '.repeat(tabSize) : '\t';
    this.eol = eol;
  }

  /** @param key `null` for the next element of a list */
  insertion(object: Node, key: string | null, value: unknown): readonly TextEdit[] {
    const last = object.children?.at(-1);
    return last === undefined
      ? this.intoEmpty(object, key, value)
      : this.behind(object, last, key, value);
  }

  /** @param before length of what stands before it on its line, the indentation aside */
  value(value: unknown, indent: string, before: number): string {
    const line = oneLine(value);
    if (indent.length + before + line.length < LINE_LENGTH) return line;
    if (typeof value !== 'object' || value === null) return line;
    const deeper = indent + this.unit;
    const parts = Array.isArray(value)
      ? value.map((item) => this.value(item, deeper, 0))
      : Object.entries(value).map(([key, item]) => this.property(key, item, deeper));
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const body = parts.map((part) => this.eol + deeper + part).join(',');
    return `${open}${body}${this.eol}${indent}${close}`;
  }

  /** White space at the beginning of the line that holds an offset. */
  indentAt(offset: number): string {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    return /^[ \t]*/u.exec(this.text.slice(start))?.[0] ?? '';
  }

  private property(key: string | null, value: unknown, indent: string): string {
    const name = nameOf(key);
    return name + this.value(value, indent, name.length);
  }

  private behind(
    object: Node,
    last: Node,
    key: string | null,
    value: unknown,
  ): readonly TextEdit[] {
    const end = last.offset + last.length;
    const comma = commaAfter(this.text, end);
    const isOnOneLine = !this.text.slice(object.offset, last.offset).includes('\n');
    if (isOnOneLine) {
      const separator = comma === null ? ', ' : ' ';
      const at = comma === null ? end : comma + 1;
      return [insert(at, `${separator}${nameOf(key)}${oneLine(value)}`)];
    }
    const indent = this.indentAt(last.offset);
    const property = this.eol + indent + this.property(key, value, indent);
    if (comma !== null) return [insert(this.endOfLine(comma + 1), `${property},`)];
    const at = this.endOfLine(end);
    if (at === end) return [insert(end, `,${property}`)];
    return [insert(end, ','), insert(at, property)];
  }

  private intoEmpty(object: Node, key: string | null, value: unknown): readonly TextEdit[] {
    const close = object.offset + object.length - 1;
    const isBare = this.text.slice(object.offset + 1, close).trim() === '';
    if (key === null && isBare) {
      const line = oneLine(value);
      return [{ offset: object.offset + 1, length: close - object.offset - 1, text: line }];
    }
    const outer = this.indentAt(object.offset);
    const indent = outer + this.unit;
    const inside = this.text.slice(object.offset + 1, close);
    const kept = inside.trimEnd();
    const start = object.offset + 1 + kept.length;
    return [
      {
        offset: start,
        length: close - start,
        text: this.eol + indent + this.property(key, value, indent) + this.eol + outer,
      },
    ];
  }

  /** Behind the comments that follow an offset on its line. Where something else follows, the offset itself. */
  private endOfLine(offset: number): number {
    const rest = /^(?:[ \t]|\/\*(?:(?!\*\/)[^\r\n])*\*\/)*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/u;
    const match = rest.exec(this.text.slice(offset));
    return match === null ? offset : offset + match[0].trimEnd().length;
  }
}

function nameOf(key: string | null): string {
  return key === null ? '' : `${JSON.stringify(key)}: `;
}

function insert(offset: number, text: string): TextEdit {
  return { offset, length: 0, text };
}

/** JSON on one line, spaced as people write it: `{ "tables": ["public.jobs"] }`. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
