import assert from 'node:assert/strict';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  edgeOf,
  failed,
  INACTIVE,
  Joiner,
  logicalSlot,
  node,
  primary,
  say,
  sender,
  slot,
  T0,
  topology,
} from './builders';

const FILE = topology([node('central')], [{ id: 'electric', node: 'central', slot: 'electric' }]);
const EDGE = 'consumer/electric';

function reading(change: Parameters<typeof logicalSlot>[1] = {}, atMs = T0): NodeSample {
  return answered(primary({ slots: [logicalSlot('electric', change)] }), atMs);
}

const GOLDEN: readonly (readonly [string, NodeSample, string])[] = [
  ['reads behind', reading({ confirmedFlushLsn: 976_000n }), 'streaming (healthy): ? ms, 24000 B'],
  ['has read all', reading(), 'idle (healthy): 0 ms, 0 B'],
  [
    'is away, changes waiting',
    reading({ ...INACTIVE, confirmedFlushLsn: 976_000n }),
    'notStreaming (error): ? ms, 24000 B',
  ],
  [
    'is away, nothing waiting: no comforting 0',
    reading(INACTIVE),
    'notStreaming (error): ? ms, ? B because nobody reads',
  ],
  [
    'lost its slot',
    reading({ ...INACTIVE, walStatus: 'lost' }),
    'slotLost (error): ? ms, ? B because slot lost',
  ],
  [
    'has no slot',
    answered(primary()),
    'notFound (warning): ? ms, ? B because slot electric does not exist on central',
  ],
  [
    'server away',
    failed(),
    'unknown (unknown): ? ms, ? B because central is unreachable from here',
  ],
  [
    'reads a physical slot',
    answered(
      primary({
        senders: [sender({ replayLsn: null, flushLsn: 990_000n })],
        slots: [slot('electric')],
      }),
    ),
    'streaming (healthy): ? ms, 10000 B',
  ],
];

describe('a consumer that is no Postgres', () => {
  for (const [name, central, expected] of GOLDEN) {
    it(name, () => assert.equal(say(edgeOf(new Joiner(FILE).join({ central }), EDGE)), expected));
  }

  it('may confirm rarely before it counts as stuck', () => {
    const joiner = new Joiner(FILE);
    const codes = [0, 30, 60, 90, 119, 121].map((second) => {
      const atMs = T0 + second * 1_000;
      const central = reading({ confirmedFlushLsn: 976_000n }, atMs);
      return edgeOf(joiner.join({ central }, atMs), EDGE).verdict.code;
    });
    assert.deepEqual(codes.slice(0, 5), Array<string>(5).fill('streaming'));
    assert.equal(codes[5], 'stuck');
  });
});
