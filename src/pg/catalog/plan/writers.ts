import * as z from 'zod/mini';
import type { RunningWriter } from '../../../core/plan/nodeCatalog';
import { epochMs, type CatalogPart } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      pid: z.number(),
      user: z.nullable(z.string()),
      applicationName: z.nullable(z.string()),
      runningMs: z.nullable(z.number()),
    }),
  ),
);

/**
 * Transactions that have written and still run, in any database of the server. When they began is hidden from a role
 * without pg_read_all_stats. Source: pg_stat_activity.
 */
export const writersPart: CatalogPart<z.infer<typeof schema>, readonly RunningWriter[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'pid', a.pid,
      'user', a.usename,
      'applicationName', a.application_name,
      'runningMs', ${epochMs('pg_catalog.clock_timestamp() - a.xact_start')}) ORDER BY a.xact_start NULLS LAST, a.pid)
    FROM pg_catalog.pg_stat_activity AS a
   WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid())`,
  schema,
  normalise: (raw) =>
    (raw ?? []).map((row) => ({ ...row, applicationName: row.applicationName ?? '' })),
};
