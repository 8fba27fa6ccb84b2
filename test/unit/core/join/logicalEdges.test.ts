import assert from 'node:assert/strict';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  edgeOf,
  failed,
  INACTIVE,
  Joiner,
  logicalSlot,
  noContact,
  node,
  primary,
  say,
  sender,
  slow,
  subscriber,
  subscribes,
  subscription,
  T0,
  topology,
  type Samples,
} from './builders';

const FILE = topology([
  node('central'),
  node('genesis', { subscriptions: [subscribes('metrics_sub', 'central')] }),
]);
const EDGE = 'logical/genesis/metrics_sub';

type SlotChange = Parameters<typeof logicalSlot>[1];
type SubscriptionChange = Parameters<typeof subscription>[1];

function publisher(
  slotChange: SlotChange = {},
  senderChange: Parameters<typeof sender>[0] = {},
  atMs = T0,
): NodeSample {
  const slot = logicalSlot('metrics_sub', slotChange);
  const senders = slot.isActive
    ? [sender({ applicationName: 'metrics_sub', ...senderChange })]
    : [];
  return answered(primary({ senders, slots: [slot], serverTimeMs: atMs }), atMs);
}

function genesis(change: SubscriptionChange = {}, atMs = T0): NodeSample {
  const subscriptions = [subscription('metrics_sub', change)];
  return answered(subscriber({ subscriptions, serverTimeMs: atMs }), atMs);
}

const STOPPED = { workerPid: null } as const;
const COPYING = { tableStates: { i: 4, d: 1, f: 0, s: 0, r: 2 }, syncWorkers: 2 } as const;
const WAITING = { ...INACTIVE, confirmedFlushLsn: 709_000n } as const;
const LOCKED = { workerWaitEventType: 'Lock', workerWaitEvent: 'relation', blockingPids: [8114] };

