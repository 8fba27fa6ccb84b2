import type { FailureReason } from './failure';

const FIRST_MS = 1_250;
const CAP_MS = 30_000;
/** A full server is left alone for longer: every attempt takes a slot that an application waits for. */
const FULL_SERVER_MS = 12_500;
/** A starting server is asked every second for half a minute, then less often. */
const QUICK_TRIES = 30;
const STARTING_MS = 5_000;
/** Up to a fifth is taken off at random, so that nodes of one dead host do not come back in one burst. */
const JITTER = 0.2;

/** What retrying cannot cure on the server's side soon, and what costs a log line there: asked at the cap at once. */
const SLOW: readonly FailureReason[] = [
  'roleRefused',
  'hbaRefused',
  'tlsRequired',
  'tlsMissing',
  'certificate',
  'tooOld',
  'notPostgres',
  'configuration',
];

/**
 * True for failures after which dialling stops until a person acts: each attempt would count as a failed login, or
 * cannot succeed without what only a person has.
 */
export function needsPerson(reason: FailureReason): boolean {
  return reason === 'passwordRefused' || reason === 'passwordNeeded';
}

/**
 * How long to wait before a node is dialled again. Never gives up: 1 s at first, doubling to at most 30 s.
 * @param failures failed attempts in a row, ≥ 1.
 * @param random in [0, 1).
 * @returns milliseconds, 1000 to 30000; for 53300 (connections full) at least 10 s.
 */
export function retryDelayMs(reason: FailureReason, failures: number, random: number): number {
  return Math.round(fullDelayMs(reason, failures) * (1 - JITTER * random));
}

function fullDelayMs(reason: FailureReason, failures: number): number {
  if (reason === 'starting') return failures <= QUICK_TRIES ? FIRST_MS : STARTING_MS;
  if (SLOW.includes(reason)) return CAP_MS;
  const doubled = Math.min(CAP_MS, FIRST_MS * 2 ** (failures - 1));
  return reason === 'connectionsFull' ? Math.max(FULL_SERVER_MS, doubled) : doubled;
}
