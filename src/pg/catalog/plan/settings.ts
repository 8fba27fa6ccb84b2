import * as z from 'zod/mini';
import type { ServerSettings } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

const schema = z.object({
  walLevel: z.string(),
  maxReplicationSlots: z.number(),
  maxWalSenders: z.number(),
  walSendersUsed: z.nullable(z.number()),
  maxLogicalReplicationWorkers: z.number(),
  maxActiveReplicationOrigins: z.nullable(z.number()),
  replicationOriginsUsed: z.nullable(z.number()),
  logicalWorkersUsed: z.nullable(z.number()),
  port: z.number(),
});

/**
 * Limits of the whole server and how much of each is used. Replication origins have a limit of their own from 18 on.
 * Source: current_setting(), pg_stat_replication, pg_replication_origin, pg_stat_subscription.
 */
export const planSettingsPart: CatalogPart<z.infer<typeof schema>, ServerSettings> = {
  lowestVersion: 14,
  sql: ({ functions }) => `pg_catalog.json_build_object(
      'walLevel', pg_catalog.current_setting('wal_level'),
      'maxReplicationSlots', pg_catalog.current_setting('max_replication_slots')::pg_catalog.int4,
      'maxWalSenders', pg_catalog.current_setting('max_wal_senders')::pg_catalog.int4,
      'walSendersUsed', ${
        functions.has('pg_stat_get_wal_senders')
          ? '(SELECT count(*)::pg_catalog.int4 FROM pg_catalog.pg_stat_replication)'
          : 'NULL::pg_catalog.int4'
      },
      'maxLogicalReplicationWorkers', pg_catalog.current_setting('max_logical_replication_workers')::pg_catalog.int4,
      'maxActiveReplicationOrigins', pg_catalog.current_setting('max_active_replication_origins', true)::pg_catalog.int4,
      'replicationOriginsUsed', CASE WHEN pg_catalog.has_table_privilege('pg_catalog.pg_replication_origin', 'SELECT')
        THEN (SELECT count(*)::pg_catalog.int4 FROM pg_catalog.pg_replication_origin) END,
      'logicalWorkersUsed', ${
        functions.has('pg_stat_get_subscription')
          ? '(SELECT count(w.pid)::pg_catalog.int4 FROM pg_catalog.pg_stat_subscription AS w)'
          : 'NULL::pg_catalog.int4'
      },
      'port', pg_catalog.current_setting('port')::pg_catalog.int4)`,
  schema,
  normalise: (raw) => raw,
};
