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

/** No server hears of these dials, and they end at once: asking at each poll costs it less than the polls that it answered before. */
const UNHEARD: readonly FailureReason[] = ['refused', 'unroutable'];
/** All such nodes together are dialled this often at most: each dial costs a millisecond here. */
const UNHEARD_GAP_MS = 50;

/**
 * True for failures after which dialling stops until a person acts: each attempt would count as a failed login, or
 * cannot succeed without what only a person has.
 */
export function needsPerson(reason: FailureReason): boolean {
  return reason === 'passwordRefused' || reason === 'passwordNeeded';
}

/** True for failures of dials that no server hears of, as at a closed port: what listens there again is wanted at the next poll. */
export function isUnheard(reason: FailureReason): boolean {
  return UNHEARD.includes(reason);
}

/** One node that fails. */
export interface Failing {
  readonly reason: FailureReason;
  /** Failed attempts in a row, ≥ 1. */
  readonly failures: number;
  /** Those of them that failed for this reason, without another in between; ≥ 1. */
  readonly alike: number;
  /** How often it is asked while it answers, milliseconds; `null` while nobody looks. */
  readonly intervalMs: number | null;
  /** Nodes that are failing by dials that no server hears of, with this one. */
  readonly unheard: number;
}

/**
 * How long to wait before a node is dialled again. Never gives up: 1 s at first, doubling to at most 30 s, and to the poll interval
 * alone where no server hears of it.
 * @param random in [0, 1).
 * @returns milliseconds, 1000 to 30000; for 53300 (connections full) at least 10 s.
 */
export function retryDelayMs(failing: Failing, random: number): number {
  return Math.round(fullDelayMs(failing) * (1 - JITTER * random));
}

function fullDelayMs(failing: Failing): number {
  const { reason, failures, alike } = failing;
  if (reason === 'starting') return alike <= QUICK_TRIES ? FIRST_MS : STARTING_MS;
  if (SLOW.includes(reason)) return CAP_MS;
  const doubled = Math.min(capMs(failing), FIRST_MS * 2 ** (failures - 1));
  return reason === 'connectionsFull' ? Math.max(FULL_SERVER_MS, doubled) : doubled;
}

function capMs({ reason, intervalMs, unheard }: Failing): number {
  if (!isUnheard(reason) || intervalMs === null) return CAP_MS;
  return Math.min(CAP_MS, Math.max(FIRST_MS, intervalMs, unheard * UNHEARD_GAP_MS));
}
