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
