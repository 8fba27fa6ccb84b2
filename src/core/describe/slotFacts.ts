import { formatBytes, formatLasting, formatShareOfBytes } from '../format';
import { say } from '../say';
import type { SlotSnapshot } from '../snapshot';
import { limitOutlook } from './slotLimitText';

/** One thing that is known of a slot, and where it is told. */
export interface SlotFact {
  readonly label: string;
  readonly value: string;
  /** Column or view: `pg_replication_slots.safe_wal_size`; `null` for what the file says. */
  readonly source: string | null;
}

/** All that is known of a slot, in the order in which it is asked for. What is not known says so. */
export function slotFacts(slot: SlotSnapshot, nowMs: number): readonly SlotFact[] {
  const { walStatus, invalidationReason } = slot;
  const column = (name: string) => `pg_replication_slots.${name}`;
  const rows: (SlotFact | null)[] = [
    { label: say`Reader`, ...readerWords(slot) },
    { label: say`Read now by`, ...processWords(slot) },
    slot.isActive
      ? null
      : {
          label: say`Inactive`,
          value: inactiveWords(slot, nowMs),
          source: column('inactive_since'),
        },
    { label: say`Keeps`, value: keepsWords(slot), source: column('restart_lsn') },
    { label: say`WAL status`, value: walStatus ?? say`unknown`, source: column('wal_status') },
    { label: say`Room left`, value: roomWords(slot), source: column('safe_wal_size') },
    limitRow(slot),
    invalidationReason === null
      ? null
      : { label: say`Invalidated by`, value: invalidationReason, source: 'pg_replication_slots' },
    { label: say`In the file`, value: slot.isDeclared ? say`yes` : say`no`, source: null },
  ];
  return rows.filter((row) => row !== null);
}

/** Whose copy a table-sync slot served, in a few words; `null` for any other slot. */
export function tableSyncWords({ tableSync }: Pick<SlotSnapshot, 'tableSync'>): string | null {
  if (tableSync === null) return null;
  const of = tableSync.of === null ? '' : say` of ${tableSync.of}`;
  return tableSync.isLeft === true ? say`left by a table copy${of}` : say`table copy${of}`;
}

/** At the rate at which WAL was written in the last minutes. */
function limitRow({ toLimit, verdict }: SlotSnapshot): SlotFact | null {
  if (toLimit === undefined || verdict.code === 'slotLost') return null;
  const source = toLimit.by === 'server' ? 'max_slot_wal_keep_size' : 'thresholds.retainedWal';
  return {
    label: say`Time left`,
    value: limitOutlook(toLimit),
    source: say`${source} and the WAL rate`,
  };
}

function readerWords(slot: SlotSnapshot): Pick<SlotFact, 'value' | 'source'> {
  const copy = tableSyncWords(slot);
  if (copy !== null) {
    const isUnknown = slot.tableSync?.isLeft === null;
    return {
      value: isUnknown ? say`${copy}; not every node was read that could tell more` : copy,
      source: say`the name of the slot`,
    };
  }
  if (slot.consumer !== null) {
    return { value: slot.consumer, source: slot.isDeclared ? null : 'pg_stat_replication' };
  }
  return { value: slot.isActive ? say`not in the file` : say`nobody known`, source: null };
}

function processWords({ reader, isActive }: SlotSnapshot): Pick<SlotFact, 'value' | 'source'> {
  const source = 'pg_replication_slots.active_pid';
  if (reader === null) return { value: isActive ? say`unknown` : say`nobody`, source };
  if (!reader.isSender) return { value: say`pid ${reader.pid}, no WAL sender`, source };
  const { pid, applicationName, clientAddress } = reader;
  const name = applicationName === null || applicationName === '' ? null : applicationName;
  const from = clientAddress === null ? null : say`from ${clientAddress}`;
  return {
    value: [say`WAL sender ${pid}`, name, from].filter((part) => part !== null).join(', '),
    source: 'pg_stat_replication',
  };
}

function inactiveWords({ inactiveSinceMs }: SlotSnapshot, nowMs: number): string {
  if (inactiveSinceMs === null) return say`since when is unknown (told from Postgres 17 on)`;
  return formatLasting(inactiveSinceMs, nowMs);
}

function keepsWords({ retainedWalBytes: kept, limitBytes: limit }: SlotSnapshot): string {
  if (kept === null) return say`unknown`;
  return limit === null
    ? formatBytes(kept)
    : `${formatBytes(kept)}, ${formatShareOfBytes(kept, limit)}`;
}

function roomWords({ safeWalBytes, verdict }: SlotSnapshot): string {
  if (verdict.code === 'slotLost') return say`none`;
  if (safeWalBytes === null) return say`no limit, or unknown`;
  return safeWalBytes <= 0 ? say`none: the next checkpoint may lose it` : formatBytes(safeWalBytes);
}