const GOLDEN: readonly (readonly [string, Samples, string])[] = [
  [
    'both ends, behind: bytes from the slot, time from its sender',
    {
      central: publisher({ confirmedFlushLsn: 989_000n }, { replayLagMs: 9 }),
      genesis: genesis(),
    },
    'streaming (healthy): 9 ms, 11000 B',
  ],
  ['caught up', { central: publisher(), genesis: genesis() }, 'idle (healthy): 0 ms, 0 B'],
  [
    'the sender belongs to another slot: its time is not ours',
    {
      central: publisher({ confirmedFlushLsn: 989_000n, activePid: 7 }, { replayLagMs: 9 }),
      genesis: genesis(),
    },
    'streaming (healthy): ? ms, 11000 B',
  ],
  [
    'disabled by a person, changes waiting',
    { central: publisher(WAITING), genesis: genesis({ isEnabled: false, ...STOPPED }) },
    'disabled (warning): ? ms, 291000 B',
  ],
  [
    'disabled while nothing waits: no comforting 0',
    { central: publisher(INACTIVE), genesis: genesis({ isEnabled: false, ...STOPPED }) },
    'disabled (warning): ? ms, ? B because nothing is applied',
  ],
  [
    'disabled by disable_on_error',
    {
      central: publisher(WAITING),
      genesis: genesis({ isEnabled: false, ...STOPPED, disablesOnError: true, applyErrorCount: 1 }),
    },
    'stoppedByError (error): ? ms, 291000 B',
  ],
  [
    'errors without disable_on_error: whoever disabled it was a person',
    {
      central: publisher(WAITING),
      genesis: genesis({ isEnabled: false, ...STOPPED, applyErrorCount: 3 }),
    },
    'disabled (warning): ? ms, 291000 B',
  ],
  [
    'copying: the slot says nothing of tables that are not there yet',
    { central: publisher(), genesis: genesis(COPYING) },
    'copying (busy): ? ms, ? B because copying 5 of 7 tables',
  ],
  [
    'blocked by a lock: every lag column upstream is NULL',
    {
      central: publisher({ confirmedFlushLsn: 400_000n }),
      genesis: genesis(LOCKED),
    },
    'blocked (warning): ? ms, 600000 B',
  ],
  [
    'a lock that holds nothing up is no news',
    { central: publisher(), genesis: genesis(LOCKED) },
    'idle (healthy): 0 ms, 0 B',
  ],
  [
    'a lock by which parallel workers hand over is no blockade',
    {
      central: publisher({ confirmedFlushLsn: 400_000n }),
      genesis: genesis({ ...LOCKED, workerWaitEvent: 'applytransaction', blockingPids: [] }),
    },
    'streaming (healthy): ? ms, 600000 B',
  ],
  [
    'no worker and no reader',
    { central: publisher(WAITING), genesis: genesis(STOPPED) },
    'notStreaming (error): ? ms, 291000 B',
  ],
  [
    'no reader though a worker hangs',
    { central: publisher(INACTIVE), genesis: genesis() },
    'notStreaming (error): ? ms, ? B because nothing is applied',
  ],
  [
    'slot lost',
    {
      central: publisher({ ...INACTIVE, walStatus: 'lost', restartLsn: null }),
      genesis: genesis(STOPPED),
    },
    'slotLost (error): ? ms, ? B because nothing is applied',
  ],
  [
    'slot dropped',
    { central: answered(primary()), genesis: genesis(STOPPED) },
    'notStreaming (error): ? ms, ? B because nothing is applied',
  ],
  [
    'a slot of the same name in another database is not its slot',
    { central: publisher({ database: 'other' }), genesis: genesis() },
    'notStreaming (error): ? ms, ? B because nothing is applied',
  ],
  [
    'declared, but not on the server',
    { central: answered(primary()), genesis: answered(subscriber()) },
    'notFound (warning): ? ms, ? B because subscription metrics_sub does not exist on genesis',
  ],
  [
    'publisher away, worker there: running, how far behind nobody knows',
    { central: failed(), genesis: genesis() },
    'streaming (healthy): ? ms, ? B because central is unreachable from here',
  ],
  [
    'publisher away, worker silent for longer than it would wait',
    { central: failed(), genesis: genesis({ lastMessageAtMs: T0 - 61_000 }) },
    'unknown (unknown): ? ms, ? B because central is unreachable from here',
  ],
  [
    'publisher away, worker gone',
    { central: failed(), genesis: genesis(STOPPED) },
    'notStreaming (error): ? ms, ? B because nothing is applied',
  ],
  [
    'publisher away, still copying',
    { central: failed(), genesis: genesis(COPYING) },
    'copying (busy): ? ms, ? B because copying 5 of 7 tables',
  ],
  [
    'subscriber away, tables were ready: what the publisher sees',
    {
      central: publisher({ confirmedFlushLsn: 989_000n }, { replayLagMs: 9 }),
      genesis: failed('refused', genesis()),
    },
    'streaming (healthy): 9 ms, 11000 B',
  ],
  [
    'subscriber away while it copied: the slot alone proves nothing',
    { central: publisher(), genesis: failed('refused', genesis(COPYING)) },
    'copying (busy): ? ms, ? B because copying 5 of 7 tables',
  ],
  [
    'subscriber never read, slot active: the state of its tables is not known',
    { central: publisher(), genesis: failed() },
    'unknown (unknown): ? ms, ? B because genesis is unreachable from here',
  ],
  [
    'subscriber never read, slot unread',
    { central: publisher(WAITING), genesis: noContact('notApproved') },
    'notStreaming (error): ? ms, 291000 B',
  ],
  [
    'both away',
    { central: failed(), genesis: failed() },
    'unknown (unknown): ? ms, ? B because central is unreachable from here, genesis is unreachable from here',
  ],
  [
    'a publisher that hides its senders still shows its slots',
    {
      central: answered(
        primary({
          canSeeReplication: false,
          senders: [sender({ state: null, replayLsn: null, sentLsn: null })],
          slots: [logicalSlot('metrics_sub', { confirmedFlushLsn: 989_000n })],
        }),
      ),
      genesis: genesis(),
    },
    'streaming (healthy): ? ms, 11000 B',
  ],
];

