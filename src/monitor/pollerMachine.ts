/**
 * The states of one node's poller and how events move it between them; pure. The page `docs/node-poller.md` shows the
 * same table for people, and a test holds the two together.
 */

export const POLLER_STATES = [
  'paused', // nobody looks; the session may be held for another minute
  'waiting', // the next poll has a time
  'opening', // the gate is asked, then the server is dialled
  'reading', // a statement is under way
  'closing', // the session is being ended
  'blocked', // the gate said no
  'needsPerson', // a password is missing or was refused
  'disconnected', // the user said Disconnect
  'disposed',
] as const;
export type PollerState = (typeof POLLER_STATES)[number];

export const POLLER_EVENTS = [
  'due', // the timer of `waiting` or `paused` ran out
  'ask', // someone wants an answer now
  'pace', // who looks changed: other interval, pause or resume
  'recheck', // the gate may say yes now
  'refuse', // the gate says no now
  'disconnect', // the user does not want this node
  'redeclare', // the file says another connection for this node
  'dispose',
  'opened', // a session is there
  'settled', // a dial or a read ended, well or not
  'closed', // the session is gone
] as const;
export type PollerEvent = (typeof POLLER_EVENTS)[number];

/** What the poller knows when it has to choose where to rest. */
export interface PollerFacts {
  readonly isDisposed: boolean;
  readonly isDisconnected: boolean;
  readonly isBlocked: boolean;
  readonly needsPerson: boolean;
  /** An answer is wanted now, whether or not anybody looks. */
  readonly isAsked: boolean;
  readonly isPaused: boolean;
  readonly hasSession: boolean;
  /** The session must not be used again: timed out, meant for another connection, or older than a sleep. */
  readonly isSessionSpoiled: boolean;
}

/** `rest` and `proceed` are decided by the facts, see `rest` and `nextState`. */
export type PollerTarget = PollerState | 'stay' | 'rest' | 'proceed';

type Row = Readonly<Record<PollerEvent, PollerTarget>>;

/** While nothing is under way every event may change the facts, so each ends where the facts say. */
const QUIET: Row = {
  due: 'rest',
  ask: 'rest',
  pace: 'rest',
  recheck: 'rest',
  refuse: 'rest',
  disconnect: 'rest',
  redeclare: 'rest',
  dispose: 'rest',
  opened: 'stay',
  settled: 'stay',
  closed: 'stay',
};

/** While something is under way only its end, or an order that makes it pointless, counts. One in flight, always. */
const BUSY: Row = {
  due: 'stay',
  ask: 'stay',
  pace: 'stay',
  recheck: 'stay',
  refuse: 'closing',
  disconnect: 'closing',
  redeclare: 'closing',
  dispose: 'closing',
  opened: 'stay',
  settled: 'rest',
  closed: 'stay',
};

const STAY: Row = {
  due: 'stay',
  ask: 'stay',
  pace: 'stay',
  recheck: 'stay',
  refuse: 'stay',
  disconnect: 'stay',
  redeclare: 'stay',
  dispose: 'stay',
  opened: 'stay',
  settled: 'stay',
  closed: 'stay',
};

export const POLLER_TABLE: Readonly<Record<PollerState, Row>> = {
  paused: { ...QUIET, due: 'closing' },
  waiting: QUIET,
  opening: { ...BUSY, opened: 'proceed' },
  reading: BUSY,
  closing: { ...STAY, closed: 'rest' },
  blocked: { ...QUIET, due: 'stay' },
  needsPerson: { ...QUIET, due: 'stay' },
  disconnected: { ...QUIET, due: 'stay' },
  disposed: STAY,
};

/** Where a poller without anything under way belongs; the first line that applies. */
export function rest(facts: PollerFacts): PollerState {
  const mustEnd =
    facts.isDisposed ||
    facts.isDisconnected ||
    facts.isBlocked ||
    facts.needsPerson ||
    facts.isSessionSpoiled;
  if (mustEnd && facts.hasSession) return 'closing';
  if (facts.isDisposed) return 'disposed';
  if (facts.isDisconnected) return 'disconnected';
  if (facts.isBlocked) return 'blocked';
  if (facts.needsPerson) return 'needsPerson';
  if (facts.isAsked) return facts.hasSession ? 'reading' : 'opening';
  return facts.isPaused ? 'paused' : 'waiting';
}

/** The state after `event`. A fresh session reads at once, unless meanwhile nobody looks and nobody asked. */
export function nextState(state: PollerState, event: PollerEvent, facts: PollerFacts): PollerState {
  const target = POLLER_TABLE[state][event];
  if (target === 'stay') return state;
  if (target === 'rest') return rest(facts);
  if (target !== 'proceed') return target;
  return facts.isPaused && !facts.isAsked ? 'paused' : 'reading';
}
