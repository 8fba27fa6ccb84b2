import { showEscaped } from '../visibleText';

/**
 * Text as lines of SQL comment. No value from a server or a file can leave the comment: every kind of line end begins a
 * new comment line, and what cannot be seen is written out.
 * @param indent spaces after the two dashes
 */
export function sqlComment(text: string, indent = 1): readonly string[] {
  return text
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/u)
    .map((line) => `--${' '.repeat(indent)}${showEscaped(line)}`.trimEnd());
}

/** So that a sentence is read without scrolling sideways, in half of a window too. */
const PROSE_WIDTH = 90;

/**
 * The same for sentences: lines that are too long go on in the next one, two spaces further in. Not for what is to be
 * copied: a line end would come along.
 */
export function sqlProse(text: string, indent = 1): readonly string[] {
  return sqlComment(text, indent).flatMap((line) => wrapped(line, indent));
}

function wrapped(line: string, indent: number): readonly string[] {
  const next = `--${' '.repeat(indent + 2)}`;
  const lines: string[] = [];
  let rest = line;
  for (;;) {
    if (rest.length <= PROSE_WIDTH) return [...lines, rest];
    // Behind what begins the line; a word that is longer than a line stays whole.
    const before = rest.lastIndexOf(' ', PROSE_WIDTH);
    const at = before > next.length ? before : rest.indexOf(' ', PROSE_WIDTH);
    if (at < 0) return [...lines, rest];
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${next}${rest.slice(at + 1)}`;
  }
}
