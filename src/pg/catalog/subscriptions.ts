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
 * pg_stat_subscription_stats, pg_subscription_rel.
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
      'workerWaitEventType', x.wait_event_type,
      'workerWaitEvent', x.wait_event,
      'blockingPids', CASE WHEN x.is_blocked THEN pg_catalog.to_json(pg_catalog.pg_blocking_pids(x.pid)) END,
      'applyErrorCount', ${counter(features, ['apply_error_count'])},
      'syncErrorCount', ${counter(features, ['sync_error_count', 'sync_table_error_count'])},
      'tableStates', t.states,
      'syncWorkers', (SELECT count(*)::pg_catalog.int4 FROM pg_catalog.pg_stat_get_subscription(s.oid) AS y
                      WHERE y.relid IS NOT NULL)) ORDER BY s.subname)
    FROM pg_catalog.pg_subscription AS s
    LEFT JOIN LATERAL (
      SELECT a.pid, a.received_lsn, a.latest_end_lsn, a.last_msg_receipt_time
        FROM pg_catalog.pg_stat_get_subscription(s.oid) AS a
       WHERE a.relid IS NULL${leaderOnly(features, 'a')}
       LIMIT 1) AS w ON true
    LEFT JOIN LATERAL (${waitingWorker}) AS x ON true
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
 * What the apply worker waits for: the worker in a lock wait if there is one, since from 16 on a parallel worker may be
 * the one that is blocked. `applytransaction` is how such a worker idles between two chunks. pg_stat_get_activity(NULL)
 * would answer every backend: hence an inner join, which is empty without a worker.
 */
const waitingWorker = `
      SELECT b.pid, b.wait_event_type, b.wait_event,
          b.wait_event_type = 'Lock' AND b.wait_event IS DISTINCT FROM 'applytransaction' AS is_blocked
        FROM pg_catalog.pg_stat_get_subscription(s.oid) AS p,
          LATERAL pg_catalog.pg_stat_get_activity(coalesce(p.pid, 0)) AS b
       WHERE p.relid IS NULL
       ORDER BY coalesce(b.wait_event_type = 'Lock' AND b.wait_event IS DISTINCT FROM 'applytransaction', false) DESC,
         p.pid IS NOT DISTINCT FROM w.pid DESC
       LIMIT 1`;

function leaderOnly(features: ServerFeatures, alias: string): string {
  return features.columns.has('pg_stat_subscription.leader_pid')
    ? ` AND ${alias}.leader_pid IS NULL`
    : '';
}

function hasCounters(features: ServerFeatures): boolean {
  return features.columns.has('pg_stat_subscription_stats.apply_error_count');
}

function counters(features: ServerFeatures): string {
  return hasCounters(features)
    ? 'LEFT JOIN pg_catalog.pg_stat_subscription_stats AS e ON e.subid = s.oid'
    : '';
}

/** The first of these columns that the server has; names change in 19. */
function counter(features: ServerFeatures, names: readonly string[]): string {
  const name = names.find((candidate) =>
    features.columns.has(`pg_stat_subscription_stats.${candidate}`),
  );
  return name === undefined ? 'NULL::pg_catalog.text' : `e.${name}::pg_catalog.text`;
}
