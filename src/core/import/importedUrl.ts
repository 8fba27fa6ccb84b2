import { parseConnectionString } from '../connectionString';
import { LIBPQ_KEYWORDS } from '../connectionStringKeywords';
import { isJdbcUrl, readJdbcUrl } from '../discovery/jdbcUrl';
import {
  startingPointOf,
  type StartingPoint,
  type StartingProblem,
} from '../discovery/startingPointOf';
import { say } from '../say';
import type { ConnectionParams } from '../topology';

/** What a URL of a file comes to. */
export type ImportedUrl =
  | {
      readonly kind: 'connection';
      readonly params: ConnectionParams;
      readonly password: string | null;
      /** True when the URL says that it leads to a pooler. */
      readonly isPooler: boolean;
      /** Query keys of other drivers that were left out; only well-known ones by name. */
      readonly leftOut: readonly string[];
      /** Finished sentences on what was read otherwise than it is written. */
      readonly notes: readonly string[];
    }
  /** A URL of something else; `what` is its scheme. */
  | { readonly kind: 'foreign'; readonly what: string }
  /** `reason` is a finished sentence without a value of the URL. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What drivers and ORMs put in front of a URL of Postgres: `postgresql+asyncpg:`, `ecto:`. */
const POSTGRES_SCHEME = /^(?:postgres(?:ql)?(?:\+[a-z0-9_]+)?|postgis|ecto|psql|pgsql):\/\//iu;

/** What drivers and ORMs add; any other key may be a piece of a password. */
const FOREIGN_KEYS =
  /^(?:schema|pgbouncer|connection_limit|pool_timeout|pool_size|pool|socket_timeout|statement_cache_size|prepared_statement_cache_size|sslaccept|sslidentity|sslpassword|serverVersion|charset|encoding|search_path|currentSchema|timezone|ssl|max|min|idle_timeout|statement_timeout|query_timeout|command_timeout|supa|workaround|uselibpqcompat|prepareThreshold|reWriteBatchedInserts|application|adapter|reconnect|retries|channel|endpoint|prepared_statements|max_conns)$/iu;

/** Reads a URL of Postgres as programs write it into their settings: schemes and query keys of drivers are known, and left out. */
export function readImportedUrl(text: string): ImportedUrl {
  const url = text.trim();
  if (isJdbcUrl(url)) {
    const { problems, ...point } = readJdbcUrl(url);
    const isSafe = !/password|@/iu.test(url);
    return finish(
      { ...point, problems: isSafe ? problems : problems.map(unnamed) },
      {
        leftOut: [],
        isPooler: false,
      },
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]*(?::[a-z][a-z0-9+.-]*)?):/iu.exec(url)?.[1]?.toLowerCase();
  if (!POSTGRES_SCHEME.test(url)) return { kind: 'foreign', what: scheme ?? say`no URL` };
  const { query, left } = splitQuery(url.replace(POSTGRES_SCHEME, 'postgresql://'));
  const kept: string[] = [];
  const leftOut: string[] = [];
  let isPooler = false;
  for (const pair of query) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (/^pgbouncer$/iu.test(key)) isPooler = /=true$/iu.test(pair);
    const known = translate(key, equals < 0 ? '' : pair.slice(equals + 1));
    if (known !== null) kept.push(known);
    else if (equals < 0) return { kind: 'refused', reason: `${NO_URL} ${ENCODE}` };
    else leftOut.push(key);
  }
  const parsed = parseConnectionString(kept.length === 0 ? left : `${left}?${kept.join('&')}`);
  return finish(startingPointOf(parsed, 'uri'), { leftOut, isPooler });
}

/** A password with a bare "&" goes on as the name of a parameter. */
function unnamed(problem: StartingProblem): StartingProblem {
  if (problem.severity === 'error') return problem;
  return { ...problem, message: say`What the URL says to its driver alone was left out.` };
}

function finish(
  { params, password, problems }: StartingPoint,
  more: { readonly leftOut: readonly string[]; readonly isPooler: boolean },
): ImportedUrl {
  if (params === null) {
    const problem = problems.find(({ severity }) => severity === 'error');
    return { kind: 'refused', reason: safeReason(problem?.message) };
  }
  // Half of a password that is badly encoded would be a fine name of a host or a database.
  if (/[@:]/u.test(params['dbname'] ?? '') || !isPlainHost(params)) {
    return { kind: 'refused', reason: `${NO_URL} ${ENCODE}` };
  }
  const notes = problems.flatMap(({ message }) => (HARMLESS.test(message) ? [message] : []));
  const leftOut = more.leftOut.map((key) =>
    FOREIGN_KEYS.test(key) ? `"${key}"` : say`a query key`,
  );
  const { isPooler } = more;
  return { kind: 'connection', params, password, notes, isPooler, leftOut: [...new Set(leftOut)] };
}

function isPlainHost(params: ConnectionParams): boolean {
  const hosts = (params['host'] ?? '').split(',');
  return hosts.every((host) => host.startsWith('/') || /^[\p{L}\p{N}._:-]*$/u.test(host));
}

function splitQuery(url: string): { left: string; query: readonly string[] } {
  const mark = url.indexOf('?');
  // A question mark before the last "@" belongs to a password that is badly encoded, which the parser says.
  if (mark < 0 || mark < url.lastIndexOf('@')) return { left: url, query: [] };
  const query = url.slice(mark + 1).split('&');
  return { left: url.slice(0, mark), query: query.filter((pair) => pair !== '') };
}

/** @returns the pair as libpq takes it; `null` when it is of another driver */
function translate(key: string, value: string): string | null {
  if (key === 'sslmode' && value === 'no-verify') return 'sslmode=require';
  if (key === 'ssl')
    return /^(?:true|1|on|require|false|0|off|disable)$/u.test(value) ? `ssl=${value}` : null;
  if (key === 'ApplicationName') return `application_name=${value}`;
  return LIBPQ_KEYWORDS.has(key) ? `${key}=${value}` : null;
}

const ENCODE = say`In the user name or password of a URL write "/" as %2F, "@" as %40, ":" as %3A and "&" as %26.`;
const NO_URL = say`It is no connection URL that can be read.`;

/** Sentences of the parsers that hold signs and keywords alone, and no piece of the URL. */
const HARMLESS =
  /^(?:In the user name or password of a URL write (?:"[^\w"]" as %[0-9A-F]{2}(?:, | and )?)+\.|sslmode "(?:prefer|allow)" is read as .*|"ssl=(?:true|false|1|0|on|off|require|disable)" is read as .*|"[a-z_]+" is not used, and is not kept\.|Th(?:is|ese) parameters? of the JDBC URL .*|What the URL says to its driver alone was left out\.)$/u;

/** The parser's sentence where it surely repeats nothing that may be a password. */
function safeReason(message: string | undefined): string {
  return message !== undefined && HARMLESS.test(message) ? message : NO_URL;
}
