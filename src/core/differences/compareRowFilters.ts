import { isSameRowFilter } from '../plan/sameRowFilter';

/**
 * Holds the row filter of the file against the one that the server writes back, which differs in form: parentheses, casts,
 * spelling of operators and lists. `different` only where no form explains it; `unknown` is to be passed over in silence.
 */
export function compareRowFilters(file: string, live: string): 'same' | 'different' | 'unknown' {
  if (isSameRowFilter(file, live)) return 'same';
  const left = readTokens(file);
  const right = readTokens(live);
  if (left === null || right === null) return 'unknown';
  const isAlike =
    left.length === right.length && left.every((token, i) => token.kind === right[i]?.kind);
  if (isAlike) {
    const pairs = left.map((token, i) => [token, right[i] ?? token] as const);
    if (pairs.every(([a, b]) => a.text === b.text)) return isGrouped(left) ? 'unknown' : 'same';
    return pairs.some(([a, b]) => isCertainlyOther(a, b)) ? 'different' : 'unknown';
  }
  return columnsOf(left) === columnsOf(right) ? 'unknown' : 'different';
}

/** Whether parentheses, which are left out here, can make another filter of these words. */
function isGrouped(tokens: readonly Token[]): boolean {
  const has = (text: string): boolean =>
    tokens.some((token) => token.kind === 'keyword' && token.text === text);
  const joins = [has('and'), has('or')].filter(Boolean).length;
  const reckons = tokens.some(({ kind, text }) => kind === 'operator' && !COMPARISONS.has(text));
  return reckons || joins > 1 || (joins > 0 && has('not'));
}

interface Token {
  readonly kind: 'column' | 'call' | 'keyword' | 'text' | 'number' | 'operator' | 'mark';
  readonly text: string;
  /** Type that a literal was cast to, as the server says it. */
  readonly type?: string;
}

const TOKEN =
  /(?<space>\s+)|(?<text>'(?:[^']|'')*')|(?<number>\d+(?:\.\d+)?(?![\p{L}\p{N}_.]))|(?<quoted>"(?:[^"]|"")+")|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<cast>::)|(?<operator>!~~\*?|~~\*?|<=|>=|<>|!=|<|>|=|[-+*/%])|(?<mark>[()[\],])/uy;

const KEYWORDS: ReadonlySet<string> = new Set(
  'and or not is null true false unknown in any all array between symmetric like ilike similar to escape distinct from isnull notnull case when then else end current_date current_user session_user user'.split(
    ' ',
  ),
);

/** Words with a grammar of their own: what stands in them is no column, or may come back under another name. */
const UNREADABLE: ReadonlySet<string> = new Set(
  'cast extract overlay position substring trim collate at row interval operator similar escape symmetric isnull notnull'.split(
    ' ',
  ),
);

const TYPE_WORDS: ReadonlySet<string> = new Set(
  'varying precision with without time zone'.split(' '),
);
const NUMBER_TYPES = /^(?:smallint|integer|bigint|numeric|real|double)$/u;
const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '>', '<=', '>=']);

/** @returns `null` for what this does not read */
function readTokens(filter: string): readonly Token[] | null {
  const raw = split(filter);
  if (raw === null) return null;
  const tokens: Token[] = [];
  for (let at = 0; at < raw.length; at += 1) {
    const token = raw[at];
    if (token === undefined) break;
    if (token.kind === 'mark' && token.text === '::') {
      const end = endOfType(raw, at + 1);
      const last = tokens.at(-1);
      if (end === null) return null;
      const type = raw[at + 1]?.text ?? '';
      if (last?.kind === 'text') tokens.splice(-1, 1, castLiteral(last, type));
      at = end - 1;
      continue;
    }
    const next = raw[at + 1];
    if (token.kind === 'column' && next?.kind === 'text') return null;
    const isCall = token.kind === 'column' && next?.text === '(';
    tokens.push(isCall ? { ...token, kind: 'call' } : token);
  }
  return joinLists(joinSigns(tokens).filter(({ text }) => text !== '(' && text !== ')'));
}

