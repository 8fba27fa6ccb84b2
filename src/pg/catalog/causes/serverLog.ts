import * as z from 'zod/mini';
import type { LogFacts } from '../../../core/causeFacts';
import { replicationLog } from '../../../core/decoding/replicationLog';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import { escapeIdentifier } from '../../../core/sql';
import type { ServerFeatures } from '../part';

/** As much of the end of the log is read. */
const TAIL_BYTES = 256 * 1024;

/** What the functions are called in `ServerFeatures`: with as many parameters as we give. */
const CURRENT = 'pg_current_logfile/1';
const STAT = 'pg_stat_file/1';
const READ = 'pg_read_binary_file/3';

/** As GRANT takes them. */
const SIGNATURES: Readonly<Record<string, string>> = {
  [CURRENT]: 'pg_catalog.pg_current_logfile(text)',
  [STAT]: 'pg_catalog.pg_stat_file(text)',
  [READ]: 'pg_catalog.pg_read_binary_file(text, bigint, bigint)',
};

export interface LogStatement {
  readonly statement: SqlStatement;
  readRow(row: unknown): LogFacts;
}

/**
 * Reads the end of the log that the collector writes now. Where our role may not, its path and how it is written are asked alone, by which
 * the problem says where to look. Only what may be called is in the statement: a refusal would be one more error in that log.
 * Lowest version: 14. Source: pg_current_logfile(), pg_stat_file(), pg_read_binary_file(), log_line_prefix.
 */
export function logStatement(
  { functions, versionNum }: ServerFeatures,
  subject: { readonly nodeId: string; readonly user: string | null },
): LogStatement {
  const missing = [CURRENT, STAT, READ].filter((name) => !functions.has(name));
  const mayRead = missing.length === 0;
  // In the order in which they are the easiest to take apart; to ask 14 for its jsonlog is an error.
  const formats = versionNum >= 150_000 ? ['csvlog', 'jsonlog', 'stderr'] : ['csvlog', 'stderr'];
  const path = functions.has(CURRENT)
    ? `coalesce(${formats.map((format) => `pg_catalog.pg_current_logfile('${format}')`).join(', ')})`
    : 'NULL::pg_catalog.text';
  const tail = mayRead
    ? `(SELECT pg_catalog.pg_read_binary_file(f.path, greatest(0, s.size - ${TAIL_BYTES}), ${TAIL_BYTES})
      FROM pg_catalog.pg_stat_file(f.path) AS s)`
    : 'NULL::pg_catalog.bytea';
  return {
    statement: {
      text: `SELECT f.path AS "path",
  pg_catalog.current_setting('logging_collector') AS "collector",
  pg_catalog.current_setting('log_line_prefix') AS "prefix",
  CASE WHEN f.path IS NOT NULL THEN ${tail} END AS "tail"
  FROM (SELECT ${path} AS path) AS f`,
    },
    readRow: (row) => {
      const raw = rowSchema.parse(row);
      const { path: file, tail: bytes } = raw;
      if (bytes !== null) {
        const text = new TextDecoder().decode(bytes);
        return { path: file, entries: replicationLog(text, raw.prefix), problem: null };
      }
      const problem =
        raw.collector === 'on'
          ? closed(subject, file, missing)
          : `The server on ${subject.nodeId} does not write a log file of its own (logging_collector is off): look where its standard error goes, such as the journal of its service.`;
      return { path: file, entries: null, problem };
    },
  };
}

/** Why the log could not be read though the server allowed it to be asked for. */
export function unreadableLog(nodeId: string, words: string): LogFacts {
  return {
    path: null,
    entries: null,
    problem: `The log of the server on ${nodeId} could not be read: ${words}`,
  };
}

const rowSchema = z.object({
  path: z.nullable(z.string()),
  collector: z.string(),
  prefix: z.string(),
  tail: z.nullable(z.instanceof(Uint8Array)),
});

function closed(
  { nodeId, user }: { readonly nodeId: string; readonly user: string | null },
  file: string | null,
  missing: readonly string[],
): string {
  const where =
    file === null ? 'in the directory that log_directory names' : `${file} in its data directory`;
  const look = `Look there: ${where}.`;
  if (missing.length === 0) return `The log of the server on ${nodeId} has no file yet. ${look}`;
  const role = user ?? 'The role that watches';
  const functions = missing.map((name) => SIGNATURES[name] ?? name).join(', ');
  const grant = `GRANT EXECUTE ON FUNCTION ${functions} TO ${user === null ? 'it' : escapeIdentifier(user)}`;
  return `${role} may not read the log of the server on ${nodeId}. ${look} ${grant} would let it; that role can then read every file of the data directory.`;
}
