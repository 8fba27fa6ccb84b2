import type { DiagnosisCode } from '../../../src/core/diagnosis/diagnosis';
import type { VerdictCode } from '../../../src/core/snapshot';

export interface InjectedFault {
  /** What is done to real servers. */
  readonly injected: string;
  readonly verdict: VerdictCode;
  readonly diagnosis: DiagnosisCode;
  /** What else the verdict may be: before 15 nobody counts the errors of copies. */
  readonly or?: VerdictCode;
  /** Oldest major that it is about; all of them where absent. */
  readonly from?: number;
  /** The newest. */
  readonly to?: number;
}

function fault(
  injected: string,
  verdict: VerdictCode,
  diagnosis: DiagnosisCode = verdict,
  from?: number,
): InjectedFault {
  return { injected, verdict, diagnosis, ...(from === undefined ? {} : { from }) };
}

/** Every fault that is injected on real servers, and what has to be said of it; docs/faults.md shows the same table. */
export const FAULTS = {
  // streaming
  idlePrimary: fault('nothing is written for a while', 'idle'),
  standbyCutOff: fault('primary_conninfo of the standby points nowhere', 'notStreaming'),
  cascadeCutOff: fault('the standby that feeds another is cut off', 'sourceCutOff'),
  replayPaused: fault('pg_wal_replay_pause()', 'paused'),
  replayPausedUnseen: fault('the same, with the standby unreachable from here', 'stuck'),
  burst: fault('5,000 rows at once, then nothing', 'idle'),
  primaryHasNoLag: fault('lag is asked of a primary', 'healthy'),
  cascade: fault('a standby feeds another while its own replay is paused', 'idle'),
  sampledOutOfOrder: fault('the upstream is read before its standby', 'idle'),
  noPrivilege: fault('the watching role lacks pg_monitor', 'noPrivilege'),
  primaryUnreachableFromHere: fault(
    'pg_hba.conf of the primary refuses only us',
    'unreachable',
    'unreachableFromHere',
  ),
  receiverFrozen: fault('the WAL receiver is stopped by SIGSTOP', 'stuck'),
  recoveryConflict: fault(
    'an open snapshot on the standby, max_standby_streaming_delay = -1, VACUUM on the primary',
    'stuck',
    'recoveryConflict',
  ),
  replayBlocked: fault(
    'a query on the standby holds a table that the primary truncates',
    'stuck',
    'recoveryConflict',
  ),
  longQuery: fault(
    'the startup process is stopped by SIGSTOP amid its work while a query on the standby reads',
    'stuck',
    'longQuery',
  ),
  applyDelay: fault('recovery_min_apply_delay = 1h', 'stuck', 'applyDelay'),
  walRemoved: fault(
    'a standby without a slot is away while its WAL is removed',
    'notStreaming',
    'walRemoved',
  ),
  sendersUsedUp: fault('every WAL sender is in use', 'notStreaming', 'sendersUsedUp'),
  notConsistent: fault('a base backup without the WAL to its end', 'starting'),
  promoted: fault('the standby is promoted', 'roleMismatch'),
  splitBrain: fault('the old primary is started beside the promoted one', 'splitBrain'),
  diverged: fault('a standby of the new timeline is pointed at the old primary', 'diverged'),
  slotLostOfStandby: fault('max_slot_wal_keep_size = 1MB, then more WAL', 'slotLost'),
  wrongServer: fault('another cluster answers at the address of a node', 'wrongSystem'),
  // subscriptions
  applyBlocked: fault('an open transaction holds the table on the subscriber', 'blocked'),
  rowBlocked: fault('an open transaction holds the row on the subscriber', 'blocked'),
  duplicateKey: fault(
    'the subscriber has a row with the same key',
    'applyErrorLoop',
    'duplicateKey',
  ),
  disabledByError: fault('the same with disable_on_error', 'stoppedByError', 'duplicateKey', 15),
  errorWithoutLog: fault(
    'the same, with a role that may not read the log',
    'applyErrorLoop',
    'applyErrorLoop',
  ),
  missingColumn: fault(
    'a column is added on the publisher alone',
    'applyErrorLoop',
    'missingColumn',
  ),
  missingTable: fault(
    'a table is published that the subscriber lacks',
    'applyErrorLoop',
    'missingTable',
  ),
  applyDenied: fault(
    'the owner of the subscription may not write to the table',
    'applyErrorLoop',
    'applyDenied',
    16,
  ),
  constraintViolated: fault(
    'a CHECK on the subscriber refuses the row',
    'applyErrorLoop',
    'constraintViolated',
  ),
  publicationMissing: {
    ...fault('its publication is dropped', 'notStreaming', 'publicationMissing'),
    or: 'applyErrorLoop',
    to: 17,
  },
  publicationSkipped: {
    ...fault('the same, where the link goes on without it', 'idle', 'publicationMissing', 18),
    or: 'streaming',
  },
  disabled: fault('ALTER SUBSCRIPTION … DISABLE', 'disabled'),
  copying: fault('the first copy of a table is held', 'copying'),
  copyFails: {
    ...fault('a row is in the way of the first copy of a table', 'applyErrorLoop', 'copyFails'),
    or: 'copying',
  },
  subscriptionCutOff: fault('its connection points nowhere', 'notStreaming'),
  publisherStopped: fault('the publisher is stopped', 'notStreaming'),
  publisherUnreachableFromHere: fault(
    'pg_hba.conf of the publisher refuses only us',
    'unreachable',
    'unreachableFromHere',
  ),
  noWorker: fault('max_logical_replication_workers are in use', 'noWorker'),
  slotsUsedUp: fault('max_replication_slots are in use', 'notStreaming', 'slotsUsedUp'),
  walLevelTooLow: fault('wal_level of the publisher is replica', 'notStreaming', 'walLevelTooLow'),
  slotLostOfSubscription: fault('the slot of a subscription loses its WAL', 'slotLost'),
  replicaIdentityMissing: fault(
    'a published table has no primary key',
    'healthy',
    'replicaIdentityMissing',
  ),
  sequenceBehind: fault(
    'the publisher gives out values that the subscriber gave out, too',
    'idle',
    'sequenceBehind',
  ),
  // slots
  orphanSlot: fault('a slot that nobody of the file reads', 'orphan'),
  nearLimit: fault('WAL up to nine tenths of max_slot_wal_keep_size', 'nearLimit'),
  nearFileLimit: fault('WAL beyond thresholds.retainedWal', 'nearLimit', 'nearFileLimit'),
  // servers
  sameNode: fault('one database stands in the file twice', 'healthy', 'sameNode'),
  clockSkew: fault('the server time of an answer is moved by ten minutes', 'healthy', 'clockSkew'),
  connectionsNearlyUsedUp: fault(
    'sessions up to nine tenths of max_connections',
    'healthy',
    'connectionsNearlyUsedUp',
  ),
  // queues
  queueStuck: fault('operations that fail for ten minutes', 'queueWaiting', 'queueStuck'),
  queuePoisoned: fault(
    'an operation that the primary refuses for ever',
    'queueDead',
    'queuePoisoned',
  ),
  queueGrowing: fault('more is written than is drained', 'queueGrowing'),
  edgeOffline: fault('the edge is stopped while operations wait', 'unreachable', 'edgeOffline'),
} as const satisfies Readonly<Record<string, InjectedFault>>;

export type FaultId = keyof typeof FAULTS;
