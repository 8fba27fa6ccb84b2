import * as z from 'zod/mini';
import type { SlotFacts } from '../../core/facts';
import {
  columnOrNull,
  epochMs,
  lsnText,
  nullableBoolean,
  nullableInt8Text,
  nullableNumber,
  nullableText,
  type CatalogPart,
} from './part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      type: z.enum(['physical', 'logical']),
      plugin: nullableText,
      database: nullableText,
      isTemporary: z.boolean(),
      isActive: z.boolean(),
      activePid: nullableNumber,
      restartLsn: lsnText,
      confirmedFlushLsn: lsnText,
      walStatus: nullableText,
      safeWalBytes: nullableInt8Text,
      inactiveSinceMs: nullableNumber,
      invalidationReason: nullableText,
      isConflicting: nullableBoolean,
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/** The rows of pg_replication_slots. `inactive_since` and `invalidation_reason` came with 17, `conflicting` with 16. */
export const slotsPart: CatalogPart<Raw, readonly SlotFacts[]> = {
  lowestVersion: 14,
  sql: (features) => {
    const column = (name: string, type: string): string =>
      columnOrNull(features, 'pg_replication_slots', name, 's', type);
    return `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', s.slot_name,
      'type', s.slot_type,
      'plugin', s.plugin,
      'database', s.database,
      'isTemporary', s.temporary,
      'isActive', s.active,
      'activePid', s.active_pid,
      'restartLsn', s.restart_lsn,
      'confirmedFlushLsn', s.confirmed_flush_lsn,
      'walStatus', s.wal_status,
      'safeWalBytes', s.safe_wal_size::pg_catalog.text,
      'inactiveSinceMs', ${epochMs(column('inactive_since', 'timestamptz'))},
      'invalidationReason', ${column('invalidation_reason', 'text')},
      'isConflicting', ${column('conflicting', 'bool')}) ORDER BY s.slot_name)
    FROM pg_catalog.pg_replication_slots AS s)`;
  },
  schema,
  normalise: (raw) =>
    (raw ?? []).map(({ isConflicting, ...slot }) => ({
      ...slot,
      invalidationReason: slot.invalidationReason ?? (isConflicting === true ? 'conflict' : null),
    })),
};
