import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  nextState,
  POLLER_EVENTS,
  POLLER_STATES,
  POLLER_TABLE,
  type PollerFacts,
  type PollerState,
} from '../../../src/monitor/pollerMachine';

const NOTHING: PollerFacts = {
  isDisposed: false,
  isDisconnected: false,
  isBlocked: false,
  needsPerson: false,
  isAsked: false,
  isPaused: false,
  hasSession: false,
  isSessionSpoiled: false,
};

/** Every combination of facts. */
function everyFacts(): readonly PollerFacts[] {
  return Object.keys(NOTHING).reduce<readonly PollerFacts[]>(
    (all, key) => all.flatMap((facts) => [facts, { ...facts, [key]: true }]),
    [NOTHING],
  );
}

/** The table of the page as text by state and event. */
function documentedTable(): ReadonlyMap<string, string> {
  const page = readFileSync(new URL('../../../docs/node-poller.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Transitions'));
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.includes('---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [header = [], ...body] = rows.slice(0, POLLER_STATES.length + 1);
  const cells = new Map<string, string>();
  for (const [state, ...targets] of body) {
    for (const [index, target] of targets.entries()) {
      cells.set(`${state ?? ''} ${header[index + 1] ?? ''}`, target === '·' ? 'stay' : target);
    }
  }
  return cells;
}

const BUSY: readonly PollerState[] = ['opening', 'reading', 'closing'];

describe('the states of a poller', () => {
  it('are documented as they are', () => {
    const documented = documentedTable();
    const actual = new Map<string, string>();
    for (const state of POLLER_STATES) {
      for (const event of POLLER_EVENTS) {
        actual.set(`${state} ${event}`, POLLER_TABLE[state][event]);
      }
    }
    assert.equal(actual.size, 99);
    assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(actual));
  });

  it('keep their promises, for every state, event and combination of facts', () => {
    let walked = 0;
    for (const state of POLLER_STATES) {
      for (const event of POLLER_EVENTS) {
        for (const facts of everyFacts()) {
          const next = nextState(state, event, facts);
          const where = `${state} + ${event} with ${JSON.stringify(facts)} → ${next}`;
          walked += 1;
          if (state === 'disposed') assert.equal(next, 'disposed', where);
          if (next === state) continue;
          if (BUSY.includes(state)) {
            const ends = [
              'opened',
              'settled',
              'closed',
              'refuse',
              'disconnect',
              'redeclare',
              'dispose',
            ];
            assert.ok(ends.includes(event), `something under way was left: ${where}`);
          }
          if (state === 'closing') assert.equal(event, 'closed', where);
          if (event === 'opened') continue; // the session is there by then, whatever the facts say of it
          const silenced =
            facts.isDisposed || facts.isDisconnected || facts.isBlocked || facts.needsPerson;
          if (silenced)
            assert.ok(!['opening', 'reading', 'waiting', 'paused'].includes(next), where);
          if (next === 'opening') assert.ok(!facts.hasSession && facts.isAsked, where);
          if (next === 'reading') assert.ok(facts.hasSession && !facts.isSessionSpoiled, where);
          if (next === 'waiting') assert.ok(!facts.isPaused && !facts.isAsked, where);
          if (['blocked', 'needsPerson', 'disconnected', 'disposed'].includes(next)) {
            assert.ok(!facts.hasSession, where);
          }
        }
      }
    }
    assert.equal(walked, 99 * 256);
  });

  it('sends no statement over a fresh session when nobody looks any more', () => {
    const facts = { ...NOTHING, hasSession: true, isPaused: true };
    assert.equal(nextState('opening', 'opened', facts), 'paused');
    assert.equal(nextState('opening', 'opened', { ...facts, isAsked: true }), 'reading');
    assert.equal(nextState('opening', 'opened', { ...facts, isPaused: false }), 'reading');
  });
});
