import * as z from 'zod/mini';
import type { SubscriptionFacts } from '../../core/facts';
import {
  columnOrNull,
  epochMs,
  lsnText,
  nullableBoolean,
  nullableInt8Text,
  nullableNumber,
  nullableText,
  type CatalogPart,
  type ServerFeatures,
} from './part';

const schema = z.nullable(
  z.array(
    z.object({
      oid: z.pipe(z.string(), z.transform(Number)),
      name: z.string(),
      isEnabled: z.boolean(),
      slotName: nullableText,
      publications: z.array(z.string()),
      disablesOnError: nullableBoolean,
      workerPid: nullableNumber,
      receivedLsn: lsnText,
      latestEndLsn: lsnText,
      lastMessageAtMs: nullableNumber,
      workerWaitEventType: nullableText,
      workerWaitEvent: nullableText,
      blockingPids: z.nullable(z.array(z.number())),
      applyErrorCount: nullableInt8Text,
      syncErrorCount: nullableInt8Text,
      tableStates: z.object({
        i: z.number(),
        d: z.number(),
        f: z.number(),
        s: z.number(),
        r: z.number(),
      }),
      syncWorkers: z.number(),
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/**
 * The subscriptions of the session's own database, each with its apply worker, its counters and its tables by state.
 * Nothing in recovery: a standby carries its upstream's catalog, and never a worker. The view of counters came with 15.
 * Source: pg_subscription (without subconninfo, which holds a password), pg_stat_get_subscription(),
 * pg_stat_get_subscription_stats(), pg_subscription_rel.
 */
export const subscriptionsPart: CatalogPart<Raw, readonly SubscriptionFacts[]> = {
  lowestVersion: 14,
  sql: (features) => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'oid', s.oid::pg_catalog.text,
      'name', s.subname,
      'isEnabled', s.subenabled,
      'slotName', s.subslotname,
      'publications', s.subpublications,
      'disablesOnError', ${columnOrNull(features, 'pg_subscription', 'subdisableonerr', 's', 'bool')},
      'workerPid', w.pid,
      'receivedLsn', w.received_lsn,
      'latestEndLsn', w.latest_end_lsn,
      'lastMessageAtMs', ${epochMs('w.last_msg_receipt_time')},
      'workerWaitEventType', w.wait_event_type,
      'workerWaitEvent', w.wait_event,
      'blockingPids', CASE WHEN w.blocked_pid IS NOT NULL THEN pg_catalog.to_json(pg_catalog.pg_blocking_pids(w.blocked_pid)) END,
      'applyErrorCount', ${counter(features, ['apply_error_count'])},
      'syncErrorCount', ${counter(features, ['sync_error_count', 'sync_table_error_count'])},
      'tableStates', t.states,
      'syncWorkers', w.sync_workers) ORDER BY s.subname)
    FROM pg_catalog.pg_subscription AS s
    CROSS JOIN LATERAL (${workers(features)}) AS w
    ${counters(features)}
    CROSS JOIN LATERAL (
      SELECT pg_catalog.json_build_object(
          'i', count(*) FILTER (WHERE g.srsubstate = 'i'), 'd', count(*) FILTER (WHERE g.srsubstate = 'd'),
          'f', count(*) FILTER (WHERE g.srsubstate = 'f'), 's', count(*) FILTER (WHERE g.srsubstate = 's'),
          'r', count(*) FILTER (WHERE g.srsubstate = 'r')) AS states
        FROM pg_catalog.pg_subscription_rel AS g
       WHERE g.srsubid = s.oid) AS t
    WHERE NOT r.recovering
      AND s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))`,
  schema,
  normalise: (raw) => (raw ?? []).map((row) => ({ ...row, blockingPids: row.blockingPids ?? [] })),
};

/**
 * The workers of one subscription in one row. What the apply worker waits for is told of the worker in a lock wait if
 * there is one, since from 16 on a parallel worker may be the one that is blocked; `applytransaction` is how such a
 * worker idles between two chunks. pg_stat_get_activity(NULL) would answer every backend, hence the 0.
 */
function workers(features: ServerFeatures): string {
  const main = features.columns.has('pg_stat_subscription.leader_pid')
    ? 'p.relid IS NULL AND p.leader_pid IS NULL'
    : 'p.relid IS NULL';
  const blocked = `b.wait_event_type = 'Lock' AND b.wait_event <> 'applytransaction'`;
  return `
      SELECT max(p.pid) FILTER (WHERE ${main}) AS pid,
          max(p.received_lsn) FILTER (WHERE ${main}) AS received_lsn,
          max(p.latest_end_lsn) FILTER (WHERE ${main}) AS latest_end_lsn,
          max(p.last_msg_receipt_time) FILTER (WHERE ${main}) AS last_msg_receipt_time,
          coalesce(max(b.wait_event_type) FILTER (WHERE ${blocked}),
            max(b.wait_event_type) FILTER (WHERE ${main})) AS wait_event_type,
          coalesce(max(b.wait_event) FILTER (WHERE ${blocked}),
            max(b.wait_event) FILTER (WHERE ${main})) AS wait_event,
          max(p.pid) FILTER (WHERE ${blocked}) AS blocked_pid,
          count(*) FILTER (WHERE p.relid IS NOT NULL)::pg_catalog.int4 AS sync_workers
        FROM pg_catalog.pg_stat_get_subscription(s.oid) AS p
        LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(coalesce(p.pid, 0)) AS b ON p.relid IS NULL`;
}

function hasCounters(features: ServerFeatures): boolean {
  return features.columns.has('pg_stat_subscription_stats.apply_error_count');
}

function counters(features: ServerFeatures): string {
  return hasCounters(features)
    ? 'CROSS JOIN LATERAL pg_catalog.pg_stat_get_subscription_stats(s.oid) AS e'
    : '';
}

/** The first of these columns that the server has; names change in 19. */
function counter(features: ServerFeatures, names: readonly string[]): string {
  const name = names.find((candidate) =>
    features.columns.has(`pg_stat_subscription_stats.${candidate}`),
  );
  return name === undefined ? 'NULL::pg_catalog.text' : `e.${name}::pg_catalog.text`;
}
