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

/** Commands that take no name but that of a node, which is in no statement. */
export const WITHOUT_A_NAME: readonly string[] = [
  'pauseReplay',
  'resumeReplay',
  'promoteStandby',
  'giveNewIdentity',
  'setAutomaticDraining',
];