describe('a logical edge', () => {
  for (const [name, samples, expected] of GOLDEN) {
    it(name, () => assert.equal(say(edgeOf(new Joiner(FILE).join(samples), EDGE)), expected));
  }

  it('follows the slot that the subscription itself names', () => {
    const central = answered(
      primary({ senders: [sender()], slots: [logicalSlot('renamed', { confirmedFlushLsn: 1n })] }),
    );
    const snapshot = new Joiner(FILE).join({ central, genesis: genesis({ slotName: 'renamed' }) });
    assert.equal(edgeOf(snapshot, EDGE).slotName, 'renamed');
    assert.equal(edgeOf(snapshot, EDGE).lagBytes, 999_999);
  });

  it('says that no worker is free when the limit is reached, and how many there are', () => {
    const settings = { max_logical_replication_workers: '4' };
    const busy = ['a', 'b', 'c', 'd'].map((name) => subscription(name));
    const subscriptions = [...busy, subscription('metrics_sub', STOPPED)];
    const full = answered(subscriber({ subscriptions }), T0, { slow: slow({ settings }) });
    const snapshot = new Joiner(FILE).join({ central: publisher(WAITING), genesis: full });
    const { verdict } = edgeOf(snapshot, EDGE);
    assert.equal(verdict.code, 'noWorker');
    assert.deepEqual(verdict.params, { workersUsed: 4, workersMax: 4 });
  });

  it('names who blocks it, and since when nothing moved', () => {
    const joiner = new Joiner(FILE);
    const look = (second: number): Samples => ({
      central: publisher({ confirmedFlushLsn: 400_000n }, {}, T0 + second * 1_000),
      genesis: genesis(LOCKED, T0 + second * 1_000),
    });
    joiner.join(look(0), T0);
    const { verdict } = edgeOf(joiner.join(look(3), T0 + 3_000), EDGE);
    assert.equal(verdict.code, 'blocked');
    assert.deepEqual(verdict.params.pids, [8114]);
    assert.equal(verdict.sinceMs, T0);
  });

  it('says which subscription is meant by a missing slot', () => {
    const snapshot = new Joiner(FILE).join({
      central: answered(primary()),
      genesis: genesis(STOPPED),
    });
    const { params } = edgeOf(snapshot, EDGE).verdict;
    assert.equal(params.reason, 'slot metrics_sub does not exist on central');
    const detached = new Joiner(FILE).join({
      central: answered(primary()),
      genesis: genesis({ ...STOPPED, slotName: null }),
    });
    assert.equal(edgeOf(detached, EDGE).verdict.params.reason, 'metrics_sub has no slot');
  });

  it('counts tables as ready, queued and all', () => {
    const snapshot = new Joiner(FILE).join({ central: publisher(), genesis: genesis(COPYING) });
    const { params } = edgeOf(snapshot, EDGE).verdict;
    assert.deepEqual(params, { readyTables: 2, totalTables: 7, queuedTables: 4 });
  });

  it('is seen running as soon as the publisher sees its new worker', () => {
    const joined = new Joiner(FILE).join(
      { central: publisher({}, {}, T0 + 500), genesis: genesis(STOPPED, T0) },
      T0 + 500,
    );
    assert.equal(edgeOf(joined, EDGE).verdict.code, 'idle');
  });

  it('does not take a large transaction that is still arriving for a stuck one', () => {
    const joiner = new Joiner(FILE);
    const codes = [0, 3, 6, 9].map((second) => {
      const atMs = T0 + second * 1_000;
      const arriving = genesis({ receivedLsn: 500_000n + BigInt(second) }, atMs);
      const central = publisher({ confirmedFlushLsn: 400_000n }, {}, atMs);
      return edgeOf(joiner.join({ central, genesis: arriving }, atMs), EDGE).verdict.code;
    });
    assert.deepEqual(codes, ['streaming', 'streaming', 'streaming', 'streaming']);
  });

  it('joins a subscription that is not in the file by its slot', () => {
    const file = topology([node('central'), node('genesis', { subscriptions: [] })]);
    const snapshot = new Joiner(file).join({ central: publisher(), genesis: genesis() });
    const edge = edgeOf(snapshot, EDGE);
    assert.equal(edge.isDeclared, false);
    assert.equal(edge.from, 'central');
    assert.equal(edge.verdict.code, 'idle');
    assert.equal(snapshot.edges.length, 1, 'the slot is not listed a second time');
  });

  it('says a subscription once where two nodes are one database', () => {
    const file = topology([
      node('central'),
      node('genesis', { subscriptions: [subscribes('metrics_sub', 'central')] }),
      node('twin'),
    ]);
    const samples = { central: publisher(), genesis: genesis(), twin: genesis() };
    const logical = new Joiner(file).join(samples).edges.filter((edge) => edge.kind === 'logical');
    assert.deepEqual(
      logical.map((edge) => edge.id),
      [EDGE],
    );
  });
});

