import * as z from 'zod/mini';
import type { SenderFacts } from '../../core/facts';
import { epochMs, lsnText, nullableNumber, nullableText, type CatalogPart } from './part';

const schema = z.nullable(
  z.array(
    z.object({
      pid: z.number(),
      applicationName: nullableText,
      clientAddress: nullableText,
      state: nullableText,
      sentLsn: lsnText,
      writeLsn: lsnText,
      flushLsn: lsnText,
      replayLsn: lsnText,
      replayLagMs: nullableNumber,
      syncState: nullableText,
      replyAtMs: nullableNumber,
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/**
 * The rows of pg_stat_replication, by the functions beneath it: the view looks at every backend of the server, which
 * costs six times as much at a thousand of them.
 */
export const sendersPart: CatalogPart<Raw, readonly SenderFacts[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'pid', w.pid,
      'applicationName', a.application_name,
      'clientAddress', pg_catalog.host(a.client_addr),
      'state', w.state,
      'sentLsn', w.sent_lsn,
      'writeLsn', w.write_lsn,
      'flushLsn', w.flush_lsn,
      'replayLsn', w.replay_lsn,
      'replayLagMs', ${epochMs('w.replay_lag')},
      'syncState', w.sync_state,
      'replyAtMs', ${epochMs('w.reply_time')}) ORDER BY w.pid)
    FROM pg_catalog.pg_stat_get_wal_senders() AS w,
      LATERAL pg_catalog.pg_stat_get_activity(w.pid) AS a)`,
  schema,
  normalise: (raw) => raw ?? [],
};
