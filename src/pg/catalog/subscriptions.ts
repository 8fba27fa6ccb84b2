import type { SubscriptionFacts } from '../../core/facts';
import { columnOrNull, jsonRow, type PollPart, type ServerFeatures } from './part';
import { RowReader } from './rowReader';
import { combineWorkers, readWorker, workersSql } from './subscriptionWorkers';

/**
 * The subscriptions of the session's own database, each with its workers, its counters and its tables by state. Not for
 * recovery: a standby carries its upstream's catalog, and never a worker. The view of counters came with 15, those of
 * conflicts with 18.
 * Source: pg_subscription (without subconninfo, which holds a password), pg_stat_get_subscription(),
 * pg_stat_get_subscription_stats(), pg_subscription_rel.
 */
export const subscriptionsPart: PollPart<readonly SubscriptionFacts[]> = {
  lowestVersion: 14,
  sql: (features) => `(SELECT pg_catalog.json_agg(${jsonRow([
    's.oid',
    's.subname',
    's.subenabled',
    's.subslotname',
    's.subpublications',
    columnOrNull(features, 'pg_subscription', 'subdisableonerr', 's', 'bool'),
    counter(features, ['apply_error_count']),
    counter(features, ['sync_error_count', 'sync_table_error_count']),
    conflictCounters(features),
    tableStates,
    workersSql(features),
  ])} ORDER BY s.subname)
  FROM pg_catalog.pg_subscription AS s${counters(features)}
  WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d
    WHERE d.datname = pg_catalog.current_database()))`,
  read: (value) => RowReader.list(value, readSubscription),
};

const STATES = ['i', 'd', 'f', 's', 'r'] as const;

const tableStates = `(SELECT ${jsonRow(STATES.map((state) => `count(*) FILTER (WHERE g.srsubstate = '${state}')`))}
    FROM pg_catalog.pg_subscription_rel AS g WHERE g.srsubid = s.oid)`;

function readSubscription(row: RowReader): SubscriptionFacts {
  const subscription = {
    // json has an oid as text.
    oid: Number(row.text()),
    name: row.text(),
    isEnabled: row.boolean(),
    slotName: row.nullableText(),
    publications: row.texts(),
    disablesOnError: row.nullableBoolean(),
    applyErrorCount: row.nullableNumber(),
    syncErrorCount: row.nullableNumber(),
    conflicts: row.nullableCounts(),
    tableStates: RowReader.read(row.next(), readTableStates),
  };
  return { ...subscription, ...combineWorkers(RowReader.list(row.next(), readWorker)) };
}

function readTableStates(row: RowReader): SubscriptionFacts['tableStates'] {
  return { i: row.number(), d: row.number(), f: row.number(), s: row.number(), r: row.number() };
}

function hasCounters(features: ServerFeatures): boolean {
  return features.columns.has('pg_stat_subscription_stats.apply_error_count');
}

function counters(features: ServerFeatures): string {
  return hasCounters(features)
    ? '\n  CROSS JOIN LATERAL pg_catalog.pg_stat_get_subscription_stats(s.oid) AS e'
    : '';
}

/** A count for each kind of conflict that the server tells apart; every major may know another one. */
function conflictCounters(features: ServerFeatures): string {
  const kinds = [...features.columns]
    .map((column) => CONFLICT.exec(column)?.[1])
    .filter((kind) => kind !== undefined);
  if (kinds.length === 0) return 'NULL';
  const pairs = kinds.toSorted().map((kind) => `'${kind}', e.confl_${kind}`);
  return `pg_catalog.json_build_object(${pairs.join(', ')})`;
}

const CONFLICT = /^pg_stat_subscription_stats\.confl_([a-z_]+)$/u;

/** The first of these columns that the server has; names change in 19. */
function counter(features: ServerFeatures, names: readonly string[]): string {
  const name = names.find((candidate) =>
    features.columns.has(`pg_stat_subscription_stats.${candidate}`),
  );
  return name === undefined ? 'NULL' : `e.${name}`;
}
