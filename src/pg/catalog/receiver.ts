import type { ReceiverFacts } from '../../core/facts';
import { epochMs, jsonRow } from './part';
import { RowReader } from './rowReader';

/**
 * The row `v` of pg_stat_get_wal_receiver(). Its conninfo is taken apart on the server, so that it never travels. A role without
 * pg_read_all_stats sees the pid only. Lowest version: 14.
 */
export const receiverRow = jsonRow([
  'v.pid',
  'v.status',
  'v.received_tli',
  'v.flushed_lsn',
  'v.latest_end_lsn',
  epochMs('v.latest_end_time'),
  epochMs('v.last_msg_receipt_time'),
  `nullif(v.slot_name, '')`,
  'v.sender_host',
  'v.sender_port',
  `coalesce(${conninfoValue('application_name')}, ${conninfoValue('fallback_application_name')})`,
]);

/**
 * One value of the conninfo, which the server writes without quotes: it ends where the next keyword begins. A branch (|)
 * would make the whole expression greedy, so both ends are put in place before.
 */
function conninfoValue(keyword: string): string {
  return `pg_catalog.substring(' ' || v.conninfo || ' end=', ' ${keyword}=(.*?) [a-z_]+=')`;
}

/** @param value what `receiverRow` yields; `null` without a receiver. */
export function readReceiver(value: unknown): ReceiverFacts | null {
  if (value === null) return null;
  return RowReader.read(value, (row) => {
    const pid = row.number();
    const status = row.nullableText();
    return {
      pid,
      isVisible: status !== null,
      status,
      receivedTimeline: row.nullableNumber(),
      flushedLsn: row.nullableLsn(),
      latestEndLsn: row.nullableLsn(),
      latestEndAtMs: row.nullableNumber(),
      lastMessageAtMs: row.nullableNumber(),
      slotName: row.nullableText(),
      senderHost: row.nullableText(),
      senderPort: row.nullableNumber(),
      applicationName: row.nullableText(),
    };
  });
}
