import assert from 'node:assert/strict';
import type { SlotFacts } from '../../../../src/core/facts';
import type { SlotSnapshot, TopologySnapshot } from '../../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS } from '../../../../src/core/topology';
import {
  answered,
  INACTIVE,
  Joiner,
  node,
  nodeOf,
  primary,
  sender,
  slot,
  slotOf,
  slow,
  T0,
  topology,
} from './builders';

const MB = 2 ** 20;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const START = 100 * MB;

interface Look {
  /** Where the WAL ends, in MB after the start. */
  readonly end: number;
  /** Where the slot stands, in MB after the start. */
  readonly restart: number;
}

interface Case {
  readonly limit?: string;
  readonly fileLimitBytes?: number;
  readonly slot?: Partial<SlotFacts>;
  readonly everyMs?: number;
}

/** Looks at one slot, by default every 5 s. */
function watch(
  looks: readonly Look[],
  { limit = '64MB', fileLimitBytes, everyMs = 5 * SECOND, ...rest }: Case = {},
) {
  const file = {
    ...topology([node('central'), node('read', { standbyOf: 'central', slot: 'read' })]),
    thresholds: {
      ...DEFAULT_THRESHOLDS,
      ...(fileLimitBytes === undefined ? {} : { retainedWalBytes: fileLimitBytes }),
    },
  };
  const joiner = new Joiner(file);
  const snapshots: TopologySnapshot[] = [];
  for (const [index, { end, restart }] of looks.entries()) {
    const atMs = T0 + index * everyMs;
    const fast = primary({
      currentLsn: BigInt(Math.floor(START + end * MB)),
      senders: [sender()],
      slots: [slot('read', { restartLsn: BigInt(Math.floor(START + restart * MB)), ...rest.slot })],
    });
    const settings = { max_slot_wal_keep_size: limit };
    snapshots.push(
      joiner.join({ central: answered(fast, atMs, { slow: slow({ settings }) }) }, atMs),
    );
  }
  return snapshots;
}

/** A slot that nobody reads while `rate` MB are written every 5 s. */
const standing = (count: number, rate: number): readonly Look[] =>
  Array.from({ length: count }, (_, index) => ({ end: index * rate, restart: 0 }));

function last(snapshots: readonly TopologySnapshot[]): SlotSnapshot {
  const snapshot = snapshots.at(-1);
  assert.ok(snapshot);
  return slotOf(snapshot, 'read');
}

