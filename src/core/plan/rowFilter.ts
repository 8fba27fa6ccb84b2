import { say } from '../say';
/** What can be told of a row filter without a server. */
export interface RowFilterFacts {
  /** Finished words for why it cannot stand in a statement; `null` when it can. */
  readonly problem: string | null;
  /** Names that it uses, as the server would read them: not quoted ones in lower case. No functions, no types. */
  readonly names: readonly string[];
  /** Names that stand before a parenthesis, in the same form. */
  readonly functions: readonly string[];
}

const TOKEN =
  /(?<space>\s+)|(?<comment>--|\/\*)|(?<text>'(?:[^']|'')*')|(?<dollar>\$[^$]*\$)|(?<quoted>"(?:[^"]|"")+")|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<cast>::)|(?<other>[^])/gu;

/**
 * Reads a row filter as far as needed to keep it in its parentheses, and to tell which columns it looks at: those must be
 * in the replica identity where updates and deletes are published, or they fail upstream.
 */
export function readRowFilter(filter: string): RowFilterFacts {
  const names: string[] = [];
  const functions: string[] = [];
  let depth = 0;
  let previous = '';
  let name: string | null = null;
  for (const match of filter.matchAll(TOKEN)) {
    const [token] = match;
    const groups = match.groups ?? {};
    if (groups['space'] !== undefined) continue;
    if (groups['comment'] !== undefined) return refused(say`it holds a comment`);
    // Whether it escapes depends on the kind of string and on a setting.
    if (token.includes('\\')) return refused(say`it holds a backslash`);
    if (groups['dollar'] !== undefined)
      return refused(say`it holds a $ sign; write values in quotes`);
    if (token === ';') return refused(say`it holds a semicolon outside of quotes`);
    if (token === "'" || token === '"') return refused(say`a quote in it is never closed`);
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth < 0) return refused(say`it closes a parenthesis that it never opened`);
    // A word before a parenthesis is a function.
    if (name !== null) (token === '(' ? functions : names).push(name);
    name = nameOf(groups, previous);
    previous = token;
  }
  if (name !== null) names.push(name);
  if (depth > 0) return refused(say`a parenthesis in it is never closed`);
  if (previous === '') return refused(say`it is empty`);
  return { problem: null, names, functions };
}

function nameOf(groups: Record<string, string | undefined>, previous: string): string | null {
  if (previous === '::') return null;
  const { quoted, word } = groups;
  if (quoted !== undefined) return quoted.slice(1, -1).replaceAll('""', '"');
  return word === undefined ? null : word.toLowerCase();
}

function refused(problem: string): RowFilterFacts {
  return { problem, names: [], functions: [] };
}
