import * as z from 'zod/mini';
import type { ReceiverFacts } from '../../core/facts';
import { epochMs, lsnText, nullableNumber, nullableText, type CatalogPart } from './part';

const schema = z.nullable(
  z.object({
    pid: z.number(),
    isVisible: z.boolean(),
    status: nullableText,
    receivedTimeline: nullableNumber,
    flushedLsn: lsnText,
    latestEndLsn: lsnText,
    latestEndAtMs: nullableNumber,
    lastMessageAtMs: nullableNumber,
    slotName: nullableText,
    senderHost: nullableText,
    senderPort: nullableNumber,
    applicationName: nullableText,
  }),
);

type Raw = z.infer<typeof schema>;

/**
 * One value of the conninfo, which the server writes without quotes: it ends where the next keyword begins. A branch (|)
 * would make the whole expression greedy, so both ends are put in place before.
 */
function conninfoValue(keyword: string): string {
  return `pg_catalog.substring(' ' || v.conninfo || ' end=', ' ${keyword}=(.*?) [a-z_]+=')`;
}

/**
 * The row of pg_stat_wal_receiver. Its conninfo is taken apart on the server, so that it never travels. A role without
 * pg_read_all_stats sees the pid only.
 */
export const receiverPart: CatalogPart<Raw, ReceiverFacts | null> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_build_object(
      'pid', v.pid,
      'isVisible', v.status IS NOT NULL,
      'status', v.status,
      'receivedTimeline', v.received_tli,
      'flushedLsn', v.flushed_lsn,
      'latestEndLsn', v.latest_end_lsn,
      'latestEndAtMs', ${epochMs('v.latest_end_time')},
      'lastMessageAtMs', ${epochMs('v.last_msg_receipt_time')},
      'slotName', nullif(v.slot_name, ''),
      'senderHost', v.sender_host,
      'senderPort', v.sender_port,
      'applicationName', coalesce(${conninfoValue('application_name')}, ${conninfoValue('fallback_application_name')}))
    FROM pg_catalog.pg_stat_wal_receiver AS v)`,
  schema,
  normalise: (raw) => raw,
};