describe('the limit of a slot', () => {
  it('is not there where neither the server nor the file has one', () => {
    assert.equal(last(watch(standing(20, 1), { limit: '-1' })).toLimit, undefined);
  });

  it('is told without a time until its rate was seen for a minute', () => {
    const { toLimit } = last(watch(standing(12, 1)));
    assert.deepEqual(toLimit, {
      by: 'server',
      limitBytes: 64 * MB,
      leftBytes: 53 * MB,
      pace: 'unknown',
      ms: null,
    });
  });

  it('comes nearer at the rate of the WAL while the slot stands', () => {
    // 32 of 64 MB after 160 s, 0.2 MB/s: as long again.
    const { toLimit, verdict } = last(watch(standing(33, 1)));
    assert.equal(toLimit?.pace, 'approaching');
    assert.equal(toLimit.ms, 160 * SECOND);
    assert.deepEqual([verdict.code, verdict.health], ['nearLimit', 'error']);
  });

  it('takes what the server says is left, which counts in segments', () => {
    const { toLimit } = last(watch(standing(33, 1), { slot: { safeWalBytes: 40 * MB } }));
    assert.equal(toLimit?.leftBytes, 40 * MB);
    assert.equal(toLimit.ms, 200 * SECOND);
    const gone = last(watch(standing(2, 1), { slot: { safeWalBytes: -5 } }));
    assert.deepEqual([gone.toLimit?.leftBytes, gone.toLimit?.ms], [0, 0]);
    assert.deepEqual([gone.verdict.code, gone.verdict.health], ['nearLimit', 'error']);
  });

  it('uses the rate of the node for a slot whose reader went away just now', () => {
    const read = Array.from({ length: 20 }, (_, index) => ({ end: index, restart: index }));
    const away = Array.from({ length: 4 }, (_, index) => ({ end: 20 + index, restart: 19 }));
    const snapshots = watch([...read, ...away], { slot: INACTIVE });
    assert.equal(last(snapshots).toLimit?.ms, 300 * SECOND);
  });

  it('is steady while the reader keeps up, in steps or not', () => {
    // Every 30 s it confirms all of it; between that it keeps up to 6 MB.
    const sawtooth = Array.from({ length: 48 }, (_, index) => ({
      end: index,
      restart: index - (index % 6),
    }));
    for (const [index, snapshot] of watch(sawtooth).entries()) {
      const { toLimit, verdict } = slotOf(snapshot, 'read');
      assert.equal(toLimit?.pace, index < 12 ? 'unknown' : 'steady', `look ${index}`);
      assert.equal(verdict.code, 'healthy');
    }
  });

  it('comes nearer by what a slow reader leaves behind', () => {
    // 1 MB is written and half of it read every 5 s.
    const slowReader = Array.from({ length: 60 }, (_, index) => ({
      end: index,
      restart: index / 2,
    }));
    const { toLimit } = last(watch(slowReader));
    assert.equal(toLimit?.pace, 'approaching');
    const expected = (64 - 29.5) * 10 * SECOND;
    assert.ok(Math.abs((toLimit.ms ?? 0) - expected) < 0.1 * expected, String(toLimit.ms));
  });

  it('is steady where nothing is written, and where it takes more than two days', () => {
    const idle = Array.from({ length: 20 }, () => ({ end: 30, restart: 0 }));
    assert.equal(last(watch(idle)).toLimit?.pace, 'steady');
    const far = last(watch(standing(20, 0.001), { limit: '1GB' }));
    assert.deepEqual([far.toLimit?.pace, far.toLimit?.ms], ['steady', null]);
  });

  it('is a warning before it is an error, and never healthy on the way', () => {
    // 12 MB a minute against 2 GB: 2 h 50 min in all.
    const snapshots = watch(standing(170, 12), { limit: '2GB', everyMs: MINUTE });
    const states = snapshots.map((found) => {
      const { verdict } = slotOf(found, 'read');
      return `${verdict.code} ${verdict.health}`;
    });
    const firstOf = (state: string): number => states.indexOf(state);
    assert.ok(firstOf('nearLimit warning') > 0);
    assert.ok(firstOf('nearLimit error') > firstOf('nearLimit warning'));
    assert.equal(states.lastIndexOf('healthy healthy'), firstOf('nearLimit warning') - 1);
    assert.equal(states.lastIndexOf('nearLimit warning'), firstOf('nearLimit error') - 1);
    const red = snapshots[firstOf('nearLimit error')];
    assert.ok(red);
    const ms = slotOf(red, 'read').toLimit?.ms ?? 0;
    assert.ok(ms > 59 * MINUTE && ms <= 60 * MINUTE, String(ms));
  });

  it('of the file is a warning from nine tenths on, and never an error', () => {
    const at = (kept: number): string => {
      const looks = [{ end: kept, restart: 0 }];
      const { verdict } = last(watch(looks, { limit: '-1', fileLimitBytes: 50 * MB }));
      return `${verdict.code} (${verdict.health})`;
    };
    assert.equal(at(44), 'healthy (healthy)');
    assert.equal(at(45), 'nearLimit (warning)');
    assert.equal(at(500), 'nearLimit (warning)');
  });

  it('of the server goes first where both are set', () => {
    const { toLimit } = last(watch(standing(2, 1), { fileLimitBytes: MB }));
    assert.equal(toLimit?.by, 'server');
  });

  it('forgets what it saw when the slot was made anew', () => {
    const before = standing(30, 1).map(({ end }) => ({ end: end + 20, restart: 20 }));
    assert.equal(last(watch(before)).toLimit?.pace, 'approaching');
    const anew = { end: 50, restart: 10 };
    assert.equal(last(watch([...before, anew])).toLimit?.pace, 'unknown');
  });
});

describe('the WAL rate of a node', () => {
  it('is that of the last minute, seen for 10 s', () => {
    const rates = watch(standing(40, 1)).map((found) => nodeOf(found, 'central').walBytesPerSecond);
    assert.deepEqual(rates.slice(0, 3), [null, null, Math.round(MB / 5)]);
    assert.ok(rates.slice(2).every((rate) => rate === Math.round(MB / 5)));
  });

  it('is 0 a minute after the last write', () => {
    const looks = [
      ...standing(10, 1),
      ...Array.from({ length: 14 }, () => ({ end: 9, restart: 0 })),
    ];
    const rates = watch(looks).map((found) => nodeOf(found, 'central').walBytesPerSecond ?? -1);
    assert.equal(rates.at(-1), 0);
    assert.ok((rates.at(12) ?? 0) > 0);
  });

  it('is not known of a node that is away, or after its position went back', () => {
    const back = [...standing(10, 1), { end: 0, restart: 0 }];
    assert.equal(nodeOf(watch(back).at(-1) ?? assert.fail(), 'central').walBytesPerSecond, null);
    assert.equal(nodeOf(watch(back).at(-1) ?? assert.fail(), 'read').walBytesPerSecond, null);
  });
});
