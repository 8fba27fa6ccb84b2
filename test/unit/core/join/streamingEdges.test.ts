import assert from 'node:assert/strict';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  edgeOf,
  failed,
  hiddenSender,
  INACTIVE,
  Joiner,
  noContact,
  node,
  primary,
  receiver,
  say,
  sender,
  slot,
  slow,
  standby,
  T0,
  topology,
  type Samples,
} from './builders';

const FILE = topology([node('central'), node('read', { standbyOf: 'central', slot: 'read' })]);
const SLOTTED = receiver({ slotName: 'read' });
const EDGE = 'streaming/read';

function central(replay: Parameters<typeof sender>[0] = {}, currentLsn = 1_000_000n): NodeSample {
  return answered(primary({ currentLsn, senders: [sender(replay)], slots: [slot('read')] }));
}

const READ = answered(standby({ receiver: SLOTTED }));
const CUT_OFF = answered(standby({ receiver: null }));
const NO_SENDER = answered(primary({ slots: [slot('read', INACTIVE)] }));

/** One look, without a past. */
const GOLDEN: readonly (readonly [string, Samples, string])[] = [
  [
    'both ends, behind',
    { central: central({ replayLsn: 986_000n, replayLagMs: 12 }), read: READ },
    'streaming (healthy): 12 ms, 14000 B',
  ],
  [
    'idle and caught up: NULL at equal positions is 0',
    { central: central(), read: READ },
    'idle (healthy): 0 ms, 0 B',
  ],
  [
    'NULL with bytes waiting is not 0',
    { central: central({ replayLsn: 986_000n }), read: READ },
    'streaming (healthy): ? ms, 14000 B',
  ],
  [
    'just caught up: the old value is no lag any more',
    { central: central({ replayLagMs: 41_000 }), read: READ },
    'idle (healthy): 0 ms, 0 B',
  ],
  [
    'the upstream was read before its downstream moved on',
    { central: central({ replayLsn: 1_000_400n, replayLagMs: 3 }), read: READ },
    'streaming (healthy): 3 ms, 0 B',
  ],
  [
    'over the warning threshold',
    { central: central({ replayLsn: 10_000n, replayLagMs: 8_400 }), read: READ },
    'lagging (warning): 8400 ms, 990000 B',
  ],
  [
    'over the critical threshold',
    { central: central({ replayLsn: 10_000n, replayLagMs: 30_000 }), read: READ },
    'lagging (error): 30000 ms, 990000 B',
  ],
  [
    'the sender still sends old WAL',
    { central: central({ replayLsn: 10_000n, state: 'catchup' }), read: READ },
    'catchingUp (busy): ? ms, 990000 B',
  ],
  [
    'connected, nothing reported yet',
    { central: central({ replayLsn: null, state: 'startup' }), read: READ },
    'catchingUp (busy): ? ms, ? B because it has not reported its position yet',
  ],
  [
    'row without values: no privilege upstream',
    {
      central: answered(
        primary({ canSeeReplication: false, senders: [hiddenSender()], slots: [slot('read')] }),
        T0,
        { slow: slow({ role: 'app' }) },
      ),
      read: READ,
    },
    'noPrivilege (warning): ? ms, ? B because role app on central needs pg_monitor',
  ],
  [
    'no row for a declared standby',
    { central: NO_SENDER, read: CUT_OFF },
    'notStreaming (error): ? ms, ? B because not streaming',
  ],
  [
    'no row, and the standby is away too',
    { central: NO_SENDER, read: failed() },
    'notStreaming (error): ? ms, ? B because not streaming',
  ],
  [
    'cut off while the primary wrote on: what is missing is known, the time is not',
    { central: answered(primary({ currentLsn: 1_400_000n })), read: CUT_OFF },
    'notStreaming (error): ? ms, 400000 B',
  ],
  [
    'standby unreachable, its sender reports',
    { central: central({ replayLsn: 986_000n, replayLagMs: 12 }), read: failed() },
    'streaming (healthy): 12 ms, 14000 B',
  ],
  [
    'replay paused: the time shown upstream is from before',
    {
      central: central({ replayLsn: 841_000n, replayLagMs: 0.8 }),
      read: answered(standby({ receiver: SLOTTED, replayPauseState: 'paused' })),
    },
    'paused (warning): ? ms, 159000 B',
  ],
  [
    'replay paused with nothing waiting',
    {
      central: central(),
      read: answered(standby({ receiver: SLOTTED, replayPauseState: 'paused' })),
    },
    'paused (warning): 0 ms, 0 B',
  ],
  [
    'upstream unreachable, the receiver heard from it and all is replayed',
    { central: failed(), read: READ },
    'idle (healthy): 0 ms, 0 B',
  ],
  [
    'upstream unreachable, WAL received but not replayed',
    { central: failed(), read: answered(standby({ replayLsn: 900_000n, receiver: SLOTTED })) },
    'streaming (healthy): ? ms, ? B because central is unreachable from here',
  ],
  [
    'upstream unreachable, more was announced than arrived',
    {
      central: failed(),
      read: answered(standby({ receiver: { ...SLOTTED, latestEndLsn: 1_200_000n } })),
    },
    'streaming (healthy): ? ms, ? B because central is unreachable from here',
  ],
  [
    'upstream unreachable, nothing heard for a while',
    {
      central: failed(),
      read: answered(standby({ receiver: { ...SLOTTED, lastMessageAtMs: T0 - 20_000 } })),
    },
    'streaming (healthy): ? ms, ? B because central is unreachable from here',
  ],
  [
    'upstream unreachable, nothing heard for longer than a receiver waits',
    {
      central: failed(),
      read: answered(standby({ receiver: { ...SLOTTED, lastMessageAtMs: T0 - 61_000 } })),
    },
    'unknown (unknown): ? ms, ? B because central is unreachable from here',
  ],
  [
    'upstream unreachable and the receiver gone: equal positions are not 0',
    { central: failed(), read: CUT_OFF },
    'notStreaming (error): ? ms, ? B because no WAL receiver on read',
  ],
  [
    'both unreachable',
    { central: failed(), read: failed('silent') },
    'unknown (unknown): ? ms, ? B because central is unreachable from here, read is unreachable from here',
  ],
  [
    'upstream without a privilege, downstream without one',
    {
      central: failed(),
      read: answered(standby({ receiver: receiver({ isVisible: false, applicationName: null }) })),
    },
    'noPrivilege (warning): ? ms, ? B because the receiver is hidden from our role',
  ],
  [
    'the standby was promoted',
    { central: central(), read: answered(primary({ postmasterStartedAtMs: T0 - 9 })) },
    'roleMismatch (error): ? ms, ? B because it is a primary',
  ],
  [
    'the standby belongs to another system',
    { central: NO_SENDER, read: answered(standby({ systemIdentifier: '42', receiver: null })) },
    'wrongSystem (error): ? ms, ? B because it belongs to another system',
  ],
  [
    'its slot is lost',
    {
      central: answered(
        primary({ slots: [slot('read', { ...INACTIVE, restartLsn: null, walStatus: 'lost' })] }),
      ),
      read: CUT_OFF,
    },
    'slotLost (error): ? ms, ? B because slot lost',
  ],
  [
    'ahead on a newer timeline than its upstream',
    { central: NO_SENDER, read: answered(standby({ timeline: 95, receiver: null })) },
    'diverged (error): ? ms, ? B because diverged',
  ],
  [
    'further than its upstream on an older timeline',
    {
      central: answered(primary({ timeline: 3 })),
      read: answered(standby({ timeline: 2, receiver: null, replayLsn: 2_000_000n })),
    },
    'diverged (error): ? ms, ? B because diverged',
  ],
  [
    'on another timeline, but it may only be reconnecting: no number either',
    {
      central: answered(primary({ timeline: 3 })),
      read: answered(standby({ timeline: 2, receiver: null, replayLsn: 500n, receiveLsn: 500n })),
    },
    'notStreaming (error): ? ms, ? B because not streaming',
  ],
  [
    'restricted mode',
    { central: noContact('restricted'), read: noContact('restricted') },
    'restricted (unknown): ? ms, ? B because restricted mode',
  ],
  [
    'nobody asked yet',
    {},
    'notConnected (unknown): ? ms, ? B because central is not connected, read is not connected',
  ],
  [
    'one waits for consent, the other is away',
    { central: noContact('notApproved'), read: failed() },
    'unknown (unknown): ? ms, ? B because central is not connected, read is unreachable from here',
  ],
];

