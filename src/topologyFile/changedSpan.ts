import { applyTextEdits, removeValue } from './edits';
import { putValue } from './insertion';
import type { JsonPath, TextEdit } from './problem';

/** A value that a file should have at a path; `undefined`: nothing should stand there. */
export interface ValueChange {
  readonly path: JsonPath;
  readonly value: unknown;
}

/** What is taken out of a list comes last and from its end, so that no index moves before it is used. */
function inOrder(changes: readonly ValueChange[]): readonly ValueChange[] {
  const isElement = ({ path, value }: ValueChange): boolean =>
    value === undefined && typeof path.at(-1) === 'number';
  const elements = changes.filter(isElement);
  return [
    ...changes.filter((change) => !isElement(change)),
    ...elements.toSorted((a, b) => Number(b.path.at(-1)) - Number(a.path.at(-1))),
  ];
}

/**
 * One edit that puts all of these values into a file, so that it is one step to undo. It touches nothing before the first
 * and after the last difference.
 * @returns `null` when the file says all of it already
 */
export function changedSpan(text: string, changes: readonly ValueChange[]): TextEdit | null {
  const after = inOrder(changes).reduce(
    (before, { path, value }) =>
      applyTextEdits(
        before,
        value === undefined ? removeValue(before, path) : putValue(before, path, value),
      ),
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
