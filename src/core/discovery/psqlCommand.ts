import { parseConnectionString } from '../connectionString';
import { formatConninfo } from '../connectionStringConninfo';
import { isPostgresUri } from '../connectionStringUri';
import { say } from '../say';
import {
  startingPointOf,
  type CommandWord,
  type StartingEnvironment,
  type StartingPoint,
  type StartingProblem,
} from './startingPointOf';
import { pairsOf } from './variables';

/** Options of psql that take a value. */
const WITH_VALUE = new Set('cdfhLopPRFTUv');
const LONG_WITH_VALUE: ReadonlySet<string> = new Set([
  'command',
  'dbname',
  'field-separator',
  'file',
  'host',
  'log-file',
  'output',
  'port',
  'pset',
  'record-separator',
  'set',
  'table-attr',
  'username',
  'variable',
]);
const CONNECTION_OPTIONS: Readonly<Record<string, string>> = {
  h: 'host',
  host: 'host',
  p: 'port',
  port: 'port',
  U: 'user',
  username: 'user',
  d: 'dbname',
  dbname: 'dbname',
};

/**
 * Reads a pasted psql command line, with the variables before it: `PGPASSWORD=… psql -h db -U app app`, `sudo -u postgres psql`.
 * @returns `null` when no psql is called in it
 */
export function readPsqlCommand(
  text: string,
  environment: StartingEnvironment,
): StartingPoint | null {
  if (!/(?:^|[\s/])(?:psql|pgcli)(?:\.exe)?(?:\s|$)/u.test(text)) return null;
  const words = environment.splitCommand(text.replace(/^\s*[$#%>]\s+/u, ''));
  const at = words.findIndex((word) => word.kind === 'word' && isPsql(word.text));
  if (at < 0) return null;
  const before = words.slice(0, at);
  const after = words.slice(at + 1);
  const end = after.findIndex(({ kind }) => kind === 'operator');
  const own = end < 0 ? after : after.slice(0, end);
  const unset = [...before, ...own].find((word) => word.kind === 'unset');
  if (unset?.kind === 'unset') return refused(unsetText(unset.variable));
  const wrapper = textsOf(before).find((word) => ELSEWHERE.test(word));
  if (wrapper !== undefined) return refused(elsewhereText(wrapper));
  return fromWords(textsOf(before), textsOf(own));
}

/** What runs psql on another machine, or in a network of its own. */
const ELSEWHERE = /^(?:docker|docker-compose|podman|nerdctl|kubectl|oc|ssh|lxc|flyctl|heroku)$/u;

function fromWords(before: readonly string[], own: readonly string[]): StartingPoint {
  const given = readOptions(own);
  const named = { ...assignments(before), ...osUser(before), ...given.pairs };
  const { dbname } = given.pairs;
  // A connection string in place of the database's name: what it says goes before the options.
  if (dbname !== undefined && (isPostgresUri(dbname) || dbname.includes('='))) {
    const parsed = parseConnectionString(dbname);
    if (parsed.params === null) return startingPointOf(parsed, 'psql');
    const { dbname: said, ...others } = named;
    const secret = parsed.secrets.findLast(({ keyword }) => keyword === 'password');
    const all = {
      ...others,
      ...parsed.params,
      ...(secret === undefined ? {} : { password: secret.value }),
    };
    const notes = parsed.problems.map(({ severity, message }) => ({ severity, message }));
    return settled(said === undefined ? named : all, notes);
  }
  return settled(named, []);
}

function settled(
  pairs: Readonly<Record<string, string>>,
  notes: readonly StartingProblem[],
): StartingPoint {
  // All of it may be left to libpq's defaults.
  if (Object.keys(pairs).length === 0) {
    return { params: {}, password: null, source: 'psql', problems: notes };
  }
  return startingPointOf(parseConnectionString(formatConninfo(pairs)), 'psql', notes);
}

interface ReadOptions {
  readonly pairs: Readonly<Record<string, string>>;
}

function readOptions(words: readonly string[]): ReadOptions {
  const pairs: Record<string, string> = {};
  const free: string[] = [];
  let isEnded = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (isEnded || !word.startsWith('-') || word === '-') {
      free.push(word);
      continue;
    }
    if (word === '--') {
      isEnded = true;
      continue;
    }
    const option = word.startsWith('--') ? longOption(word) : shortOption(word);
    if (option === null) continue;
    const value = option.value ?? words[++at] ?? '';
    const keyword = CONNECTION_OPTIONS[option.name];
    if (keyword !== undefined) pairs[keyword] = value;
  }
  const [database, user] = pairs['dbname'] === undefined ? free : [undefined, ...free];
  if (database !== undefined) pairs['dbname'] = database;
  if (user !== undefined && pairs['user'] === undefined) pairs['user'] = user;
  return { pairs };
}

interface Option {
  readonly name: string;
  /** `null`: the next word. */
  readonly value: string | null;
}

/** @returns `null` for a switch */
function longOption(word: string): Option | null {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  if (!LONG_WITH_VALUE.has(name)) return null;
  return { name, value: equals < 0 ? null : word.slice(equals + 1) };
}

/** Switches may stand together, and before one that takes the rest as its value: `-Xqd app`. @returns `null` for switches alone */
function shortOption(word: string): Option | null {
  for (let at = 1; at < word.length; at++) {
    const name = word[at] ?? '';
    if (!WITH_VALUE.has(name)) continue;
    return { name, value: at + 1 < word.length ? word.slice(at + 1) : null };
  }
  return null;
}

/** `PGPASSWORD=… PGHOST=…` before the command. */
function assignments(words: readonly string[]): Readonly<Record<string, string>> {
  return pairsOf(
    Object.fromEntries(
      words.flatMap((word) => {
        const match = /^([A-Z][A-Z0-9_]*)=(.*)$/su.exec(word);
        return match?.[1] === undefined ? [] : [[match[1], match[2] ?? '']];
      }),
    ),
  );
}

/** psql logs in as the user of the operating system unless it is told another. */
function osUser(words: readonly string[]): Readonly<Record<string, string>> {
  const at = words.findIndex((word) => word === 'sudo' || word === 'doas');
  const user = words[words.indexOf('-u', at) + 1];
  return at < 0 || user === undefined || !words.includes('-u') ? {} : { user };
}

function isPsql(word: string): boolean {
  return /^(?:.*[\\/])?(?:psql|pgcli)(?:\.exe)?$/u.test(word);
}

function textsOf(words: readonly CommandWord[]): readonly string[] {
  return words.flatMap((word) => (word.kind === 'word' ? [word.text] : []));
}

function refused(message: string): StartingPoint {
  return {
    params: null,
    password: null,
    source: 'psql',
    problems: [{ severity: 'error', message }],
  };
}

function unsetText(variable: string): string {
  return say`The command uses the variable ${variable}, which is not set here. Write what it stands for.`;
}

function elsewhereText(wrapper: string): string {
  return say`This psql is started by ${wrapper}, so its address holds there, not here. Give host and port by which the server is reached from this machine.`;
}
