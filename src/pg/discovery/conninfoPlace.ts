import * as z from 'zod/mini';

const text = z.nullable(z.string());

/** What `conninfoPlace` yields. */
export const placeSchema = z.nullable(z.object({ host: text, port: text, database: text }));

/**
 * Host, port and database of a conninfo that stands in the column `value` of the row `alias`, taken apart on the server, so that
 * nothing else of it travels: a password may stand in it, in either notation. It is taken apart from its beginning, so that nothing
 * within the value of another keyword passes for one of these. Of a URI only its authority and path are read, and only where no
 * "@" is left in them.
 * @returns SQL of a JSON object; NULL where the text is neither notation
 */
export function conninfoPlace(value: string): string {
  return `(SELECT CASE WHEN u.authority IS NULL THEN
      (SELECT pg_catalog.json_build_object(
          'host', coalesce(max(k.value) FILTER (WHERE k.word = 'host'), max(k.value) FILTER (WHERE k.word = 'hostaddr')),
          'port', max(k.value) FILTER (WHERE k.word = 'port'),
          'database', max(k.value) FILTER (WHERE k.word = 'dbname'))
        FROM (SELECT m[1] AS word, pg_catalog.regexp_replace(CASE WHEN m[2] LIKE '''%' THEN pg_catalog.btrim(m[2], '''') ELSE m[2] END,
              '\\\\(.)', '\\1', 'g') AS value
            FROM pg_catalog.regexp_matches(u.conninfo, '(\\w+)\\s*=\\s*(''(?:[^''\\\\]|\\\\.)*''|(?:[^\\s\\\\]|\\\\.)+)', 'g') AS m) AS k
       WHERE k.word IN ('host', 'hostaddr', 'port', 'dbname'))
    WHEN u.authority !~ '[@%,]' AND u.path !~ '[@%]' THEN
      pg_catalog.json_build_object(
        'host', pg_catalog.btrim(pg_catalog.substring(u.authority, '^(\\[[^\\]]*\\]|[^:]*)'), '[]'),
        'port', pg_catalog.substring(u.authority, ':(\\d+)$'),
        'database', nullif(u.path, ''))
    END
    FROM (SELECT c.conninfo,
        pg_catalog.substring(c.conninfo, '^\\s*postgres(?:ql)?://(?:[^@/]*@)?([^/?]*)') AS authority,
        coalesce(pg_catalog.substring(c.conninfo, '^\\s*postgres(?:ql)?://[^/]*/([^?]*)'), '') AS path
      FROM (SELECT ${value} AS conninfo) AS c) AS u)`;
}

/** A place as facts have it; a port that is none is as if none were said. */
export function readPlace(raw: z.infer<typeof placeSchema>): {
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
} {
  const port = raw?.port ?? '';
  return {
    host: nonEmpty(raw?.host ?? null),
    port: /^\d{1,5}$/u.test(port) ? Number(port) : null,
    database: nonEmpty(raw?.database ?? null),
  };
}

function nonEmpty(value: string | null): string | null {
  return value === '' ? null : value;
}