describe('errors of a subscription', () => {
  const at = (seconds: number): number => T0 + seconds * 1_000;
  const look = (second: number, change: SubscriptionChange): Samples => ({
    central: publisher(WAITING, {}, at(second)),
    genesis: genesis({ ...STOPPED, ...change }, at(second)),
  });
  const codesOf = (
    looks: readonly (readonly [number, SubscriptionChange])[],
    joiner = new Joiner(FILE),
  ): readonly string[] =>
    looks.map(
      ([second, change]) =>
        edgeOf(joiner.join(look(second, change), at(second)), EDGE).verdict.code,
    );

  it('are a loop from the second rise on, and stay one between two retries', () => {
    const counts = [7, 7, 8, 8, 9, 9, 9].map((applyErrorCount) => ({ applyErrorCount }));
    const looks = counts.map((change, index) => [index * 3, change] as const);
    assert.deepEqual(codesOf(looks), [
      'notStreaming',
      'notStreaming',
      'notStreaming',
      'notStreaming',
      'applyErrorLoop',
      'applyErrorLoop',
      'applyErrorLoop',
    ]);
  });

  it('are no loop after a single step: stopping the publisher counts one', () => {
    const codes = codesOf([
      [0, { applyErrorCount: 0 }],
      [3, { applyErrorCount: 1 }],
      [6, { applyErrorCount: 1 }],
      [30, { applyErrorCount: 1 }],
    ]);
    assert.ok(!codes.includes('applyErrorLoop'), codes.join());
  });

  it('are over when three retries brought none', () => {
    const joiner = new Joiner(FILE);
    codesOf(
      [
        [0, { applyErrorCount: 0 }],
        [5, { applyErrorCount: 1 }],
        [10, { applyErrorCount: 2 }],
      ],
      joiner,
    );
    const samples = {
      central: publisher({}, {}, at(27)),
      genesis: genesis({ applyErrorCount: 2 }, at(27)),
    };
    assert.equal(edgeOf(joiner.join(samples, at(27)), EDGE).verdict.code, 'idle');
  });

  it('are over at once when a worker is there and has confirmed more', () => {
    const joiner = new Joiner(FILE);
    codesOf(
      [
        [0, { applyErrorCount: 0 }],
        [5, { applyErrorCount: 3 }],
      ],
      joiner,
    );
    const later = (confirmedFlushLsn: bigint, second: number): string => {
      const central = publisher({ confirmedFlushLsn }, {}, at(second));
      const samples = { central, genesis: genesis({ applyErrorCount: 3 }, at(second)) };
      return edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code;
    };
    assert.equal(later(709_000n, 6), 'applyErrorLoop');
    assert.equal(later(709_001n, 7), 'streaming');
  });

  it('count those of table copies too, and how many there were', () => {
    const joiner = new Joiner(FILE);
    const change = { ...COPYING, applyErrorCount: 0 };
    codesOf([[0, { ...change, syncErrorCount: 4 }]], joiner);
    const samples = look(12, { ...change, syncErrorCount: 7, workerPid: 301 });
    const { verdict } = edgeOf(joiner.join(samples, at(12)), EDGE);
    assert.equal(verdict.code, 'applyErrorLoop');
    assert.equal(verdict.params.retries, 3);
  });

  it('are not counted twice when one answer is joined again', () => {
    const joiner = new Joiner(FILE);
    codesOf([[0, { applyErrorCount: 0 }]], joiner);
    const same = look(3, { applyErrorCount: 1 });
    for (const now of [at(3), at(4), at(5)]) {
      assert.equal(edgeOf(joiner.join(same, now), EDGE).verdict.code, 'notStreaming');
    }
  });

  it('before 15, where nothing counts: a worker that stays away longer than a retry', () => {
    const none = { applyErrorCount: null, syncErrorCount: null, disablesOnError: null };
    const codes = codesOf([
      [0, none],
      [3, none],
      [6, none],
      [9, none],
      [10, { ...none, workerPid: 9 }],
      [13, none],
    ]);
    assert.deepEqual(codes, [
      'notStreaming',
      'notStreaming',
      'notStreaming',
      'applyErrorLoop',
      'applyErrorLoop',
      'applyErrorLoop',
    ]);
  });

  it('before 15, not while the publisher is away', () => {
    const joiner = new Joiner(FILE);
    for (const second of [0, 5, 10, 15]) {
      const change = { ...STOPPED, applyErrorCount: null, syncErrorCount: null };
      const samples = { central: failed(), genesis: genesis(change, at(second)) };
      assert.equal(edgeOf(joiner.join(samples, at(second)), EDGE).verdict.code, 'notStreaming');
    }
  });

  it('tell a person who disabled it from an error, when the subscription was seen enabled', () => {
    const counted = { disablesOnError: true, applyErrorCount: 2 };
    const person = codesOf([
      [0, { ...counted, workerPid: 301 }],
      [3, { ...counted, isEnabled: false }],
    ]);
    assert.equal(person.at(-1), 'disabled');
    const byError = codesOf([
      [0, { ...counted, workerPid: 301 }],
      [3, { ...counted, isEnabled: false, applyErrorCount: 3 }],
    ]);
    assert.equal(byError.at(-1), 'stoppedByError');
  });

  it('stop it also where the counter was seen before it was disabled, and not when that was long ago', () => {
    const counted = { disablesOnError: true, applyErrorCount: 3 };
    const first = [0, { ...counted, applyErrorCount: 2, workerPid: 301 }] as const;
    const just = codesOf([first, [3, counted], [6, { ...counted, isEnabled: false }]]);
    assert.equal(just.at(-1), 'stoppedByError');
    const running = { ...counted, workerPid: 301 };
    const longAgo = codesOf([
      first,
      [3, running],
      [30, running],
      [33, { ...counted, isEnabled: false }],
    ]);
    assert.equal(longAgo.at(-1), 'disabled');
  });

  it('correct the verdict when the counter arrives after the subscription was disabled', () => {
    const change = { disablesOnError: true, applyErrorCount: 0 };
    const codes = codesOf([
      [0, change],
      [3, { ...change, isEnabled: false }],
      [6, { ...change, isEnabled: false, applyErrorCount: 1 }],
      [9, { ...change, isEnabled: false, applyErrorCount: 1 }],
    ]);
    assert.deepEqual(codes.slice(1), ['disabled', 'stoppedByError', 'stoppedByError']);
  });
});
