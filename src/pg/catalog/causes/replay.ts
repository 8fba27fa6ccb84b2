import type { ReplayCauseFacts, StandbyQueryFacts } from '../../../core/causeFacts';
import { epochMs, jsonRow, type ServerFeatures } from '../part';
import { RowReader } from '../rowReader';
import { activityText } from './activity';

/**
 * What replay waits for, and the queries that it may have to wait for or cancel. A role without pg_read_all_stats sees neither; the
 * counters are for everyone. NULL outside recovery. `confl_active_logicalslot` came with 16.
 * Lowest version: 14. Source: pg_stat_activity, pg_stat_database_conflicts, pg_settings.
 */
export function replaySql(features: ServerFeatures): string {
  return `CASE WHEN pg_catalog.pg_is_in_recovery() THEN ${jsonRow([
    `(SELECT ${jsonRow(['a.wait_event_type', 'a.wait_event'])}
      FROM pg_catalog.pg_stat_activity AS a WHERE a.backend_type = 'startup' LIMIT 1)`,
    QUERIES,
    cancelled(features),
    `(SELECT g.setting::pg_catalog.float8 FROM pg_catalog.pg_settings AS g
      WHERE g.name = 'max_standby_streaming_delay')`,
  ])} END`;
}

/** Those of our own sessions are short, and would only tell of us. */
const QUERIES = `(SELECT pg_catalog.json_agg(${jsonRow([
  'q.pid',
  'q.usename',
  `nullif(q.application_name, '')`,
  'q.state',
  activityText('q'),
  epochMs('coalesce(q.xact_start, q.query_start)'),
  'pg_catalog.age(q.backend_xmin)',
])} ORDER BY q.xact_start)
      FROM (SELECT a.* FROM pg_catalog.pg_stat_activity AS a
        WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
          AND (a.backend_xmin IS NOT NULL OR a.state <> 'idle')
        ORDER BY a.xact_start NULLS LAST LIMIT 5) AS q)`;

const KINDS = [
  'tablespace',
  'lock',
  'snapshot',
  'bufferpin',
  'deadlock',
  'active_logicalslot',
] as const;

function cancelled(features: ServerFeatures): string {
  const pairs = KINDS.flatMap((kind) =>
    features.columns.has(`pg_stat_database_conflicts.confl_${kind}`)
      ? `'${kind}', coalesce(sum(c.confl_${kind}), 0)`
      : [],
  );
  return `(SELECT pg_catalog.json_build_object(${pairs.join(', ')})
      FROM pg_catalog.pg_stat_database_conflicts AS c)`;
}

/** @param value what `replaySql` yields; `null` outside recovery. */
export function readReplay(value: unknown): ReplayCauseFacts | null {
  if (value === null) return null;
  return RowReader.read(value, (row) => {
    const startup = row.next();
    const wait = startup === null ? NO_WAIT : RowReader.read(startup, readWait);
    return {
      ...wait,
      queries: RowReader.list(row.next(), readQuery),
      cancelled: row.nullableCounts(),
      maxStandbyStreamingDelayMs: row.nullableNumber(),
    };
  });
}

const NO_WAIT = { waitEventType: null, waitEvent: null };

function readWait(row: RowReader): Pick<ReplayCauseFacts, 'waitEventType' | 'waitEvent'> {
  return { waitEventType: row.nullableText(), waitEvent: row.nullableText() };
}

function readQuery(row: RowReader): StandbyQueryFacts {
  return {
    pid: row.number(),
    user: row.nullableText(),
    applicationName: row.nullableText(),
    state: row.nullableText(),
    query: row.nullableText(),
    startedAtMs: row.nullableNumber(),
    snapshotAge: row.nullableNumber(),
  };
}
