import type { Evidence, Health, VerdictCode } from '../snapshot';

/** Causes that are told apart beyond the verdicts. Each has a section in docs/verdicts.md. */
export const CAUSE_CODES = [
  // standbys
  'recoveryConflict', // replay waits for a query, or cancelled some just now
  'longQuery', // a query on a standby holds an old snapshot, and replay is behind
  'applyDelay', // recovery_min_apply_delay holds replay back on purpose
  'walRemoved', // the upstream no longer has the WAL that the standby needs next
  // subscriptions
  'duplicateKey',
  'missingTable',
  'missingColumn',
  'applyDenied', // the apply worker lacks a privilege
  'constraintViolated',
  'publicationMissing',
  'copyFails', // a table's first copy fails again and again
  'replicaIdentityMissing',
  'sequenceBehind',
  'sendersUsedUp',
  'slotsUsedUp',
  'walLevelTooLow',
  // nodes
  'sameNode', // two entries of the file are one database
  'clockSkew',
  'connectionsNearlyUsedUp',
  'unreachableFromHere', // others say that it runs
  // slots
  'nearFileLimit', // thresholds.retainedWal
  // queues
  'queueStuck',
  'queuePoisoned',
  'edgeOffline',
] as const;

export type CauseCode = (typeof CAUSE_CODES)[number];

export type DiagnosisCode = VerdictCode | CauseCode;

/** One fact that a diagnosis rests on, with the way to read it again. */
export interface DiagnosisEvidence extends Evidence {
  /** Statement that shows it, to be run on the node of `source`; `null` where no statement does. */
  readonly query: string | null;
}

/** What a person may do next. Nothing here does anything by itself. */
export type NextAction =
  /** One of our commands, by its id without prefix, on a subject of the snapshot; it asks and shows before anything is changed. */
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly subject: string;
      readonly label: string;
    }
  /** A statement to copy, and what it does. */
  | {
      readonly kind: 'statement';
      readonly nodeId: string;
      readonly sql: string;
      readonly effect: string;
    }
  /** A line for postgresql.conf, pg_hba.conf or the topology file. */
  | {
      readonly kind: 'configuration';
      readonly nodeId: string;
      readonly file: string;
      readonly line: string;
      readonly effect: string;
    };

/** What is wrong, or not, with one node, edge, slot or queue: why, how that is known, since when, and what to do. */
export interface Diagnosis {
  /** Node, edge or queue id, or `slot/<node>/<name>`. */
  readonly subject: string;
  /** The node where something is to be done or looked at. */
  readonly nodeId: string | null;
  readonly code: DiagnosisCode;
  readonly health: Health;
  /** Finished sentence: names the node, the object and the cause. */
  readonly title: string;
  /** Finished sentences: what it means, and what is not known. Empty where the title says all. */
  readonly detail: string;
  /** Our clock; `null` when not known. */
  readonly sinceMs: number | null;
  readonly evidence: readonly DiagnosisEvidence[];
  /** The likely one first. */
  readonly actions: readonly NextAction[];
  /** `#duplicatekey` in docs/verdicts.md. */
  readonly anchor: string;
  /** Subject of the diagnosis that this one only follows from; absent where it stands for itself. */
  readonly followsFrom?: string;
}
