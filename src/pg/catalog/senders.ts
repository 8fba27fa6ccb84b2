import type { SenderFacts } from '../../core/facts';
import { epochMs, jsonRow, type PollPart } from './part';
import { RowReader } from './rowReader';

/**
 * The rows of pg_stat_replication, by the functions beneath it: the view looks at every backend of the server, which
 * costs six times as much at a thousand of them. Sorted here: a sort of a row or two costs the server more.
 */
export const sendersPart: PollPart<readonly SenderFacts[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(${jsonRow([
    'w.pid',
    'a.application_name',
    'pg_catalog.host(a.client_addr)',
    'w.state',
    'w.sent_lsn',
    'w.write_lsn',
    'w.flush_lsn',
    'w.replay_lsn',
    epochMs('w.replay_lag'),
    'w.sync_state',
    epochMs('w.reply_time'),
  ])})
  FROM pg_catalog.pg_stat_get_wal_senders() AS w,
    LATERAL pg_catalog.pg_stat_get_activity(w.pid) AS a)`,
  read: (value) => RowReader.list(value, readSender).toSorted((a, b) => a.pid - b.pid),
};

function readSender(row: RowReader): SenderFacts {
  return {
    pid: row.number(),
    applicationName: row.nullableText(),
    clientAddress: row.nullableText(),
    state: row.nullableText(),
    sentLsn: row.nullableLsn(),
    writeLsn: row.nullableLsn(),
    flushLsn: row.nullableLsn(),
    replayLsn: row.nullableLsn(),
    replayLagMs: row.nullableNumber(),
    syncState: row.nullableText(),
    replyAtMs: row.nullableNumber(),
  };
}
