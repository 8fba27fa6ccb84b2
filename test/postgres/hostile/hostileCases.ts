import { CHANGING_CASES } from './changingCases';
import type { HostileCase } from './hostileCase';
import { MAKING_CASES } from './makingCases';
import { QUEUE_CASES } from './queueCases';

/** At least one for every command that changes servers, one for each place into which a name goes. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...MAKING_CASES,
  ...CHANGING_CASES,
  ...QUEUE_CASES,
];

/** Commands that take no name but that of a node, which is in no statement, or the number of an operation. */
export const WITHOUT_A_NAME: readonly string[] = [
  'pauseReplay',
  'resumeReplay',
  'promoteStandby',
  // These are about rows of a queue; odd names of its tables and columns are tried in test/postgres/queue.
  'drainQueue',
  'dropDeadOperation',
  'dropOperation',
  'editAndApplyMerged',
  'giveNewIdentity',
  'keepEdge',
  'keepPrimary',
  'retryDeadOperation',
  'setAutomaticDraining',
];
