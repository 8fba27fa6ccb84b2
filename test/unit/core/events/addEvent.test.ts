import assert from 'node:assert/strict';
import { addEvent, EVENT_LIMIT, EVENT_SPAN_MS } from '../../../../src/core/events/addEvent';
import type { TopologyEvent } from '../../../../src/core/events/topologyEvent';

const NOW = Date.UTC(2026, 10, 21, 14, 0);
const MINUTE = 60_000;

function event(atMs: number, change: Partial<TopologyEvent> = {}): TopologyEvent {
  return {
    atMs,
    kind: 'state',
    subject: 'streaming/a',
    health: 'error',
    code: 'notStreaming',
    text: 'a stopped streaming',
    ...change,
  };
}
const well = (atMs: number) =>
  event(atMs, { health: 'healthy', code: 'streaming', text: 'a streams again' });
const all = (events: readonly TopologyEvent[], nowMs = NOW) =>
  events.reduce<readonly TopologyEvent[]>((kept, one) => addEvent(kept, one, nowMs), []);

describe('addEvent', () => {
  it('keeps the order of time, whatever comes late', () => {
    const late = event(NOW - 2 * MINUTE, { subject: 'b' });
    assert.deepEqual(
      all([event(NOW - 3 * MINUTE), event(NOW - MINUTE, { subject: 'c' }), late]).map(
        ({ subject }) => subject,
      ),
      ['streaming/a', 'b', 'c'],
    );
  });

  it('tells a flapping subject once, with how often, and how it ended', () => {
    const flaps = Array.from({ length: 7 }, (_, at) => [
      event(NOW + at * 5 * MINUTE),
      well(NOW + at * 5 * MINUTE + MINUTE),
    ]).flat();
    const kept = all([event(NOW - 1, { subject: 'other' }), ...flaps], NOW + 40 * MINUTE);
    assert.deepEqual(
      kept.map(({ text, times }) => [text, times]),
      [
        ['a stopped streaming', undefined],
        ['a stopped streaming, 7 times in 30\u00a0min', 7],
        ['a streams again', undefined],
      ],
    );
    assert.equal(kept[1]?.firstAtMs, NOW);
  });

  it('tells two outages apart, and others again after an hour', () => {
    assert.equal(all([event(NOW), well(NOW + 1), event(NOW + 2), well(NOW + 3)]).length, 4);
    const hourly = [0, 61, 122, 183].map((minutes) => event(NOW + minutes * MINUTE));
    assert.equal(all(hourly, NOW + 200 * MINUTE).length, 4);
  });

  it('does not count changes, drains and checks of a subject', () => {
    const checks = Array.from({ length: 5 }, (_, at) => event(NOW + at, { kind: 'check' }));
    assert.equal(all(checks).length, 5);
  });

  it('forgets what is older than a day, and the oldest of too many', () => {
    const old = event(NOW - EVENT_SPAN_MS, { subject: 'old' });
    assert.deepEqual(
      all([old, event(NOW)]).map(({ subject }) => subject),
      ['streaming/a'],
    );
    const many = Array.from({ length: EVENT_LIMIT + 5 }, (_, at) =>
      event(NOW + at, { subject: `s${at}` }),
    );
    const kept = all(many);
    assert.equal(kept.length, EVENT_LIMIT);
    assert.equal(kept[0]?.subject, 's5');
  });
});