describe('a streaming edge', () => {
  for (const [name, samples, expected] of GOLDEN) {
    it(name, () => assert.equal(say(edgeOf(new Joiner(FILE).join(samples), EDGE)), expected));
  }

  it('does not turn the time since the last replayed commit into lag', () => {
    const idle = standby({ receiver: SLOTTED, lastReplayedCommitAtMs: T0 - 3_600_000 });
    const edge = edgeOf(new Joiner(FILE).join({ central: central(), read: answered(idle) }), EDGE);
    assert.equal(edge.lagMs, 0);
  });

  it('names the slot, what it keeps and its synchronous state', () => {
    const edge = edgeOf(new Joiner(FILE).join({ central: central(), read: READ }), EDGE);
    assert.equal(edge.slotName, 'read');
    assert.equal(edge.retainedWalBytes, 100_000);
    assert.equal(edge.syncState, 'async');
    assert.equal(edge.isRelativeToUpstream, false);
  });

  it('shows where every fact was read', () => {
    const edge = edgeOf(
      new Joiner(FILE).join({
        central: central({ replayLsn: 986_000n, replayLagMs: 12 }),
        read: READ,
      }),
      EDGE,
    );
    assert.deepEqual(
      edge.evidence.map(({ label, value, source }) =>
        `${label}: ${value} (${source})`.replaceAll('\u00a0', ' '),
      ),
      [
        'Behind: 12 ms · 14 kB (pg_stat_replication on central)',
        'Sender: streaming, sent 0/F4240 (pg_stat_replication on central)',
        'Receiver: streaming, last message 400 ms earlier (pg_stat_wal_receiver on read)',
        'Slot read: active, keeps 98 kB (pg_replication_slots on central)',
        'Timeline: 1 on both (pg_walfile_name() on central, pg_stat_wal_receiver on read)',
      ],
    );
  });

  it('takes the time since when a slot is unread from the server, brought to our clock', () => {
    const away = primary({
      serverTimeMs: T0 + 60_000,
      slots: [slot('read', { ...INACTIVE, inactiveSinceMs: T0 + 48_000 })],
    });
    const edge = edgeOf(new Joiner(FILE).join({ central: answered(away), read: CUT_OFF }), EDGE);
    assert.equal(edge.verdict.sinceMs, T0 - 12_000);
  });

  it('names both timelines when it has diverged', () => {
    const samples = {
      central: answered(primary({ timeline: 3 })),
      read: answered(standby({ timeline: 8, receiver: null })),
    };
    const { verdict } = edgeOf(new Joiner(FILE).join(samples), EDGE);
    assert.deepEqual(verdict.params, { upstreamTimeline: 3, downstreamTimeline: 8 });
  });
});

