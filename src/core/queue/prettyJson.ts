import { say } from '../say';
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gu;

/**
 * Sets JSON text in lines of one member each, two spaces deeper a level. Every number and string stays as it is written: parsing
 * would round numbers beyond 2^53 and drop what numeric keeps (`1.50`). Text that is no JSON comes back with other spaces only.
 */
export function prettyJson(text: string): string {
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let out = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token === '{' || token === '[') {
      out += token;
      // An empty one stays together.
      if (next === '}' || next === ']') continue;
      depth += 1;
      out += line();
    } else if (token === '}' || token === ']') {
      const before = tokens[index - 1];
      if (before !== '{' && before !== '[') {
        depth = Math.max(0, depth - 1);
        out += line();
      }
      out += token;
    } else if (token === ',') out += `,${line()}`;
    else out += token === ':' ? ': ' : token;
  }
  return out;
}

/** What is wrong with text that a person edited and that must be one JSON object; `null`: nothing. A finished sentence. */
export function jsonObjectProblem(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : say`This must be one JSON object: the columns of the row with their values.`;
  } catch (error) {
    return say`This is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
