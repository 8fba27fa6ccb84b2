import { checkHost } from './connectionStringHost';
import {
  KEYWORD_ALIASES,
  KEYWORD_VALUES,
  LIBPQ_KEYWORDS,
  NUMBER_KEYWORDS,
  SECRET_KEYWORDS,
  SSL_MODES,
} from './connectionStringKeywords';
import { connectionError } from './connectionStringTypes';
import type {
  ConnectionProblemCode,
  ConnectionProblem,
  LiteralSecret,
  ParsedConnection,
  RawParam,
  ScannedConnection,
  TextSpan,
} from './connectionStringTypes';
import { didYouMean } from './didYouMean';
import { say } from './say';
import { truncatedIdentifier } from './sql';
import { hasInvisible, showEscaped } from './visibleText';

/**
 * Judges what a scanner found: keywords, values, secrets, TLS modes. The same for every notation. A later value for the
 * same keyword wins, as in libpq; an empty value counts as not given.
 */
export function settleConnection(scanned: ScannedConnection): ParsedConnection {
  const problems: ConnectionProblem[] = [...scanned.problems];
  const secrets: LiteralSecret[] = [];
  const params = new Map<string, string>();
  const spans = new Map<string, TextSpan>();
  for (const raw of scanned.raws) {
    if (SECRET_KEYWORDS.has(raw.keyword)) {
      if (raw.value !== '') secrets.push(secretOf(raw));
      continue;
    }
    const settled = settleOne(raw, problems);
    if (settled === null) continue;
    // `ssl` is only another way to say `sslmode`, which wins where both are there.
    if (raw.keyword === 'ssl' && params.has('sslmode')) continue;
    params.set(settled.keyword, settled.value);
    spans.set(settled.keyword, raw.valueSpan);
  }
  checkPortCount(params, spans, problems);
  const isUsable = !problems.some((problem) => problem.severity === 'error');
  return { params: isUsable ? Object.fromEntries(params) : null, problems, secrets, spans };
}

interface Settled {
  readonly keyword: string;
  readonly value: string;
}

function secretOf(raw: RawParam): LiteralSecret {
  return { keyword: raw.keyword, value: raw.value, removal: raw.removal, ...raw.valueSpan };
}

function settleOne(raw: RawParam, problems: ConnectionProblem[]): Settled | null {
  if (raw.keyword === 'ssl') return settleSsl(raw, problems);
  if (raw.keyword === 'uselibpqcompat') {
    const message = say`"uselibpqcompat" is ignored: sslmode always has the meaning of libpq here.`;
    problems.push(note('ignored-keyword', message, raw.keywordSpan));
    return null;
  }
  if (!LIBPQ_KEYWORDS.has(raw.keyword)) {
    problems.push(unknownKeyword(raw));
    return null;
  }
  if (raw.value === '' && raw.keyword !== 'host') return null;
  if (hasInvisible(raw.value)) {
    const message = say`The value of "${raw.keyword}" holds a character that cannot be seen: ${showEscaped(raw.value)}.`;
    problems.push(connectionError('invisible-character', message, raw.valueSpan));
    return null;
  }
  const value = settleValue(raw, problems);
  return value === null ? null : { keyword: raw.keyword, value };
}

function settleValue(raw: RawParam, problems: ConnectionProblem[]): string | null {
  if (raw.keyword === 'host') return settleHosts(raw, problems);
  if (raw.keyword === 'port') return settlePorts(raw, problems);
  if (raw.keyword === 'sslmode') return settleSslMode(raw, problems);
  if (raw.keyword === 'user' || raw.keyword === 'dbname') noteTruncation(raw, problems);
  if (NUMBER_KEYWORDS.has(raw.keyword) && !/^\d+$/u.test(raw.value)) {
    const message = say`"${raw.keyword}" is a whole number.`;
    problems.push(connectionError('keyword-value', message, raw.valueSpan));
    return null;
  }
  const allowed = KEYWORD_VALUES.get(raw.keyword);
  if (allowed === undefined || allowed.includes(raw.value)) return raw.value;
  problems.push(notAllowed(raw, allowed));
  return null;
}

function settleHosts(raw: RawParam, problems: ConnectionProblem[]): string | null {
  const hosts: string[] = [];
  const elements = raw.value.split(',');
  for (const element of elements) {
    const checked = checkHost(element.trim() === '' ? '' : element);
    // A suggestion for one of several hosts cannot stand for the whole span.
    const replacement = elements.length === 1 ? checked.suggestion : null;
    const fix =
      replacement === null ? null : { title: say`Change to "${replacement}"`, replacement };
    if (checked.error !== null) {
      problems.push({ ...connectionError('host', checked.error, raw.valueSpan), fix });
    }
    if (checked.note !== null) {
      problems.push({ ...note('host-dot', checked.note, raw.valueSpan), fix });
    }
    hosts.push(checked.host);
  }
  return hosts.join(',');
}

