import * as z from 'zod/mini';
import type { RunningWriter } from '../../../core/plan/nodeCatalog';
import { epochMs, type CatalogPart } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      pid: z.nullable(z.number()),
      preparedAs: z.nullable(z.string()),
      user: z.nullable(z.string()),
      applicationName: z.nullable(z.string()),
      runningMs: z.nullable(z.number()),
    }),
  ),
);

/**
 * Transactions that have written and still run, in any database of the server, and prepared ones. When they began is hidden from a role
 * without pg_read_all_stats. Sources: pg_stat_activity, pg_prepared_xacts.
 */
export const writersPart: CatalogPart<z.infer<typeof schema>, readonly RunningWriter[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'pid', a.pid,
      'user', a.usename,
      'applicationName', a.application_name,
      'preparedAs', a.gid,
      'runningMs', ${epochMs('pg_catalog.clock_timestamp() - a.xact_start')}) ORDER BY a.xact_start NULLS LAST, a.pid)
    FROM (SELECT pid, usename, application_name, NULL AS gid, xact_start FROM pg_catalog.pg_stat_activity
           WHERE backend_xid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()
          UNION ALL
          SELECT NULL, owner, '', gid, prepared FROM pg_catalog.pg_prepared_xacts) AS a)`,
  schema,
  normalise: (raw) =>
    (raw ?? []).map(({ preparedAs, ...row }) => ({
      ...row,
      applicationName: row.applicationName ?? '',
      ...(preparedAs === null ? {} : { preparedAs }),
    })),
};
