import type { FastFacts } from '../../core/facts';
import { epochMs, jsonRow, type PollPart } from './part';
import { readReceiver, receiverRow } from './receiver';
import { RowReader } from './rowReader';

export type Position = Pick<
  FastFacts,
  | 'timeline'
  | 'currentLsn'
  | 'receiveLsn'
  | 'replayLsn'
  | 'lastReplayedCommitAtMs'
  | 'replayPauseState'
  | 'receiver'
>;

/**
 * Where a server that is not in recovery stands; in recovery these functions fail.
 * Source: pg_current_wal_lsn(), pg_walfile_name().
 */
export const primaryPosition: PollPart<Position> = {
  lowestVersion: 14,
  sql: () =>
    jsonRow([
      'pg_catalog.pg_current_wal_lsn()',
      'pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn())',
    ]),
  read: (value) => RowReader.read(value, readPrimary),
};

function readPrimary(row: RowReader): Position {
  return {
    currentLsn: row.nullableLsn(),
    timeline: timelineOfWalFile(row.text()),
    receiveLsn: null,
    replayLsn: null,
    lastReplayedCommitAtMs: null,
    replayPauseState: null,
    receiver: null,
  };
}

/** The first eight hexadecimal digits of a WAL file's name. */
function timelineOfWalFile(name: string): number | null {
  const timeline = Number.parseInt(name.slice(0, 8), 16);
  return Number.isNaN(timeline) ? null : timeline;
}

const PAUSE_STATES = ['not paused', 'pause requested', 'paused'] as const;

/**
 * Where a standby stands, and its WAL receiver; outside recovery these functions fail or answer a frozen value. The function
 * of the receiver has one row also where there is none, all of it NULL. The timeline of the last checkpoint may be from before a promotion upstream,
 * so it only stands in.
 * Source: pg_stat_get_wal_receiver(), pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_control_checkpoint().
 */
export const standbyPosition: PollPart<Position> = {
  lowestVersion: 14,
  sql: ({ functions }) => {
    // EXECUTE is checked when a statement starts, not where it is reached: coalesce() would not guard it.
    const timeline = functions.has('pg_control_checkpoint')
      ? 'coalesce(v.received_tli, (pg_catalog.pg_control_checkpoint()).timeline_id)'
      : 'v.received_tli';
    return `(SELECT ${jsonRow([
      timeline,
      'pg_catalog.pg_last_wal_receive_lsn()',
      'pg_catalog.pg_last_wal_replay_lsn()',
      epochMs('pg_catalog.pg_last_xact_replay_timestamp()'),
      'pg_catalog.pg_get_wal_replay_pause_state()',
      `CASE WHEN v.pid IS NOT NULL THEN ${receiverRow} END`,
    ])}
  FROM pg_catalog.pg_stat_get_wal_receiver() AS v)`;
  },
  read: (value) => RowReader.read(value, readStandby),
};

function readStandby(row: RowReader): Position {
  return {
    currentLsn: null,
    timeline: row.nullableNumber(),
    receiveLsn: row.nullableLsn(),
    replayLsn: row.nullableLsn(),
    lastReplayedCommitAtMs: row.nullableNumber(),
    replayPauseState: row.oneOf(PAUSE_STATES),
    receiver: readReceiver(row.next()),
  };
}
