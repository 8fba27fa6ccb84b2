/** Members of a JSON object by name, each with the text of its value as it is written. */
export type JsonMembers = ReadonlyMap<string, string>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The members of a JSON object as the server writes it, without their values being parsed: numbers stay as they are. Linear, and
 * makes no more than the texts of the first level.
 * @returns `null` for what is no JSON object
 */
export function jsonMembers(text: string): JsonMembers | null {
  const members = new Map<string, string>();
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return null;
  at = skipSpace(text, at + 1);
  if (text[at] === '}') return members;
  for (;;) {
    if (text[at] !== '"') return null;
    const nameEnd = stringEnd(text, at);
    const colon = skipSpace(text, nameEnd);
    if (text[colon] !== ':') return null;
    const from = skipSpace(text, colon + 1);
    const to = valueEnd(text, from);
    if (to <= from) return null;
    members.set(nameAt(text, at, nameEnd), text.slice(from, to).trimEnd());
    at = skipSpace(text, to);
    if (text[at] === '}') return members;
    if (text[at] !== ',') return null;
    at = skipSpace(text, at + 1);
  }
}

/** What `->>` gives of a value: a string's content, anything else as it is written; `null` for JSON null. */
export function jsonScalarText(raw: string): string | null {
  if (raw === 'null') return null;
  return raw.startsWith('"') ? unquoted(raw) : raw;
}

function nameAt(text: string, from: number, to: number): string {
  return unquoted(text.slice(from, to));
}

function unquoted(raw: string): string {
  // A string of JSON, so parsing yields one.
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** Where the string that begins at `from` ends, behind its quote; the text's end when it does not. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function valueEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (depth === 0) return at;
      continue;
    }
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (character === ',' && depth === 0) return at;
    at += 1;
  }
  return at;
}
