/** Members of a JSON object by name, each with the text of its value as it is written. */
export class JsonMembers {
  /**
   * @param names in the order of the text; the same list for objects of the same members that a `JsonReader` read one after the other
   * @param text the object
   * @param bounds where each value begins and ends in it
   */
  constructor(
    readonly names: readonly string[],
    private readonly text: string,
    private readonly bounds: readonly number[],
  ) {}

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Of a name that is there twice the last, as in jsonb. */
  get(name: string): string | undefined {
    const index = this.names.lastIndexOf(name);
    if (index < 0) return undefined;
    return this.text.slice(this.bounds[2 * index], this.bounds[2 * index + 1]).trimEnd();
  }
}

/** Names of an object, and how each is written, up to its value. */
interface Layout {
  readonly names: readonly string[];
  readonly heads: readonly string[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Reads objects of which the next mostly has the members of the one before it. */
export class JsonReader {
  #last: Layout = { names: [], heads: [] };

  /**
   * The members of a JSON object as the server writes it, without their values being parsed: numbers stay as they are. Linear, and
   * makes no more than it has to.
   * @returns `null` for what is no JSON object
   */
  read(text: string): JsonMembers | null {
    const known = this.#readAsLast(text);
    if (known !== null) return known;
    const names: string[] = [];
    const heads: string[] = [];
    const bounds: number[] = [];
    let from = 0;
    let at = skipSpace(text, 0);
    if (text[at] !== '{') return null;
    at = skipSpace(text, at + 1);
    if (text[at] === '}') return new JsonMembers(names, text, bounds);
    for (;;) {
      if (text[at] !== '"') return null;
      const nameEnd = stringEnd(text, at);
      const colon = skipSpace(text, nameEnd);
      if (text[colon] !== ':') return null;
      const value = skipSpace(text, colon + 1);
      const end = valueEnd(text, value);
      if (end <= value) return null;
      names.push(nameAt(text, at, nameEnd));
      heads.push(text.slice(from, value));
      bounds.push(value, end);
      from = end;
      at = skipSpace(text, end);
      if (text[at] === '}') {
        this.#last = { names, heads };
        return new JsonMembers(names, text, bounds);
      }
      if (text[at] !== ',') return null;
      at = skipSpace(text, at + 1);
    }
  }

  /** @returns `null` where it has not the members of the last one, written in the same way */
  #readAsLast(text: string): JsonMembers | null {
    const { names, heads } = this.#last;
    if (names.length === 0) return null;
    const bounds = new Array<number>(2 * heads.length);
    let index = 0;
    let at = 0;
    for (const head of heads) {
      if (!text.startsWith(head, at)) return null;
      const from = at + head.length;
      // More space than before.
      if (text.charCodeAt(from) <= 0x20) return null;
      at = valueEnd(text, from);
      if (at <= from) return null;
      bounds[index] = from;
      bounds[index + 1] = at;
      index += 2;
    }
    return text[skipSpace(text, at)] === '}' ? new JsonMembers(names, text, bounds) : null;
  }
}

/** @see JsonReader.read */
export function jsonMembers(text: string): JsonMembers | null {
  return new JsonReader().read(text);
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
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (code === COMMA && depth === 0) return at;
    at += 1;
  }
  return at;
}
