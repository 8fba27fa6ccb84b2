import assert from 'node:assert/strict';
import type { FastFacts } from '../../../../src/core/facts';
import type { SlotSnapshot } from '../../../../src/core/snapshot';
import type { Topology } from '../../../../src/core/topology';
import {
  answered,
  INACTIVE,
  Joiner,
  logicalSlot,
  node,
  primary,
  receiver,
  sender,
  slot,
  slotOf,
  slow,
  standby,
  subscriber,
  subscribes,
  subscription,
  T0,
  topology,
  type Samples,
} from './builders';

const FILE = topology(
  [
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read' }),
    node('genesis', { subscriptions: [subscribes('metrics_sub', 'central')] }),
  ],
  [{ id: 'electric', node: 'central', slot: 'electric_slot' }],
);

function slotsOf(
  fast: Partial<FastFacts>,
  settings: Readonly<Record<string, string>> = {},
  others: Samples = {},
  file: Topology = FILE,
): readonly SlotSnapshot[] {
  const central = answered(primary(fast), T0, { slow: slow({ settings }) });
  return new Joiner(file).join({ ...others, central }).slots;
}

function copying(name: string, tables: number): FastFacts['subscriptions'][number] {
  return subscription(name, { tableStates: { i: 0, d: tables, f: 0, s: 0, r: 1 } });
}

function judge(change: Parameters<typeof slot>[1], limit = '10GB'): string {
  const [only] = slotsOf(
    { currentLsn: 20n * 2n ** 30n, senders: [sender()], slots: [slot('read', change)] },
    { max_slot_wal_keep_size: limit },
  );
  return only === undefined ? 'none' : `${only.verdict.code} (${only.verdict.health})`;
}

const GB = 2n ** 30n;