function split(filter: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, TOKEN.flags);
  while (pattern.lastIndex < filter.length) {
    const groups = pattern.exec(filter)?.groups;
    if (groups === undefined) return null;
    const { text, number, quoted, word, cast, operator, mark } = groups;
    if (text?.includes('\\') === true) return null;
    if (text !== undefined) tokens.push({ kind: 'text', text });
    else if (number !== undefined) tokens.push({ kind: 'number', text: String(Number(number)) });
    else if (quoted !== undefined) {
      tokens.push({ kind: 'column', text: quoted.slice(1, -1).replaceAll('""', '"') });
    } else if (word !== undefined) {
      const lower = word.toLowerCase();
      if (UNREADABLE.has(lower)) return null;
      tokens.push({ kind: KEYWORDS.has(lower) ? 'keyword' : 'column', text: lower });
    } else if (operator !== undefined) tokens.push(...operatorTokens(operator));
    else if (cast !== undefined || mark !== undefined) {
      tokens.push({ kind: 'mark', text: cast ?? mark ?? '' });
    }
  }
  return tokens;
}

function operatorTokens(operator: string): readonly Token[] {
  const keyword = (text: string): Token => ({ kind: 'keyword', text });
  switch (operator) {
    case '!=':
      return [{ kind: 'operator', text: '<>' }];
    case '~~':
      return [keyword('like')];
    case '~~*':
      return [keyword('ilike')];
    case '!~~':
      return [keyword('not'), keyword('like')];
    case '!~~*':
      return [keyword('not'), keyword('ilike')];
    default:
      return [{ kind: 'operator', text: operator }];
  }
}

/** Index behind the type that begins here: `character varying(20)[]`; `null` when none does. */
function endOfType(raw: readonly Token[], start: number): number | null {
  if (raw[start]?.kind !== 'column') return null;
  let at = start + 1;
  while (TYPE_WORDS.has(raw[at]?.text ?? '')) at += 1;
  if (raw[at]?.text === '(' && raw[at + 1]?.kind === 'number') {
    while (at < raw.length && raw[at]?.text !== ')') at += 1;
    at += 1;
  }
  while (raw[at]?.text === '[' && raw[at + 1]?.text === ']') at += 2;
  return at;
}

function castLiteral(literal: Token, type: string): Token {
  const value = literal.text.slice(1, -1);
  const isNumber = NUMBER_TYPES.test(type) && value !== '' && Number.isFinite(Number(value));
  return isNumber ? { kind: 'number', text: String(Number(value)) } : { ...literal, type };
}

/** A minus that stands before a number and behind none is its sign. */
function joinSigns(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const [before, minus] = [joined.at(-2), joined.at(-1)];
    const isSign =
      token.kind === 'number' &&
      minus?.kind === 'operator' &&
      minus.text === '-' &&
      (before === undefined ||
        ['operator', 'keyword'].includes(before.kind) ||
        ['(', '[', ','].includes(before.text));
    if (isSign) joined.splice(-1, 1, { kind: 'number', text: String(-Number(token.text)) });
    else joined.push(token);
  }
  return joined;
}

/** `= ANY (ARRAY[…])` is what becomes of `IN (…)`, and `<> ALL` of `NOT IN`. */
function joinLists(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const words = tokens
      .slice(at, at + 4)
      .map(({ text }) => text)
      .join(' ');
    const isIn = words === '= any array [';
    if (isIn || words === '<> all array [') {
      if (!isIn) joined.push({ kind: 'keyword', text: 'not' });
      joined.push({ kind: 'keyword', text: 'in' });
      at += 3;
      continue;
    }
    const token = tokens[at];
    if (token !== undefined && token.text !== ']') joined.push(token);
  }
  return joined;
}

/** Both stand at the same place of the same form. */
function isCertainlyOther(file: Token, live: Token): boolean {
  if (file.text === live.text) return false;
  switch (file.kind) {
    case 'column':
    case 'number':
      return true;
    case 'operator':
      return COMPARISONS.has(file.text) && COMPARISONS.has(live.text);
    case 'keyword':
      return ['and', 'or'].includes(file.text) && ['and', 'or'].includes(live.text);
    case 'text':
      // Texts of other types have many spellings: '2020-1-1' is '2020-01-01'.
      return live.type === 'text' || live.type === 'character';
    case 'call':
    case 'mark':
      return false;
  }
}

function columnsOf(tokens: readonly Token[]): string {
  const names = tokens.flatMap(({ kind, text }) => (kind === 'column' ? [text] : []));
  return JSON.stringify([...new Set(names)].toSorted());
}
