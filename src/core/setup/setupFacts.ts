import type { TableName } from '../topology';

/**
 * What set-up checks, lines for pg_hba.conf and a promotion need to know of a server beyond its catalog. Read on demand.
 * `null` is "could not be told".
 */
export interface SetupFacts {
  readonly readAtMs: number;
  /** As pg_settings has them, by name; one that is missing does not exist in this version or is hidden from the role. */
  readonly settings: Readonly<Record<string, SettingFacts>>;
  /** Settings in their files that wait for a restart. */
  readonly pendingRestart: readonly string[];
  /** Names of settings that extensions and platforms brought: those with a dot. */
  readonly customSettings: readonly string[];
  /** Files that settings came from; empty where the role may not see them. */
  readonly settingFiles: readonly string[];
  readonly extensions: readonly string[];
  /** From primary_conninfo: nothing of it but these keywords ever leaves the server. `null`: none, or hidden. */
  readonly primaryConninfo: PrimaryConninfo | null;
  /** Rules of pg_hba.conf; `null` where the role may not read pg_hba_file_rules. */
  readonly hba: readonly HbaRule[] | null;
  readonly senders: readonly SetupSender[];
  /** Sequences that belong to columns of tables. */
  readonly sequences: readonly SequenceFacts[];
  /** Where this session comes from, as the server sees it; `null` over a Unix socket. */
  readonly ownAddress: string | null;
  /** EXECUTE on pg_promote(), and on pg_wal_replay_pause() and its opposite. */
  readonly mayPromote: boolean;
  readonly mayPauseReplay: boolean;
  readonly wal: WalFacts;
}

/** @see pg_settings */
export interface SettingFacts {
  /** For people, with its unit: `30s`. */
  readonly text: string;
  /** In the unit of pg_settings; `null` for what is no number. */
  readonly number: number | null;
  /** `configuration file`, `command line`, `default`, … */
  readonly source: string;
}

export interface PrimaryConninfo {
  readonly host: string | null;
  readonly applicationName: string | null;
  readonly dbname: string | null;
  readonly sslmode: string | null;
}

/** A line of pg_hba.conf, options left out: they may hold a secret. @see pg_hba_file_rules */
export interface HbaRule {
  readonly line: number;
  /** 16 and newer. */
  readonly file: string | null;
  readonly type: string;
  readonly databases: readonly string[];
  readonly users: readonly string[];
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string;
  /** Why the server passes over it. */
  readonly error: string | null;
}

/** @see pg_stat_replication, pg_stat_ssl */
export interface SetupSender {
  readonly pid: number;
  readonly user: string | null;
  readonly applicationName: string;
  readonly clientAddress: string | null;
  readonly isTls: boolean | null;
}

/** @see pg_sequence, pg_depend, pg_sequence_last_value() */
export interface SequenceFacts extends TableName {
  readonly table: TableName;
  readonly column: string;
  /** As the server writes it; `null` when it was never used, or may not be read. */
  readonly lastValue: string | null;
  readonly isReadable: boolean;
}

/** LSNs as the server writes them. */
export interface WalFacts {
  /** pg_current_wal_lsn(); `null` in recovery. */
  readonly currentLsn: string | null;
  readonly receiveLsn: string | null;
  readonly replayLsn: string | null;
  readonly replayPauseState: string | null;
  /** Commit time, by the primary's clock, of what was replayed last. */
  readonly lastReplayedCommitAtMs: number | null;
}
