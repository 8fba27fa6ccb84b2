import type { SlotFacts } from '../../core/facts';
import { columnOrNull, epochMs, jsonRow, type PollPart } from './part';
import { RowReader } from './rowReader';

/**
 * The rows of pg_replication_slots, by the function beneath it. `inactive_since` and `invalidation_reason` came with 17,
 * `conflicting` with 16, `synced` with 17. Sorted here, as senders are.
 */
export const slotsPart: PollPart<readonly SlotFacts[]> = {
  lowestVersion: 14,
  sql: (features) => {
    const column = (name: string, type: string): string =>
      columnOrNull(features, 'pg_replication_slots', name, 's', type);
    return `(SELECT pg_catalog.json_agg(${jsonRow([
      's.slot_name',
      's.slot_type',
      's.plugin',
      '(SELECT d.datname FROM pg_catalog.pg_database AS d WHERE d.oid = s.datoid)',
      's.temporary',
      's.active',
      's.active_pid',
      's.restart_lsn',
      's.confirmed_flush_lsn',
      's.wal_status',
      's.safe_wal_size',
      epochMs(column('inactive_since', 'timestamptz')),
      column('invalidation_reason', 'text'),
      column('conflicting', 'bool'),
      column('synced', 'bool'),
    ])})
  FROM pg_catalog.pg_get_replication_slots() AS s)`;
  },
  read: (value) => RowReader.list(value, readSlot).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
};

function readSlot(row: RowReader): SlotFacts {
  const slot = {
    name: row.text(),
    type: row.oneOf(['physical', 'logical'] as const),
    plugin: row.nullableText(),
    database: row.nullableText(),
    isTemporary: row.boolean(),
    isActive: row.boolean(),
    activePid: row.nullableNumber(),
    restartLsn: row.nullableLsn(),
    confirmedFlushLsn: row.nullableLsn(),
    walStatus: row.nullableText(),
    // Digits beyond a double's are lost in JSON; as facts it is a number anyway.
    safeWalBytes: row.nullableNumber(),
    inactiveSinceMs: row.nullableNumber(),
  };
  const reason = row.nullableText();
  const isConflicting = row.nullableBoolean() === true;
  const isSynced = row.nullableBoolean() === true;
  const invalidationReason = reason ?? (isConflicting ? 'conflict' : null);
  return { ...slot, invalidationReason, ...(isSynced ? { isSynced } : {}) };
}
