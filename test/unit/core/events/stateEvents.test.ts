import assert from 'node:assert/strict';
import {
  resumedEvent,
  stateEvents,
  toldAfter,
  type ToldStates,
} from '../../../../src/core/events/stateEvents';
import type { QueueFacts } from '../../../../src/core/facts';
import type { TopologySnapshot, VerdictCode } from '../../../../src/core/snapshot';
import { edge, node, NOW_MS, queue, slot, snapshot, verdict } from '../../../webview/support/build';
import { healthy, trouble } from '../../../webview/support/states';

const NOTHING: ToldStates = new Map();
const textsOf = (told: ToldStates, after: TopologySnapshot) =>
  stateEvents(told, after).map(({ text }) => text);

function withEdge(code: VerdictCode, health: 'healthy' | 'error' | 'unknown'): TopologySnapshot {
  return snapshot({
    name: 'One',
    nodes: [node('central', { role: 'primary' }), node('central-read')],
    edges: [
      edge('streaming', 'central-read', 'central', 'central-read', {
        verdict: verdict(code, health, 12),
      }),
    ],
  });
}

describe('stateEvents', () => {
  it('tells nothing of a topology that was and is well', () => {
    assert.deepEqual(textsOf(NOTHING, healthy), []);
  });

  it('tells troubles oldest first, with the time since when they hold', () => {
    const events = stateEvents(NOTHING, trouble);
    assert.deepEqual(
      events.map(({ text, subject }) => [text, subject]),
      [
        ['electric stopped reading', 'consumer/electric'],
        [
          'Slot electric_slot_default on central is near its limit',
          'slot/central/electric_slot_default',
        ],
        ['Queue of vengeance grows: 412 operations wait', 'queue/vengeance'],
        ['patterns_sub stopped by an error', 'logical/singularity/patterns_sub'],
        ['central-read stopped streaming', 'streaming/central-read'],
      ],
    );
    assert.equal(events.at(-1)?.atMs, NOW_MS - 12_000);
    assert.ok(events.every(({ kind, health }) => kind === 'state' && health !== 'healthy'));
  });

  it('tells a state once, and when it is over', () => {
    const told = toldAfter(NOTHING, stateEvents(NOTHING, trouble));
    assert.deepEqual(textsOf(told, trouble), []);
    assert.deepEqual(textsOf(told, healthy).toSorted(), [
      'Queue of vengeance is well again',
      'Slot electric_slot_default on central is well again',
      'central-read streams again',
      'electric receives again',
      'patterns_sub receives again',
    ]);
    assert.equal(toldAfter(told, stateEvents(told, healthy)).size, 0);
  });

  it('takes not knowing for no change', () => {
    const cut = stateEvents(NOTHING, withEdge('notStreaming', 'error'));
    const told = toldAfter(NOTHING, cut);
    assert.deepEqual(textsOf(told, withEdge('unknown', 'unknown')), []);
    assert.deepEqual(textsOf(told, withEdge('notStreaming', 'error')), []);
    assert.deepEqual(textsOf(told, withEdge('streaming', 'healthy')), [
      'central-read streams again',
    ]);
    assert.deepEqual(textsOf(NOTHING, withEdge('unknown', 'unknown')), []);
  });

  it('tells another trouble of the same subject', () => {
    const told = toldAfter(NOTHING, stateEvents(NOTHING, withEdge('notStreaming', 'error')));
    assert.deepEqual(textsOf(told, withEdge('slotLost', 'error')), ['central-read lost its slot']);
  });

  it('leaves a slot whose reader is away to its reader, and counts what waits in a queue', () => {
    const after = snapshot({
      name: 'One',
      nodes: [node('central', { role: 'primary' })],
      edges: [],
      slots: [slot('central', 's', { verdict: verdict('notStreaming', 'warning', 12) })],
      queues: [
        queue('edge', 'central', { conflicts: 3 }, verdict('queueConflicts', 'warning', 12)),
      ],
    });
    assert.deepEqual(textsOf(NOTHING, after), ['Queue of edge has 3 conflicts']);
  });

  it('counts one as one', () => {
    const told = (facts: Partial<QueueFacts>, code: VerdictCode) =>
      textsOf(
        NOTHING,
        snapshot({
          name: 'One',
          nodes: [node('central', { role: 'primary' })],
          edges: [],
          queues: [queue('edge', 'central', facts, verdict(code, 'error', 12))],
        }),
      );
    assert.deepEqual(told({ dead: 1 }, 'queueDead'), ['Queue of edge has 1 dead operation']);
    assert.deepEqual(told({ waiting: 1 }, 'queueGrowing'), [
      'Queue of edge grows: 1 operation waits',
    ]);
    assert.deepEqual(told({ conflicts: 1 }, 'queueConflicts'), ['Queue of edge has 1 conflict']);
  });

  it('says that nothing was seen while nobody looked', () => {
    const later = snapshot({ name: 'One', nodes: [node('central')], edges: [] });
    const before = snapshot({ name: 'One', nodes: [node('central', { asOfS: 131 })], edges: [] });
    assert.match(
      resumedEvent(before, later)?.text ?? '',
      /^Watching resumed after 2\u00a0min 10\u00a0s/,
    );
    assert.equal(resumedEvent(later, later), null);
    assert.equal(
      resumedEvent(
        snapshot({ name: 'One', nodes: [node('central', { asOfS: null })], edges: [] }),
        later,
      ),
      null,
    );
  });
});
