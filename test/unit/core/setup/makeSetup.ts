import type { SettingFacts, SetupFacts } from '../../../../src/core/setup/setupFacts';
import { NOW } from '../describe/makeSnapshot';

/** `{ wal_level: 'logical', max_connections: 100 }` as pg_settings says it. */
export function settings(
  values: Readonly<Record<string, string | number>>,
  source = 'configuration file',
): Readonly<Record<string, SettingFacts>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { text: String(value), number: typeof value === 'number' ? value : null, source },
    ]),
  );
}

/** What a plain primary says to a superuser. */
export function setup(change: Partial<SetupFacts> = {}): SetupFacts {
  return {
    readAtMs: NOW,
    settings: {},
    pendingRestart: [],
    customSettings: [],
    settingFiles: ['/etc/postgresql/postgresql.conf'],
    extensions: ['plpgsql'],
    primaryConninfo: null,
    hba: [],
    senders: [],
    sequences: [],
    ownAddress: '10.9.9.9',
    mayPromote: true,
    mayPauseReplay: true,
    wal: {
      currentLsn: '0/3000000',
      receiveLsn: null,
      replayLsn: null,
      replayPauseState: null,
      lastReplayedCommitAtMs: null,
    },
    ...change,
  };
}

/** The same of a standby that has received and replayed up to there. */
export function standbySetup(lsn: string, change: Partial<SetupFacts> = {}): SetupFacts {
  return setup({
    wal: {
      currentLsn: null,
      receiveLsn: lsn,
      replayLsn: lsn,
      replayPauseState: 'not paused',
      lastReplayedCommitAtMs: NOW - 12_000,
    },
    ...change,
  });
}
