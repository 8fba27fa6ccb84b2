import { connectionError } from './connectionStringTypes';
import type { RawParam, ScannedConnection } from './connectionStringTypes';
import { say } from './say';
import type { ConnectionParams } from './topology';

const SPACE = /[ \t\n\r\v\f]/;

/**
 * A setting where a value belongs, as in `host= password=secret`. libpq takes all of it for the name of a host; nobody
 * means that, and a password would be shown as one.
 */
const FORGOTTEN_VALUE = /^[a-z_]+\s*=/;

/**
 * Reads libpq's `keyword=value` notation: values end at white space unless they stand in single quotes; a backslash
 * takes the next character as it is, in quotes and outside.
 * @see libpq, "Keyword/Value Connection Strings"
 */
export function scanConninfo(text: string): ScannedConnection {
  const raws: RawParam[] = [];
  const problems: ScannedConnection['problems'][number][] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const start = at;
    while (at < text.length && text[at] !== '=' && !isSpace(text[at])) at++;
    const keywordSpan = { offset: start, length: at - start };
    const keyword = text.slice(start, at);
    at = skipSpace(text, at);
    if (text[at] !== '=' || keyword === '') {
      return { raws, problems: [...problems, missingEquals(keyword, keywordSpan)] };
    }
    const afterEquals = at + 1;
    at = skipSpace(text, afterEquals);
    if (at > afterEquals && FORGOTTEN_VALUE.test(text.slice(at))) {
      // Read on, so that a password among what follows is found as one.
      problems.push(missingValue(keyword, keywordSpan));
      const valueSpan = { offset: afterEquals, length: 0 };
      const removal = { offset: start, length: at - start };
      raws.push({ keyword, value: '', keywordSpan, valueSpan, removal });
      continue;
    }
    const value = text[at] === "'" ? readQuoted(text, at) : readPlain(text, at);
    const valueSpan = { offset: at, length: value.end - at };
    if (!value.isClosed) {
      const message = say`The value of "${keyword}" begins with a quote that is never closed. Add ' at its end.`;
      problems.push(connectionError('conninfo-quote', message, valueSpan));
      return { raws, problems };
    }
    at = skipSpace(text, value.end);
    const removal =
      at < text.length
        ? { offset: start, length: at - start }
        : removalToEnd(text, start, value.end);
    raws.push({ keyword, value: value.text, keywordSpan, valueSpan, removal });
  }
  return { raws, problems };
}

/** Writes params in `keyword='value'` notation, every value quoted, so that no value can bring keywords of its own. */
export function formatConninfo(params: ConnectionParams): string {
  return Object.entries(params)
    .map(([keyword, value]) => `${keyword}=${quoteConninfoValue(value)}`)
    .join(' ');
}

/** One value for a conninfo text: in single quotes, with quotes and backslashes escaped by a backslash. */
export function quoteConninfoValue(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

interface ReadValue {
  readonly text: string;
  readonly end: number;
  readonly isClosed: boolean;
}

function readPlain(text: string, start: number): ReadValue {
  let value = '';
  let at = start;
  while (at < text.length && !isSpace(text[at])) {
    if (text[at] === '\\') at++;
    value += text[at] ?? '';
    at++;
  }
  return { text: value, end: Math.min(at, text.length), isClosed: true };
}

function readQuoted(text: string, start: number): ReadValue {
  let value = '';
  let at = start + 1;
  while (at < text.length && text[at] !== "'") {
    if (text[at] === '\\') at++;
    value += text[at] ?? '';
    at++;
  }
  const isClosed = text[at] === "'";
  return { text: value, end: Math.min(isClosed ? at + 1 : at, text.length), isClosed };
}

function removalToEnd(text: string, start: number, end: number): RawParam['removal'] {
  let from = start;
  while (from > 0 && isSpace(text[from - 1])) from--;
  return { offset: from, length: end - from };
}

function missingEquals(keyword: string, span: RawParam['keywordSpan']) {
  // The word may be half of a password with a space in it, so it is not repeated.
  const message =
    keyword === ''
      ? say`There is a "=" without a keyword before it.`
      : say`There is a word without "=" here. Write keyword=value, and put values with spaces in single quotes.`;
  return connectionError('conninfo-syntax', message, { ...span, length: Math.max(1, span.length) });
}

function missingValue(keyword: string, span: RawParam['keywordSpan']) {
  const message = say`There is no value after "${keyword}=". Write one, or ${keyword}='' for an empty one.`;
  return connectionError('conninfo-value', message, span);
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && isSpace(text[at])) at++;
  return at;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && SPACE.test(character);
}
