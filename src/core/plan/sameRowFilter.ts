/**
 * Whether two row filters say the same, one as a person wrote it, the other as the server writes it back: with types,
 * and parentheses around everything. Where that cannot be told they count as different.
 */
export function isSameRowFilter(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return one === other || normalRowFilter(one) === normalRowFilter(other);
}

/** A row filter without what adds nothing to it: space, case of names, types of constants, needless parentheses. */
export function normalRowFilter(filter: string): string {
  const tokens = withoutTypes(tokensOf(filter));
  return dropParentheses(tokens).join(' ');
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*|\d+(?:\.\d+)?|::|<>|!=|<=|>=|!?~~\*?|\|\||[^\s]/gu;

function tokensOf(filter: string): readonly string[] {
  return [...filter.matchAll(TOKEN)].map(([token]) => {
    if (token === '!=') return '<>';
    if (/^"[a-z_][a-z0-9_]*"$/u.test(token)) return token.slice(1, -1);
    return /^['"]/u.test(token) ? token : token.toLowerCase();
  });
}

/** Words that a type's name goes on with, after its first. */
const TYPE_WORDS = new Set(['varying', 'precision', 'with', 'without', 'time', 'zone']);

/** The server names the type of every constant, and casts what is like text to text; other casts say something. */
function withoutTypes(tokens: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const before = kept.at(-1) ?? '';
    const isNeedless =
      token === '::' && (/^['\d]/u.test(before) || before === 'null' || tokens[at + 1] === 'text');
    if (!isNeedless) {
      kept.push(token);
      continue;
    }
    at += 1;
    while (TYPE_WORDS.has(tokens[at + 1] ?? '')) at += 1;
    // A length, or that it is an array.
    if (tokens[at + 1] === '(' && /^\d/u.test(tokens[at + 2] ?? '')) at = closing(tokens, at + 1);
    while (tokens[at + 1] === '[' && tokens[at + 2] === ']') at += 2;
  }
  return kept;
}

function closing(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}

/** How tightly an operator holds what is beside it; others are not operators. */
const STRENGTH: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['not', 3],
  ['is', 4],
  ['<', 5],
  ['>', 5],
  ['=', 5],
  ['<=', 5],
  ['>=', 5],
  ['<>', 5],
  ['between', 6],
  ['in', 6],
  ['like', 6],
  ['ilike', 6],
  ['~~', 7],
  ['~~*', 7],
  ['!~~', 7],
  ['!~~*', 7],
  ['||', 7],
  ['+', 8],
  ['-', 8],
  ['*', 9],
  ['/', 9],
  ['%', 9],
  ['^', 10],
  ['::', 12],
]);
const ATOM = 20;
const NOTHING = 0;

/** A pair goes where what is in it holds together by itself, more tightly than what stands beside it. */
function dropParentheses(tokens: readonly string[]): readonly string[] {
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at] !== '(') continue;
    const end = closing(tokens, at);
    const before = tokens[at - 1];
    const after = tokens[end + 1];
    if (isCall(before)) continue;
    const inner = tokens.slice(at + 1, end);
    if (!isNeedless(inner, before, after)) continue;
    return dropParentheses([...tokens.slice(0, at), ...inner, ...tokens.slice(end + 1)]);
  }
  return tokens;
}

function isNeedless(
  inner: readonly string[],
  before: string | undefined,
  after: string | undefined,
): boolean {
  const weakest = weakestOf(inner);
  const left = strengthOf(before);
  const right = strengthOf(after);
  // Of equals the left one comes first, and among ANDs, or ORs, the order of doing them does not matter.
  const isChain = weakest <= 2 && weakest === Math.max(left, right);
  return (weakest > left && weakest >= right) || isChain;
}

/** `name (`: what it is called with stays in parentheses. */
function isCall(before: string | undefined): boolean {
  if (before === undefined) return false;
  return before === 'in' || (/^[\p{L}_"\]]/u.test(before) && !STRENGTH.has(before));
}

function weakestOf(tokens: readonly string[]): number {
  let depth = 0;
  let weakest = ATOM;
  for (const token of tokens) {
    if (token === '(' || token === '[') depth += 1;
    else if (token === ')' || token === ']') depth -= 1;
    else if (token === ',' && depth === 0) return NOTHING;
    else if (depth === 0) weakest = Math.min(weakest, STRENGTH.get(token) ?? ATOM);
  }
  return weakest;
}

function strengthOf(token: string | undefined): number {
  return token === undefined ? NOTHING : (STRENGTH.get(token) ?? NOTHING);
}
