import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A built file and all that it requires when it is loaded, but not what it requires later (`import()` in the source).
 *
 * @param {string} entry
 * @returns {string[]} each once; one that is missing is named all the same
 */
export function loadedAtOnce(entry) {
  const found = new Set([entry]);
  for (const file of found) {
    if (!existsSync(file)) continue;
    // esbuild writes `Promise.resolve().then(()=>…(require("…")))` for the later ones.
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /=require\("(\.\/[^"]+)"\)/gu,
    )) {
      found.add(join(dirname(file), name));
    }
  }
  return [...found];
}
