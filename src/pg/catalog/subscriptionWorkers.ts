import type { SubscriptionFacts, TableCopyFacts } from '../../core/facts';
import type { Lsn } from '../../core/lsn';
import { epochMs, jsonRow, type ServerFeatures } from './part';
import { RowReader } from './rowReader';

/** A row of pg_stat_subscription, with what pg_stat_activity says of that process. */
interface Worker {
  readonly pid: number;
  /** Copies one table. */
  readonly isTableSync: boolean;
  /** What it copies; `null` for the others. */
  readonly copy: TableCopyFacts | null;
  /** Applies a part of one transaction for the main worker; 16 and newer. */
  readonly isParallel: boolean;
  readonly receivedLsn: Lsn | null;
  readonly latestEndLsn: Lsn | null;
  readonly lastMessageAtMs: number | null;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  /** `null` when it does not wait for a lock. */
  readonly blockingPids: readonly number[] | null;
}

/**
 * The workers of the subscription `s`, as a JSON list. Asked for one subscription alone, pg_stat_get_subscription() stops
 * at its first worker, so all are asked for. Their activity by the function: the view looks at every backend.
 * pg_stat_get_activity(NULL) would answer them all, hence the 0. Lowest version: 14.
 */
export function workersSql(features: ServerFeatures): string {
  const isParallel = features.columns.has('pg_stat_subscription.leader_pid')
    ? 'p.leader_pid IS NOT NULL'
    : 'false';
  return `(SELECT pg_catalog.json_agg(${jsonRow([
    'p.pid',
    'p.relid IS NOT NULL',
    isParallel,
    'p.received_lsn',
    'p.latest_end_lsn',
    epochMs('p.last_msg_receipt_time'),
    'b.wait_event_type',
    'b.wait_event',
    `CASE WHEN ${isBlocked} THEN pg_catalog.to_json(pg_catalog.pg_blocking_pids(p.pid)) END`,
    // Asked for table sync workers alone: the view looks at every backend.
    `CASE WHEN p.relid IS NOT NULL THEN ${copySql} END`,
  ])})
    FROM pg_catalog.pg_stat_get_subscription(NULL) AS p
    LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(coalesce(p.pid, 0)) AS b ON true
   WHERE p.subid = s.oid)`;
}

/** `applytransaction` is how a parallel worker idles between two chunks. */
const isBlocked = `p.relid IS NULL AND b.wait_event_type = 'Lock' AND b.wait_event <> 'applytransaction'`;

const copySql = `(SELECT ${jsonRow([
  'n.nspname',
  'c.relname',
  'y.tuples_processed',
  'y.bytes_processed',
  epochMs('pg_catalog.clock_timestamp() - b.backend_start'),
])}
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_stat_progress_copy AS y ON y.pid = p.pid
     WHERE c.oid = p.relid)`;

function readCopy(row: RowReader): TableCopyFacts {
  return {
    schema: row.text(),
    name: row.text(),
    rows: row.nullableNumber(),
    bytes: row.nullableNumber(),
    runningMs: row.nullableNumber(),
  };
}

export function readWorker(row: RowReader): Worker {
  const worker = {
    pid: row.number(),
    isTableSync: row.boolean(),
    isParallel: row.boolean(),
    receivedLsn: row.nullableLsn(),
    latestEndLsn: row.nullableLsn(),
    lastMessageAtMs: row.nullableNumber(),
    waitEventType: row.nullableText(),
    waitEvent: row.nullableText(),
    blockingPids: row.nullableNumbers(),
  };
  const copy = row.next();
  return { ...worker, copy: copy === null ? null : RowReader.read(copy, readCopy) };
}

/**
 * The workers of one subscription as one. What it waits for is told of the worker in a lock wait if there is one, since
 * from 16 on a parallel worker may be the one that is blocked.
 */
export function combineWorkers(
  workers: readonly Worker[],
): Pick<
  SubscriptionFacts,
  | 'workerPid'
  | 'receivedLsn'
  | 'latestEndLsn'
  | 'lastMessageAtMs'
  | 'workerWaitEventType'
  | 'workerWaitEvent'
  | 'blockingPids'
  | 'syncWorkers'
  | 'copies'
> {
  const main = workers.find((worker) => !worker.isTableSync && !worker.isParallel);
  const waiting = workers.find((worker) => worker.blockingPids !== null) ?? main;
  return {
    workerPid: main?.pid ?? null,
    receivedLsn: main?.receivedLsn ?? null,
    latestEndLsn: main?.latestEndLsn ?? null,
    lastMessageAtMs: main?.lastMessageAtMs ?? null,
    workerWaitEventType: waiting?.waitEventType ?? null,
    workerWaitEvent: waiting?.waitEvent ?? null,
    blockingPids: waiting?.blockingPids ?? [],
    syncWorkers: workers.filter((worker) => worker.isTableSync).length,
    copies: workers.flatMap(({ copy }) => copy ?? []),
  };
}
