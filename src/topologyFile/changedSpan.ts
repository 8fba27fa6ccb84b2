import { applyTextEdits } from './edits';
import { putValue } from './insertion';
import type { JsonPath, TextEdit } from './problem';

/** A value that a file should have at a path. */
export interface ValueChange {
  readonly path: JsonPath;
  readonly value: unknown;
}

/**
 * One edit that puts all of these values into a file, so that it is one step to undo. It touches nothing before the first
 * and after the last difference.
 * @returns `null` when the file says all of it already
 */
export function changedSpan(text: string, changes: readonly ValueChange[]): TextEdit | null {
  const after = changes.reduce(
    (before, { path, value }) => applyTextEdits(before, putValue(before, path, value)),
    text,
  );
  if (after === text) return null;
  const shorter = Math.min(text.length, after.length);
  let start = 0;
  while (start < shorter && text[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && text.at(-1 - end) === after.at(-1 - end)) end += 1;
  return {
    offset: start,
    length: text.length - start - end,
    text: after.slice(start, after.length - end),
  };
}
