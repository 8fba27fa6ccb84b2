import { say } from '../say';

/** More is no statement that a person reads before it runs. */
const MAX_LENGTH = 200_000;

/** Would end the transaction that guards the servers, or be gone with it. */
const OF_TRANSACTIONS: ReadonlySet<string> = new Set([
  'ABORT',
  'BEGIN',
  'COMMIT',
  'END',
  'PREPARE',
  'RELEASE',
  'ROLLBACK',
  'SAVEPOINT',
  'START',
]);
/** What they set lasts as long as the session, which is closed behind the one statement. */
const OF_SESSIONS: ReadonlySet<string> = new Set([
  'DEALLOCATE',
  'DISCARD',
  'LISTEN',
  'RESET',
  'SET',
  'UNLISTEN',
]);

/**
 * Why a text is not run at all, as finished sentences; `null` for one that may be tried. It spares a person the server's answer, and
 * keeps out what a read-only transaction lets pass, such as COPY TO PROGRAM. What holds the servers is that transaction, and the
 * protocol, which takes one statement alone.
 */
export function refusalOf(text: string): string | null {
  if (text.length > MAX_LENGTH) return say`This is too long for one statement: select less.`;
  if (text.includes('\0'))
    return say`The text holds a NUL character, behind which no server reads.`;
  const words = wordsOf(text);
  const [first] = words;
  if (first === undefined) return say`There is no statement here: select one.`;
  if (first.startsWith('\\')) {
    return say`${first} is a command of psql, not a statement that servers know.`;
  }
  if (OF_TRANSACTIONS.has(first)) {
    return say`${first} is refused: each statement runs in a transaction of its own, which is begun and ended for it.`;
  }
  if (OF_SESSIONS.has(first)) {
    return say`${first} is refused: it would last for this one statement, since its session is closed behind it.`;
  }
  if (first === 'COPY') {
    return say`COPY is refused: it reads or writes files, programs or the connection. Select rows with SELECT, or use psql.`;
  }
  if (needsNoTransaction(words)) {
    return say`${first} is refused: it does not run within a transaction. Use psql for it.`;
  }
  return null;
}

function needsNoTransaction([first, second, ...rest]: readonly string[]): boolean {
  if (first === 'VACUUM') return true;
  if (first === 'ALTER') return second === 'SYSTEM';
  if (first !== 'CREATE' && first !== 'DROP' && first !== 'REINDEX') return false;
  if (second === 'DATABASE' || second === 'TABLESPACE') return true;
  return [second, ...rest].includes('CONCURRENTLY');
}

/** So many say what kind of statement it is: `CREATE UNIQUE INDEX CONCURRENTLY`. */
const WORDS = 4;

/** The words that a statement begins with, in capitals. What is no word ends them: a bracket, a quoted name, a number. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let at = skipBlank(text, 0, true);
  while (words.length < WORDS) {
    const word = /^(?:\\\S*|[a-z_]\w*)/iu.exec(text.slice(at, at + 64))?.[0];
    if (word === undefined) break;
    words.push(word.toUpperCase());
    at = skipBlank(text, at + word.length, false);
  }
  // Something is there, though it begins with no word; the server says what it thinks of it.
  return words.length === 0 && at < text.length ? [''] : words;
}

/** Where white space and comments end, which nest; in front of the first word also brackets and empty statements. */
function skipBlank(text: string, from: number, isInFront: boolean): number {
  const blank = isInFront ? /[\s;(]/u : /\s/u;
  let at = from;
  for (;;) {
    if (at < text.length && blank.test(text.charAt(at))) at += 1;
    else if (text.startsWith('--', at)) {
      const end = /[\r\n]/u.exec(text.slice(at));
      at = end === null ? text.length : at + end.index;
    } else if (text.startsWith('/*', at)) at = endOfComment(text, at);
    else return at;
  }
}

function endOfComment(text: string, from: number): number {
  const marks = /\/\*|\*\//gu;
  marks.lastIndex = from;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

/** Where a server's position is in the text: it counts characters, from 1 on, and we count UTF-16 units from 0 on. */
export function offsetOf(text: string, position: number): number {
  let offset = 0;
  let left = position - 1;
  for (const character of text) {
    if (left <= 0) break;
    offset += character.length;
    left -= 1;
  }
  return offset;
}
