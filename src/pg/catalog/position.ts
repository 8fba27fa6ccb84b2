import * as z from 'zod/mini';
import type { FastFacts } from '../../core/facts';
import { epochMs, lsnText, nullableNumber, nullableText, type CatalogPart } from './part';

const schema = z.object({
  systemIdentifier: nullableText,
  postmasterStartedAtMs: z.number(),
  serverTimeMs: z.number(),
  database: z.string(),
  walFile: nullableText,
  checkpointTimeline: nullableNumber,
  currentLsn: lsnText,
  receiveLsn: lsnText,
  replayLsn: lsnText,
  lastReplayedCommitAtMs: nullableNumber,
  replayPauseState: z.nullable(z.enum(['not paused', 'pause requested', 'paused'])),
  canSeeReplication: z.boolean(),
});

export type PositionRow = z.infer<typeof schema>;

export type PositionFacts = Pick<
  FastFacts,
  | 'systemIdentifier'
  | 'postmasterStartedAtMs'
  | 'serverTimeMs'
  | 'database'
  | 'timeline'
  | 'currentLsn'
  | 'receiveLsn'
  | 'replayLsn'
  | 'lastReplayedCommitAtMs'
  | 'replayPauseState'
  | 'canSeeReplication'
>;

/**
 * Who the server is and where it stands. `r.recovering` comes from the statement that the part is put into: every
 * function here fails, or answers a frozen value, on the wrong side of it.
 * Source: pg_control_system(), pg_current_wal_lsn(), pg_last_wal_replay_lsn(), pg_walfile_name().
 */
export const positionPart: CatalogPart<PositionRow, PositionFacts> = {
  lowestVersion: 14,
  sql: ({ functions }) => {
    // EXECUTE is checked when a statement starts, not where it is reached: a CASE would not guard these two.
    const systemIdentifier = functions.has('pg_control_system')
      ? '(SELECT c.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() AS c)'
      : 'NULL::pg_catalog.text';
    const checkpointTimeline = functions.has('pg_control_checkpoint')
      ? `CASE WHEN r.recovering THEN
           (SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c) END`
      : 'NULL::pg_catalog.int4';
    return `pg_catalog.json_build_object(
    'systemIdentifier', ${systemIdentifier},
    'postmasterStartedAtMs', ${epochMs('pg_catalog.pg_postmaster_start_time()')},
    'serverTimeMs', ${epochMs('pg_catalog.clock_timestamp()')},
    'database', pg_catalog.current_database(),
    'walFile', CASE WHEN NOT r.recovering THEN pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) END,
    'checkpointTimeline', ${checkpointTimeline},
    'currentLsn', CASE WHEN NOT r.recovering THEN pg_catalog.pg_current_wal_lsn() END,
    'receiveLsn', CASE WHEN r.recovering THEN pg_catalog.pg_last_wal_receive_lsn() END,
    'replayLsn', CASE WHEN r.recovering THEN pg_catalog.pg_last_wal_replay_lsn() END,
    'lastReplayedCommitAtMs', CASE WHEN r.recovering THEN ${epochMs('pg_catalog.pg_last_xact_replay_timestamp()')} END,
    'replayPauseState', CASE WHEN r.recovering THEN pg_catalog.pg_get_wal_replay_pause_state() END,
    'canSeeReplication', pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'))`;
  },
  schema,
  normalise: (raw) => {
    const { walFile, checkpointTimeline, ...rest } = raw;
    return {
      ...rest,
      timeline: walFile === null ? checkpointTimeline : timelineOfWalFile(walFile),
    };
  },
};

/** The first eight hexadecimal digits of a WAL file's name. */
function timelineOfWalFile(name: string): number | null {
  const digits = /^([0-9A-F]{8})/.exec(name)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}
