import { formatConninfo, scanConninfo } from './connectionStringConninfo';
import { settleConnection } from './connectionStringSettle';
import { connectionError } from './connectionStringTypes';
import type { ConnectionProblem, ParsedConnection } from './connectionStringTypes';
import { isPostgresUri, scanUri } from './connectionStringUri';
import { say } from './say';

/**
 * Reads a connection as libpq takes it: a URI, `keyword=value` pairs, or `service=name` (a pair like any other). Nothing
 * is completed from service file or environment, no file is opened, and it never throws. Secrets are reported apart and
 * are not part of the params.
 */
export function parseConnectionString(text: string): ParsedConnection {
  // Spaces around it are of no meaning in either notation; positions stay those of the whole text.
  const start = text.length - text.trimStart().length;
  const trimmed = text.trim();
  const refused = refuse(trimmed, start);
  if (refused !== null) return { params: null, problems: [refused], secrets: [], spans: new Map() };
  const scanned = isPostgresUri(trimmed) ? scanUri(trimmed) : scanConninfo(trimmed);
  return shift(settleConnection(scanned), start);
}

/** A connection that may be handed on: as written when no secret is in it, else rewritten as pairs without the secrets. */
export function withoutSecrets(text: string): string {
  const { params, secrets } = parseConnectionString(text);
  return secrets.length === 0 ? text : formatConninfo(params ?? {});
}

const EXAMPLES = say`Write postgresql://user@host:5432/database, "host=… dbname=… user=…" or "service=…".`;

function refuse(text: string, start: number): ConnectionProblem | null {
  const whole = { offset: start, length: text.length };
  if (text === '') {
    return connectionError('connection-empty', say`The connection is empty. ${EXAMPLES}`, whole);
  }
  if (/^jdbc:postgres(?:ql)?:\/\//iu.test(text)) {
    const prefix = { offset: start, length: 'jdbc:'.length };
    const message = say`This is a JDBC URL. Leave out "jdbc:" and write postgresql://….`;
    const fix = { title: say`Remove "jdbc:"`, replacement: '' };
    return { ...connectionError('connection-jdbc', message, prefix), fix };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/iu.exec(text)?.[1];
  if (scheme !== undefined && /^[a-z0-9+.:-]*:\/\//iu.test(text) && !isPostgresUri(text)) {
    const message = say`A URL that begins with "${scheme}:" is not one of Postgres. ${EXAMPLES}`;
    return connectionError('connection-scheme', message, { offset: start, length: scheme.length });
  }
  if (scheme !== undefined && /^postgres(?:ql)?:\/?(?!\/)/iu.test(text)) {
    const message = say`After "${scheme}:" come two slashes. ${EXAMPLES}`;
    const length = /^[a-z]+:\/?/iu.exec(text)?.[0].length ?? scheme.length;
    const replacement = `${scheme}://`;
    const fix = { title: say`Change to "${replacement}"`, replacement };
    return { ...connectionError('connection-scheme', message, { offset: start, length }), fix };
  }
  if (!text.includes('=') && !isPostgresUri(text)) {
    return connectionError('connection-form', say`This is no connection. ${EXAMPLES}`, whole);
  }
  return null;
}

function shift(parsed: ParsedConnection, by: number): ParsedConnection {
  if (by === 0) return parsed;
  return {
    params: parsed.params,
    spans: new Map(
      Array.from(parsed.spans, ([keyword, { offset, length }]) => [
        keyword,
        { offset: offset + by, length },
      ]),
    ),
    problems: parsed.problems.map((problem) => ({ ...problem, offset: problem.offset + by })),
    secrets: parsed.secrets.map((secret) => ({
      ...secret,
      offset: secret.offset + by,
      removal: { ...secret.removal, offset: secret.removal.offset + by },
    })),
  };
}