describe('a streaming edge over time', () => {
  const at = (seconds: number): number => T0 + seconds * 1_000;
  const look = (
    seconds: number,
    upstream: Parameters<typeof sender>[0],
    currentLsn = 1_000_000n,
    downstream = standby({ receiver: SLOTTED }),
  ): Samples => ({
    central: answered(
      primary({
        currentLsn,
        senders: [sender(upstream)],
        slots: [slot('read')],
        serverTimeMs: at(seconds),
      }),
      at(seconds),
    ),
    read: answered({ ...downstream, serverTimeMs: at(seconds) }, at(seconds)),
  });

  it('says stuck, and since when, once bytes wait without moving', () => {
    const joiner = new Joiner(FILE);
    const codes = [0, 2, 4, 6, 8].map((second) => {
      const edge = edgeOf(
        joiner.join(look(second, { replayLsn: 841_000n, replayLagMs: 0.8 }), at(second)),
        EDGE,
      );
      return `${edge.verdict.code} ${edge.lagMs ?? '?'}`;
    });
    assert.deepEqual(codes, ['streaming 0.8', 'streaming ?', 'streaming ?', 'stuck ?', 'stuck ?']);
    const last = edgeOf(joiner.join(look(8, { replayLsn: 841_000n }), at(8)), EDGE);
    assert.equal(last.verdict.sinceMs, at(0));
  });

  it('says so however many looks there are', () => {
    const joiner = new Joiner(FILE);
    let code = '';
    for (let second = 0; second <= 6; second += 0.1) {
      const samples = look(second, { replayLsn: 841_000n, replayLagMs: 9_000 });
      code = edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code;
    }
    assert.equal(code, 'stuck');
  });

  it('is not stuck while it moves, however slowly, nor while nothing waits', () => {
    const joiner = new Joiner(FILE);
    for (const second of [0, 3, 6, 9, 12]) {
      const moving = look(second, { replayLsn: 500_000n + BigInt(second) });
      assert.notEqual(edgeOf(joiner.join(moving, at(second)), EDGE).verdict.code, 'stuck');
    }
    const idle = new Joiner(FILE);
    for (const second of [0, 3, 6, 9, 12]) {
      assert.equal(
        say(edgeOf(idle.join(look(second, {}), at(second)), EDGE)),
        'idle (healthy): 0 ms, 0 B',
      );
    }
  });

  it('counts an answer once, however often it is joined', () => {
    const joiner = new Joiner(FILE);
    const once = look(0, { replayLsn: 841_000n, replayLagMs: 900 });
    for (const second of [0, 1, 2]) {
      const edge = edgeOf(joiner.join(once, at(second)), EDGE);
      assert.equal(say(edge), 'streaming (healthy): 900 ms, 159000 B');
    }
  });

  it('is catching up while a late standby gains, lagging while it does not', () => {
    const joiner = new Joiner(FILE);
    const codes = [900_000n, 700_000n, 400_000n, 450_000n].map((behind, second) => {
      const upstream = { replayLsn: 1_000_000n + BigInt(second) - behind, replayLagMs: 9_000 };
      const samples = look(second, upstream, 1_000_000n + BigInt(second));
      return edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code;
    });
    assert.deepEqual(codes, ['lagging', 'catchingUp', 'catchingUp', 'lagging']);
  });

  it('is lagging when it falls behind look after look, before the time shows it', () => {
    const joiner = new Joiner(FILE);
    const codes = [0, 6, 12, 18, 24].map((second) => {
      const current = 10_000_000n + BigInt(second) * 500_000n;
      const replayLsn = 9_000_000n + BigInt(second) * 100_000n;
      const samples = look(second, { replayLsn, replayLagMs: 900 }, current);
      return edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code;
    });
    assert.deepEqual(codes, ['streaming', 'streaming', 'streaming', 'streaming', 'lagging']);
  });

  it('keeps the last true numbers when it goes stale, and shows none as current', () => {
    const joiner = new Joiner(FILE);
    const samples = look(0, { replayLsn: 986_000n, replayLagMs: 12 });
    joiner.join(samples, at(0));
    const edge = edgeOf(joiner.join(samples, at(4)), EDGE);
    assert.equal(say(edge), 'stale (unknown): ? ms, ? B because not read lately');
    assert.deepEqual(edge.lastKnown, { lagMs: 12, lagBytes: 14_000, atMs: at(0) });
    assert.equal(edge.verdict.sinceMs, at(0));
  });

  it('is stale at once when polling pauses', () => {
    const samples = look(0, {});
    const paused = Object.fromEntries(
      Object.entries(samples).map(([id, sample]) => [id, { ...sample, isPollingPaused: true }]),
    );
    assert.equal(edgeOf(new Joiner(FILE).join(paused), EDGE).verdict.code, 'stale');
  });

  it('keeps its age between idle and streaming, and through a pause', () => {
    const joiner = new Joiner(FILE);
    joiner.join(look(0, {}), at(0));
    joiner.join(look(1, { replayLsn: 986_000n, replayLagMs: 12 }), at(1));
    joiner.join(look(1, {}), at(9));
    const edge = edgeOf(joiner.join(look(10, {}), at(10)), EDGE);
    assert.equal(edge.verdict.sinceMs, at(0));
  });

  it('ages from the first look at an outage', () => {
    const joiner = new Joiner(FILE);
    joiner.join(look(0, {}), at(0));
    const gone = (second: number): Samples => ({
      central: answered(primary({ slots: [slot('read', INACTIVE)] }), at(second)),
      read: answered(standby({ receiver: null }), at(second)),
    });
    joiner.join(gone(5), at(5));
    const edge = edgeOf(joiner.join(gone(17), at(17)), EDGE);
    assert.equal(edge.verdict.code, 'notStreaming');
    assert.equal(edge.verdict.sinceMs, at(5));
  });

  it('believes the newer look when one end says gone and the other still there', () => {
    const lingering = answered(primary({ senders: [sender()], slots: [slot('read')] }), at(1));
    const gone = (second: number): NodeSample => answered(standby({ receiver: null }), at(second));
    const code = (read: NodeSample): string =>
      edgeOf(new Joiner(FILE).join({ central: lingering, read }, at(2)), EDGE).verdict.code;
    assert.equal(code(gone(2)), 'notStreaming');
    assert.equal(code(gone(0)), 'idle');
  });

  it('says diverged when another timeline lasts, notStreaming before', () => {
    const joiner = new Joiner(FILE);
    const codes = [0, 6, 12, 18].map((second) => {
      const samples = {
        central: answered(primary({ timeline: 3 }), at(second)),
        read: answered(
          standby({ timeline: 2, receiver: null, receiveLsn: 500n, replayLsn: 500n }),
          at(second),
        ),
      };
      return edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code;
    });
    assert.deepEqual(codes, ['notStreaming', 'notStreaming', 'notStreaming', 'diverged']);
  });

  it('does not call a standby diverged that was seen on the newer timeline, though its checkpoint is older', () => {
    const joiner = new Joiner(FILE);
    const upstream = (second: number): NodeSample =>
      answered(primary({ timeline: 2, slots: [slot('read', INACTIVE)] }), at(second));
    joiner.join(
      {
        central: upstream(0),
        read: answered(
          standby({ timeline: 1, receiver: { ...SLOTTED, receivedTimeline: 2 } }),
          at(0),
        ),
      },
      at(0),
    );
    for (const second of [6, 12, 18, 24]) {
      const read = answered(standby({ timeline: 1, receiver: null }), at(second));
      const edge = edgeOf(joiner.join({ central: upstream(second), read }, at(second)), EDGE);
      assert.equal(edge.verdict.code, 'notStreaming');
    }
  });
});

