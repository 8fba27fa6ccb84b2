import * as z from 'zod/mini';
import type { CatalogSlot } from '../../../core/plan/nodeCatalog';
import { columnOrNull, epochMs, type CatalogPart, type ServerFeatures } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      type: z.enum(['physical', 'logical']),
      plugin: z.nullable(z.string()),
      database: z.nullable(z.string()),
      isTemporary: z.boolean(),
      isActive: z.boolean(),
      reader: z.nullable(
        z.object({
          pid: z.number(),
          user: z.nullable(z.string()),
          applicationName: z.nullable(z.string()),
          clientAddress: z.nullable(z.string()),
        }),
      ),
      walStatus: z.nullable(z.string()),
      restartLsn: z.nullable(z.string()),
      confirmedFlushLsn: z.nullable(z.string()),
      retainedWalBytes: z.nullable(z.number()),
      safeWalBytes: z.nullable(z.number()),
      isTwoPhase: z.nullable(z.boolean()),
      inactiveSinceMs: z.nullable(z.number()),
      invalidationReason: z.nullable(z.string()),
      isFailover: z.nullable(z.boolean()),
      isSynced: z.nullable(z.boolean()),
    }),
  ),
);

/**
 * Slots of the whole server, with who reads each. Since when one is inactive, why it was invalidated and whether standbys
 * keep a copy is known from 17 on. Source: pg_replication_slots, pg_stat_activity.
 */
export const planSlotsPart: CatalogPart<z.infer<typeof schema>, readonly CatalogSlot[]> = {
  lowestVersion: 14,
  sql: (features) => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', s.slot_name,
      'type', s.slot_type,
      'plugin', s.plugin,
      'database', s.database,
      'isTemporary', s.temporary,
      'isActive', s.active,
      'reader', CASE WHEN a.pid IS NOT NULL THEN pg_catalog.json_build_object(
          'pid', a.pid,
          'user', a.usename,
          'applicationName', a.application_name,
          'clientAddress', pg_catalog.host(a.client_addr)) END,
      'walStatus', s.wal_status,
      'restartLsn', s.restart_lsn,
      'confirmedFlushLsn', s.confirmed_flush_lsn,
      'retainedWalBytes', pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery()
          THEN COALESCE(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
          ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn)::pg_catalog.float8,
      'safeWalBytes', s.safe_wal_size::pg_catalog.float8,
      'isTwoPhase', s.two_phase,
      'inactiveSinceMs', ${inactiveSince(features)},
      'invalidationReason', ${of17(features, 'invalidation_reason', 'text')},
      'isFailover', ${of17(features, 'failover', 'bool')},
      'isSynced', ${of17(features, 'synced', 'bool')}) ORDER BY s.slot_name)
    FROM pg_catalog.pg_replication_slots AS s
    LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.active_pid)`,
  schema,
  normalise: (raw) =>
    (raw ?? []).map((row) => ({
      ...row,
      reader:
        row.reader === null
          ? null
          : { ...row.reader, applicationName: row.reader.applicationName ?? '' },
      isTwoPhase: row.isTwoPhase ?? false,
    })),
};

function of17(features: ServerFeatures, column: string, type: string): string {
  return columnOrNull(features, 'pg_replication_slots', column, 's', type);
}

function inactiveSince(features: ServerFeatures): string {
  return epochMs(of17(features, 'inactive_since', 'timestamptz'));
}
