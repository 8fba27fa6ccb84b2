import * as z from 'zod/mini';
import type { CatalogPart } from './part';

const schema = z.nullable(z.record(z.string(), z.nullable(z.string())));

type Raw = z.infer<typeof schema>;

/** Settings that this extension explains or counts against. One that a server lacks is simply not in the answer. */
const NAMES = [
  'cluster_name',
  'hot_standby_feedback',
  'idle_replication_slot_timeout',
  'max_active_replication_origins',
  'max_connections',
  'max_logical_replication_workers',
  'max_replication_slots',
  'max_slot_wal_keep_size',
  'max_sync_workers_per_subscription',
  'max_wal_senders',
  'recovery_min_apply_delay',
  'reserved_connections',
  'superuser_reserved_connections',
  'sync_replication_slots',
  'synchronous_standby_names',
  'track_commit_timestamp',
  'wal_level',
  'wal_receiver_status_interval',
  'wal_segment_size',
] as const;

/**
 * Name → value, as SHOW would print it, with its unit (`10GB`, `-1`, `100ms`).
 * Lowest version: 14. Source: pg_settings for the names, current_setting() for the values.
 */
export const settingsPart: CatalogPart<Raw, Readonly<Record<string, string>>> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_object_agg(n.name, pg_catalog.current_setting(n.name, true) ORDER BY n.name)
    FROM pg_catalog.unnest(ARRAY[${NAMES.map((name) => `'${name}'`).join(', ')}]::pg_catalog.text[]) AS n(name))`,
  schema,
  normalise: (raw) =>
    Object.fromEntries(
      Object.entries(raw ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
};
