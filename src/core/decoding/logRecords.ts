/** One message of a server's log, in whichever of its formats. */
export interface LogRecord {
  readonly at: string | null;
  readonly pid: number | null;
  /** `ERROR`, `LOG`, … */
  readonly level: string;
  readonly sqlstate: string | null;
  /** As pg_stat_activity names it; `null` in plain text. */
  readonly backendType: string | null;
  readonly message: string;
  readonly detail: string | null;
  readonly context: string | null;
}

/**
 * Takes the end of a log apart, whichever of its formats (stderr, csvlog, jsonlog) that is. What it begins in the middle of is left out, and so
 * are statements, which may hold passwords.
 * @param prefix `log_line_prefix`, for stderr
 */
export function logRecords(log: string, prefix: string): readonly LogRecord[] {
  if (/^\{"timestamp":/mu.test(log)) return jsonRecords(log);
  if (CSV_START.test(log)) return csvRecords(log);
  return plainRecords(log, prefix);
}

function jsonRecords(log: string): readonly LogRecord[] {
  return log.split('\n').flatMap((line) => {
    const fields = parseObject(line);
    if (fields === null) return [];
    const text = (name: string): string | null => {
      const value = fields[name];
      return typeof value === 'string' && value !== '' ? value : null;
    };
    const pid = fields['pid'];
    return {
      at: text('timestamp'),
      pid: typeof pid === 'number' ? pid : null,
      level: text('error_severity') ?? 'LOG',
      sqlstate: text('state_code'),
      backendType: text('backend_type'),
      message: text('message') ?? '',
      detail: text('detail'),
      context: text('context'),
    };
  });
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    // Cut at the beginning, or being written.
    return null;
  }
}

/** A record begins with its time, user, database and process; the first two may be empty. */
const CSV_START =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^,\n]*,(?:"(?:[^"]|"")*")?,(?:"(?:[^"]|"")*")?,\d+,/mu;

/** Positions of what is read, by the server's documentation of csvlog. */
const CSV = {
  at: 0,
  pid: 3,
  level: 11,
  sqlstate: 12,
  message: 13,
  detail: 14,
  context: 18,
  backendType: 23,
};

function csvRecords(log: string): readonly LogRecord[] {
  const start = CSV_START.exec(log)?.index ?? log.length;
  return splitCsv(log.slice(start)).flatMap((fields) => {
    const text = (at: number): string | null => {
      const value = fields[at];
      return value === undefined || value === '' ? null : value;
    };
    const level = text(CSV.level);
    if (level === null || fields.length <= CSV.context) return [];
    const pid = Number(text(CSV.pid) ?? Number.NaN);
    return {
      at: text(CSV.at),
      pid: Number.isInteger(pid) ? pid : null,
      level,
      sqlstate: text(CSV.sqlstate),
      backendType: text(CSV.backendType),
      message: text(CSV.message) ?? '',
      detail: text(CSV.detail),
      context: text(CSV.context),
    };
  });
}

/** Rows of fields; quoted ones may hold commas and line ends, and double their quotes. */
function splitCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/gu)) {
    const [whole, quoted, bare, end] = match;
    if (whole === '' && row.length === 0) continue;
    row.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const SEVERITIES = 'DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC';
const ADDITIONS = 'DETAIL|HINT|QUERY|CONTEXT|LOCATION|BACKTRACE|STATEMENT';

function plainRecords(log: string, prefix: string): readonly LogRecord[] {
  const head = new RegExp(`^(.*?)(${SEVERITIES}|${ADDITIONS}):  (.*)$`, 'u');
  const byPrefix = prefixPattern(prefix);
  const records: { -readonly [Key in keyof LogRecord]: LogRecord[Key] }[] = [];
  let member: 'message' | 'detail' | 'context' | null = null;
  for (const line of log.split('\n')) {
    const record = records.at(-1);
    if (line.startsWith('\t')) {
      if (record !== undefined && member !== null) {
        record[member] = `${record[member] ?? ''}\n${line.slice(1)}`;
      }
      continue;
    }
    const [, before = '', word = '', text = ''] = head.exec(line) ?? [];
    if (word === 'DETAIL' || word === 'CONTEXT') {
      member = word === 'DETAIL' ? 'detail' : 'context';
      if (record !== undefined) record[member] = text;
    } else if (word === '' || new RegExp(`^(?:${ADDITIONS})$`, 'u').test(word)) {
      member = null;
    } else {
      member = 'message';
      const said = byPrefix?.exec(before)?.groups ?? byHabit(before);
      records.push({
        at: said['at']?.trim() ?? null,
        pid: said['pid'] === undefined ? null : Number(said['pid']),
        level: word,
        sqlstate: said['sqlstate'] ?? null,
        backendType: null,
        message: text,
        detail: null,
        context: null,
      });
    }
  }
  return records;
}

/** What the prefix alone does not tell: it was changed since the line was written. */
function byHabit(before: string): Readonly<Record<string, string | undefined>> {
  return {
    at: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [A-Z]{3,5}| [+-]\d\d)?/u.exec(before)?.[0],
    pid: /\[(\d+)\]/u.exec(before)?.[1],
  };
}

/** `log_line_prefix` as an expression with the groups at, pid and sqlstate, each once; processes without a session write it up to %q. */
function prefixPattern(prefix: string): RegExp | null {
  const seen = new Set<string>();
  const group = (name: string, pattern: string): string => {
    if (seen.has(name)) return pattern;
    seen.add(name);
    return `(?<${name}>${pattern})`;
  };
  const parts = prefix.split('%q').map((half) =>
    half
      .split(/(%-?\d*[a-zA-Z%])/u)
      .map((piece) => {
        if (!/^%-?\d*[a-zA-Z%]$/u.test(piece)) return piece.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
        const letter = piece.at(-1);
        if (letter === 'm' || letter === 't') return group('at', '\\d{4}-[^\\[\\]]*?');
        if (letter === 'p') return ` *${group('pid', '\\d+')} *`;
        if (letter === 'e') return ` *${group('sqlstate', '[0-9A-Z]{5}')} *`;
        return letter === '%' ? '%' : '.*?';
      })
      .join(''),
  );
  const [first = '', ...rest] = parts;
  try {
    return new RegExp(`^${first}${rest.length === 0 ? '' : `(?:${rest.join('')})?`}$`, 'u');
  } catch {
    return null;
  }
}