describe('a cascade', () => {
  const CASCADE = topology([
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read' }),
    node('archive', { standbyOf: 'read', slot: 'archive' }),
  ]);
  const relay = standby({
    receiver: SLOTTED,
    receiveLsn: 1_000_000n,
    replayLsn: 990_000n,
    senders: [sender({ pid: 111, replayLsn: 955_000n, replayLagMs: 38 })],
    slots: [slot('archive', { activePid: 111 })],
  });
  const archive = answered(
    standby({ receiver: receiver({ slotName: 'archive' }), postmasterStartedAtMs: T0 - 1 }),
  );

  it('measures against what the upstream standby received', () => {
    const snapshot = new Joiner(CASCADE).join({
      central: central(),
      read: answered(relay),
      archive,
    });
    const edge = edgeOf(snapshot, 'streaming/archive');
    assert.equal(say(edge), 'streaming (healthy): 38 ms, 45000 B');
    assert.equal(edge.from, 'read');
    assert.equal(edge.isRelativeToUpstream, true);
  });

  it('measures against what it replayed where that is further', () => {
    const restored = { ...relay, receiveLsn: 900_000n, replayLsn: 1_000_000n };
    const snapshot = new Joiner(CASCADE).join({
      central: central(),
      read: answered(restored),
      archive,
    });
    assert.equal(edgeOf(snapshot, 'streaming/archive').lagBytes, 45_000);
  });

  it('says source cut off below a standby that gets nothing, and never caught up', () => {
    const cut = {
      ...relay,
      receiver: null,
      senders: [sender({ pid: 111, replayLsn: 1_000_000n })],
    };
    const snapshot = new Joiner(CASCADE).join({ central: NO_SENDER, read: answered(cut), archive });
    assert.equal(
      say(edgeOf(snapshot, 'streaming/archive')),
      'sourceCutOff (unknown): ? ms, ? B because source cut off',
    );
  });

  it('says so too when the upstream standby is away and the root has no sender for it', () => {
    const snapshot = new Joiner(CASCADE).join({ central: NO_SENDER, read: failed(), archive });
    assert.equal(edgeOf(snapshot, 'streaming/archive').verdict.code, 'sourceCutOff');
  });

  it('goes on while only replay upstream is paused', () => {
    const held = answered({ ...relay, replayPauseState: 'paused' });
    const snapshot = new Joiner(CASCADE).join({ central: central(), read: held, archive });
    assert.equal(edgeOf(snapshot, 'streaming/archive').verdict.code, 'streaming');
  });

  it('does not take a sender of the usual name elsewhere for that of a standby of the file', () => {
    const file = topology([
      node('central'),
      node('read', { standbyOf: 'central', slot: 'read' }),
      node('archive', { standbyOf: 'central' }),
    ]);
    const stranger = { ...relay, senders: [sender({ pid: 111 })], slots: [] };
    const unslotted = answered(standby({ postmasterStartedAtMs: T0 - 1 }));
    for (const upstream of [failed(), central()]) {
      const samples = { central: upstream, read: answered(stranger), archive: unslotted };
      assert.equal(edgeOf(new Joiner(file).join(samples), 'streaming/archive').from, 'central');
    }
  });

  it('follows a standby that streams from another node than the file says, as a warning', () => {
    const file = topology([
      node('central'),
      node('read', { standbyOf: 'central', slot: 'read' }),
      node('archive', { standbyOf: 'central', slot: 'archive' }),
    ]);
    const snapshot = new Joiner(file).join({ central: central(), read: answered(relay), archive });
    const edge = edgeOf(snapshot, 'streaming/archive');
    assert.equal(edge.from, 'read');
    assert.equal(say(edge), 'streaming (warning): 38 ms, 45000 B');
    assert.deepEqual(edge.verdict.params, {
      otherNodes: ['central'],
      reason: 'streams from read, the file says central',
    });
  });
});