function settlePorts(raw: RawParam, problems: ConnectionProblem[]): string | null {
  const ports = raw.value.split(',').map((port) => port.trim());
  const wrong = ports.find((port) => port !== '' && !isPort(port));
  if (wrong === undefined)
    return ports.map((port) => (port === '' ? '' : String(Number(port)))).join(',');
  const message = /^-?\d+$/u.test(wrong)
    ? say`Port ${wrong} is out of range: a port is 1 to 65535.`
    : say`"${wrong}" is no port: a port is a whole number from 1 to 65535.`;
  problems.push(connectionError('port', message, raw.valueSpan));
  return null;
}

function isPort(text: string): boolean {
  return /^\d+$/u.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

function checkPortCount(
  params: ReadonlyMap<string, string>,
  spans: ReadonlyMap<string, TextSpan>,
  problems: ConnectionProblem[],
): void {
  const ports = params.get('port')?.split(',').length ?? 1;
  const hosts = (params.get('host') ?? params.get('hostaddr') ?? '').split(',').length;
  const span = spans.get('port');
  if (ports === 1 || ports === hosts || span === undefined) return;
  const message = say`There are ${ports} ports for ${hosts} ${hosts === 1 ? say`host` : say`hosts`}. Give one port for all, or one for each host.`;
  problems.push(connectionError('port-count', message, span));
}

function settleSslMode(raw: RawParam, problems: ConnectionProblem[]): string | null {
  if ((SSL_MODES as readonly string[]).includes(raw.value)) return raw.value;
  if (raw.value === 'prefer' || raw.value === 'allow') {
    const message = say`sslmode "${raw.value}" is read as "require": the connection is never made without encryption because a server has none.`;
    const fix = { title: say`Change to "${'require'}"`, replacement: 'require' };
    problems.push({ ...note('sslmode-read-as', message, raw.valueSpan), fix });
    return 'require';
  }
  problems.push(notAllowed(raw, SSL_MODES));
  return null;
}

function settleSsl(raw: RawParam, problems: ConnectionProblem[]): Settled | null {
  const isOn = ['true', '1', 'on', 'require'].includes(raw.value);
  if (!isOn && !['false', '0', 'off', 'disable'].includes(raw.value)) {
    problems.push(notAllowed(raw, ['true', 'false']));
    return null;
  }
  const value = isOn ? 'require' : 'disable';
  const message = say`"ssl=${raw.value}" is read as sslmode "${value}".`;
  problems.push(note('ssl-read-as', message, { ...raw.valueSpan }));
  return { keyword: 'sslmode', value };
}

function notAllowed(raw: RawParam, allowed: readonly string[]): ConnectionProblem {
  const meant = didYouMean(raw.value, allowed);
  const message = say`"${raw.value}" is no value for "${raw.keyword}". Allowed: ${allowed.join(', ')}.`;
  const fix = meant === null ? null : { title: say`Change to "${meant}"`, replacement: meant };
  return { ...connectionError('keyword-value', message, raw.valueSpan), fix };
}

function unknownKeyword(raw: RawParam): ConnectionProblem {
  // The word may be half of a password, so only a plain one is repeated.
  const isPlain = /^[A-Za-z][A-Za-z_]{0,39}$/u.test(raw.keyword);
  const meant =
    KEYWORD_ALIASES.get(raw.keyword.toLowerCase()) ?? didYouMean(raw.keyword, LIBPQ_KEYWORDS);
  const isSafe = meant !== null && !SECRET_KEYWORDS.has(meant);
  const hint = isSafe
    ? say` Did you mean "${meant}"?`
    : meant === null
      ? ''
      : say` A password does not belong here at all.`;
  return {
    ...connectionError(
      'unknown-keyword',
      isPlain
        ? say`"${raw.keyword}" is no connection keyword of libpq.${hint}`
        : say`This is no connection keyword of libpq.${hint}`,
      raw.keywordSpan,
    ),
    fix: isSafe ? { title: say`Change to "${meant}"`, replacement: meant } : null,
  };
}

function noteTruncation(raw: RawParam, problems: ConnectionProblem[]): void {
  const cut = truncatedIdentifier(raw.value);
  if (cut === null) return;
  const message = say`"${raw.value}" is longer than 63 bytes: the server would cut it to "${cut}".`;
  const error = connectionError('identifier-too-long', message, raw.valueSpan);
  // Within quotes it would have to be written otherwise.
  const isPlain = /^[\w-]+$/u.test(raw.value) && raw.valueSpan.length === raw.value.length;
  const fix = isPlain ? { title: say`Change to "${cut}"`, replacement: cut } : null;
  problems.push({ ...error, severity: 'warning', fix });
}

function note(code: ConnectionProblemCode, message: string, span: TextSpan): ConnectionProblem {
  return { ...connectionError(code, message, span), severity: 'information' };
}
