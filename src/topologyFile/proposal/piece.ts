import { redact } from '../../core/redact';
import { showEscaped } from '../../core/visibleText';
import type { JsonPath } from '../problem';

/** A piece of the file to be, in the order in which it is written. Comments stand above a key, a line each. */
export type Entry =
  | { readonly key: string; readonly comments: readonly string[]; readonly value: unknown }
  | {
      readonly key: string;
      readonly comments: readonly string[];
      /** An object whose entries may be added one by one to one that is there already. */
      readonly entries: readonly Entry[];
      /** A blank line before the key, where the entries stand on lines of their own. */
      readonly isApart?: boolean;
      /** Things by name, of which none need not be said. */
      readonly isMap?: boolean;
    };

/** Longer evidence says no more to a reader. */
const LONGEST = 300;

/**
 * What a server or a file said, fit for a comment: on one line, nothing that cannot be seen, no end of a block comment, no
 * secret.
 */
export function commentText(text: string): string {
  const seen = showEscaped(redact(text).trim()).replaceAll('*/', '* /');
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST)}…` : seen;
}

/** Entries without the one at a path, and without what stands in it. The same list where nothing stands there. */
export function withoutEntry(entries: readonly Entry[], path: JsonPath): readonly Entry[] {
  const [step, ...rest] = path;
  return entries.flatMap((entry): readonly Entry[] => {
    if (entry.key !== step) return [entry];
    if (rest.length === 0 || !('entries' in entry)) return [];
    const left = withoutEntry(entry.entries, rest);
    return left.length === 0 && entry.isMap === true ? [] : [{ ...entry, entries: left }];
  });
}

/** The entry at a path; `null` when none is. */
export function entryAt(entries: readonly Entry[], path: JsonPath): Entry | null {
  const [step, ...rest] = path;
  const entry = entries.find(({ key }) => key === step);
  if (entry === undefined) return null;
  if (rest.length === 0) return entry;
  return 'entries' in entry ? entryAt(entry.entries, rest) : null;
}
