import { say } from '../say';
/** Variables by name, in the order of their file. */
export type Variables = ReadonlyMap<string, string>;

/** A text with its `${…}` put in. */
export interface Expanded {
  readonly value: string;
  /**
   * Variables that nothing sets and that have no default; the text is not to be relied on then. A name is given only where
   * the whole text is one variable: a piece of a password may look like one.
   */
  readonly missing: readonly string[];
}

/** How often a value may lead to another. */
const MOST_NESTING = 8;
/** A value that grows beyond this is no setting. */
const MOST_CHARACTERS = 65_536;

const WHOLE = /^\s*\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*(?::?[-?+][^{}]*)?\})\s*$/u;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/u;

/**
 * Puts values in for `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}` and `${NAME:?complaint}`, as
 * Compose does; `$$` is a dollar. It never throws; what cannot be put in is reported.
 * @param dollars `compose`: a bare `$NAME` is always a variable; `known`: only where the file sets it, as in a `.env`, whose
 * passwords may hold dollars
 */
export function expandVariables(
  text: string,
  variables: Variables,
  dollars: 'compose' | 'known',
): Expanded {
  const missing: string[] = [];
  const value = expand(text, { variables, dollars, missing, depth: 0 });
  const told = missing.length === 0 || WHOLE.test(text) ? missing : [say`other variables`];
  return { value: value.slice(0, MOST_CHARACTERS), missing: [...new Set(told)] };
}

interface Expansion {
  readonly variables: Variables;
  readonly dollars: 'compose' | 'known';
  readonly missing: string[];
  readonly depth: number;
}

function expand(text: string, how: Expansion): string {
  let result = '';
  let at = 0;
  while (at < text.length && result.length <= MOST_CHARACTERS) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === '$' && how.dollars === 'compose') {
      result += '$';
      at = dollar + 2;
      continue;
    }
    if (next === '{') {
      const end = closing(text, dollar + 2);
      if (end !== null) {
        result += braced(text.slice(dollar + 2, end), how);
        at = end + 1;
        continue;
      }
    }
    const name = NAME.exec(text.slice(dollar + 1, dollar + 129))?.[0];
    if (name !== undefined && (how.dollars === 'compose' || how.variables.has(name))) {
      result += valueOf(name, how) ?? missed(name, how);
      at = dollar + 1 + name.length;
      continue;
    }
    result += '$';
    at = dollar + 1;
  }
  return result;
}

/** Where the brace is that closes what begins at `start`; `null` when none does. */
function closing(text: string, start: number): number | null {
  let open = 1;
  for (let index = start; index < text.length; index += 1) {
    if (text.startsWith('${', index)) open += 1;
    else if (text[index] === '}') open -= 1;
    if (open === 0) return index;
  }
  return null;
}

function braced(inner: string, how: Expansion): string {
  const name = NAME.exec(inner)?.[0];
  if (name === undefined) return missed(say`a variable without a name`, how);
  const operator = /^:?[-+?]/u.exec(inner.slice(name.length))?.[0];
  const value = valueOf(name, how);
  if (operator === undefined) return value ?? missed(name, how);
  const isEmptyUnset = operator.startsWith(':');
  const isSet = value !== null && !(isEmptyUnset && value === '');
  const other = inner.slice(name.length + operator.length);
  if (operator.endsWith('+')) return isSet ? nested(other, how) : '';
  if (isSet) return value;
  return operator.endsWith('-') ? nested(other, how) : missed(name, how);
}

function valueOf(name: string, how: Expansion): string | null {
  const value = how.variables.get(name);
  return value === undefined ? null : how.dollars === 'known' ? nested(value, how) : value;
}

function nested(text: string, how: Expansion): string {
  if (how.depth >= MOST_NESTING) return missed(say`a variable that leads to itself`, how);
  return expand(text, { ...how, depth: how.depth + 1 });
}

function missed(name: string, how: Expansion): string {
  how.missing.push(name);
  return '';
}
