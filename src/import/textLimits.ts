import { say } from '../core/say';
/** Larger files are no settings of a project. */
export const MAX_CHARACTERS = 1024 * 1024;

/** Deeper than any Compose file goes. */
const MAX_DEPTH = 32;

/** Why a text is not to be parsed at all; a finished sentence, or `null`. @param file as messages name it */
export function refuseText(text: string, file: string): string | null {
  if (text.length > MAX_CHARACTERS) return say`${file} is too large (limit 1 MB).`;
  if (text.includes('\0')) return say`${file} is not text.`;
  return null;
}

/**
 * Whether YAML is nested deeper than is read. Looked at before it is parsed, since a parser that calls itself for each
 * level can be made to end the process. Brackets in quoted text count as well: nothing in earnest has as many.
 */
export function isNestedTooDeep(text: string): boolean {
  let open = 0;
  const indents: number[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const start = /^(?:[ \t]*(?:[-?:][ \t]+)*)/u.exec(line)?.[0] ?? '';
    if (start.length < line.length) {
      const marks = start.replace(/[ \t]/gu, '').length;
      const indent = /^[ \t]*/u.exec(line)?.[0].length ?? 0;
      while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
      indents.push(indent);
      if (indents.length + marks > MAX_DEPTH) return true;
    }
    for (const character of line) {
      if (character === '[' || character === '{') open += 1;
      else if ((character === ']' || character === '}') && open > 0) open -= 1;
      if (open > MAX_DEPTH) return true;
    }
  }
  return false;
}

/** Whether parsed data is deeper than is read, which aliases can make it. */
export function isDataTooDeep(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((entry) => isDataTooDeep(entry, depth + 1));
}