describe('a slot', () => {
  it('is healthy while it is read, far from its limit', () => {
    assert.equal(judge({ restartLsn: 19n * GB }), 'healthy (healthy)');
  });

  it('is near its limit from nine tenths on, or when the server says that little is safe', () => {
    assert.equal(judge({ restartLsn: 11n * GB + 1n }), 'healthy (healthy)');
    assert.equal(judge({ restartLsn: 11n * GB }), 'nearLimit (error)');
    assert.equal(judge({ restartLsn: 19n * GB, safeWalBytes: 2 ** 30 }), 'nearLimit (error)');
    assert.equal(judge({ restartLsn: 19n * GB, safeWalBytes: -1 }), 'nearLimit (error)');
    assert.equal(judge({ walStatus: 'unreserved' }, '-1'), 'nearLimit (error)');
  });

  it('has no limit to be near to where none is set', () => {
    assert.equal(judge({ restartLsn: 0n }, '-1'), 'healthy (healthy)');
    const [only] = slotsOf({ slots: [slot('read')] }, { max_slot_wal_keep_size: '-1' });
    assert.equal(only?.limitBytes, null);
  });

  it('reads the limit with its unit, or in megabytes without one', () => {
    const limitOf = (text: string): number | null | undefined =>
      slotsOf({ slots: [slot('read')] }, { max_slot_wal_keep_size: text })[0]?.limitBytes;
    assert.equal(limitOf('10GB'), 10 * 2 ** 30);
    assert.equal(limitOf('512kB'), 512 * 1024);
    assert.equal(limitOf('64'), 64 * 2 ** 20);
    assert.equal(limitOf('much'), null);
  });

  it('is lost when the server says so, or gives a reason', () => {
    assert.equal(judge({ ...INACTIVE, walStatus: 'lost', restartLsn: null }), 'slotLost (error)');
    assert.equal(judge({ ...INACTIVE, invalidationReason: 'idle_timeout' }), 'slotLost (error)');
  });

  it('keeps WAL for a reader who is away, or as an orphan for nobody', () => {
    assert.equal(judge({ ...INACTIVE, restartLsn: 19n * GB }), 'notStreaming (warning)');
    const [orphan] = slotsOf({
      slots: [slot('old_reports', { ...INACTIVE, restartLsn: 400_000n })],
    });
    assert.equal(orphan?.verdict.code, 'orphan');
    assert.equal(orphan.consumer, null);
    assert.equal(orphan.isDeclared, false);
    assert.equal(orphan.retainedWalBytes, 600_000);
  });

  it('keeps an unknown amount while it never reserved any', () => {
    const [fresh] = slotsOf({
      slots: [slot('read', { ...INACTIVE, restartLsn: null, walStatus: null })],
    });
    assert.equal(fresh?.retainedWalBytes, null);
  });

  it('names its reader: standby, subscription or consumer', () => {
    const snapshot = new Joiner(FILE).join({
      central: answered(
        primary({
          slots: [slot('read'), logicalSlot('metrics_sub'), logicalSlot('electric_slot')],
        }),
      ),
      read: answered(standby({ receiver: receiver({ slotName: 'read' }) })),
      genesis: answered(subscriber({ subscriptions: [subscription('metrics_sub')] })),
    });
    assert.equal(slotOf(snapshot, 'read').consumer, 'read');
    assert.equal(slotOf(snapshot, 'metrics_sub').consumer, 'genesis/metrics_sub');
    assert.equal(slotOf(snapshot, 'electric_slot').consumer, 'electric');
    assert.ok(snapshot.slots.every((found) => found.isDeclared));
  });

  it('of a table copy belongs to its subscription', () => {
    const name = 'pg_16400_sync_16390_7710400000000000002';
    const snapshot = new Joiner(FILE).join({
      central: answered(primary({ slots: [logicalSlot(name, INACTIVE)] })),
      genesis: answered(subscriber({ subscriptions: [copying('metrics_sub', 1)] })),
    });
    assert.equal(slotOf(snapshot, name).consumer, 'genesis/metrics_sub');
    assert.notEqual(slotOf(snapshot, name).verdict.code, 'orphan');
    assert.deepEqual(slotOf(snapshot, name).tableSync, {
      of: 'genesis/metrics_sub',
      isLeft: false,
    });
  });

  it('of a table copy is left when its copy is done, or its subscription gone', () => {
    const name = 'pg_16400_sync_16390_7710400000000000002';
    const found = (subscriptions: FastFacts['subscriptions'], isActive = false) => {
      const change = isActive ? {} : INACTIVE;
      const snapshot = new Joiner(FILE).join({
        central: answered(primary({ slots: [logicalSlot(name, change)] })),
        genesis: answered(subscriber({ subscriptions })),
        read: answered(standby({})),
      });
      const { tableSync, consumer, verdict } = slotOf(snapshot, name);
      return [tableSync?.of, tableSync?.isLeft, consumer, verdict.code];
    };
    const of = 'genesis/metrics_sub';
    assert.deepEqual(found([copying('metrics_sub', 0)]), [of, true, null, 'orphan']);
    assert.deepEqual(found([copying('metrics_sub', 0)], true), [of, false, of, 'healthy']);
    assert.deepEqual(found([]), [null, true, null, 'orphan']);
  });

  it('of a table copy is not called left while who has it was not read', () => {
    const name = 'pg_16400_sync_16390_7710400000000000002';
    const [unread] = slotsOf({ slots: [logicalSlot(name, INACTIVE)] });
    assert.deepEqual(unread?.tableSync, { of: null, isLeft: null });
    assert.equal(unread.verdict.code, 'unknown');
    const foreign = 'pg_16400_sync_16390_1';
    const all = { read: answered(standby({})), genesis: answered(subscriber({})) };
    const [elsewhere] = slotsOf({ slots: [logicalSlot(foreign, INACTIVE)] }, {}, all);
    assert.deepEqual(elsewhere?.tableSync, { of: null, isLeft: false });
    assert.equal(elsewhere.verdict.code, 'orphan');
  });

  it('tells who reads it now, and since when nobody does', () => {
    const senders = [sender({ pid: 101, applicationName: 'walg', clientAddress: '10.0.0.9' })];
    const [read, byHand, away, older] = slotsOf({
      senders,
      slots: [
        slot('a', { activePid: 101 }),
        slot('b', { activePid: 7 }),
        slot('c', { ...INACTIVE, inactiveSinceMs: T0 - 60_000 }),
        slot('d', { ...INACTIVE, inactiveSinceMs: null }),
      ],
    });
    assert.deepEqual(read?.reader, {
      pid: 101,
      isSender: true,
      applicationName: 'walg',
      clientAddress: '10.0.0.9',
    });
    assert.equal(read.inactiveSinceMs, null);
    assert.equal(byHand?.reader?.isSender, false);
    assert.equal(away?.reader, null);
    assert.equal(away.inactiveSinceMs, T0 - 60_000);
    assert.equal(older?.inactiveSinceMs, null);
  });

  it('that a standby keeps in step for a failover is no orphan there', () => {
    const copied = logicalSlot('metrics_sub', INACTIVE);
    const snapshot = new Joiner(FILE).join({
      central: answered(primary({ slots: [logicalSlot('metrics_sub')] })),
      read: answered(standby({ slots: [copied] })),
      genesis: answered(subscriber({ subscriptions: [subscription('metrics_sub')] })),
    });
    const copy = snapshot.slots.find((found) => found.nodeId === 'read');
    assert.equal(copy?.verdict.code, 'healthy');
    assert.equal(copy.consumer, 'genesis/metrics_sub');
  });

  it('is listed once where several nodes are databases of one server, at its own database', () => {
    const file = topology([node('a'), node('b')]);
    const slots = [slot('standby_slot'), logicalSlot('logical_slot', { database: 'second' })];
    const samples = {
      a: answered(primary({ database: 'first', slots })),
      b: answered(primary({ database: 'second', slots })),
    };
    const found = new Joiner(file).join(samples).slots;
    assert.deepEqual(
      found.map(({ nodeId, name }) => `${nodeId} ${name}`),
      ['a standby_slot', 'b logical_slot'],
    );
  });

  it('that lives as long as a session only is left out', () => {
    assert.deepEqual(slotsOf({ slots: [slot('pg_walreceiver_7', { isTemporary: true })] }), []);
  });
});
