import { say } from '../../core/say';
import { identifierBytes, MAX_IDENTIFIER_BYTES } from '../../core/sql';

/** Says what is wrong with the name of a new publication or subscription; `null` when nothing is. */
export function validateName(text: string): string | null {
  if (text === '') return say`A name is needed.`;
  if (!/^[\p{L}\d_]+$/u.test(text)) return say`Use letters, digits and _ only.`;
  if (identifierBytes(text) > MAX_IDENTIFIER_BYTES) {
    return say`Postgres cuts names after ${MAX_IDENTIFIER_BYTES} bytes. This one has ${identifierBytes(text)}.`;
  }
  return null;
}

/**
 * A name to begin with: `jobs_pub`, or `jobs_pub_2` when that is taken.
 * @param stem what it is made from, such as a table's name
 */
export function suggestName(stem: string, ending: 'pub' | 'sub', taken: readonly string[]): string {
  const clean = stem
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/gu, '_')
    .replaceAll(/^_+|_+$/gu, '')
    // Room for the ending and a number.
    .slice(0, 50);
  const first = clean === '' ? ending : `${clean}_${ending}`;
  if (!taken.includes(first)) return first;
  for (let number = 2; ; number += 1) {
    const next = `${first}_${number}`;
    if (!taken.includes(next)) return next;
  }
}
