import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { NodeSample, VerdictCode } from '../../../../src/core/snapshot';
import {
  answered,
  failed,
  hiddenSender,
  INACTIVE,
  Joiner,
  logicalSlot,
  noContact,
  node,
  primary,
  receiver,
  sender,
  slot,
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
    node('archive', { standbyOf: 'read' }),
    node('genesis', { subscriptions: [subscribes('jobs', 'central')] }),
  ],
  [{ id: 'electric', node: 'central', slot: 'electric' }],
);

/** Codes under which no number may stand: nothing is known, or what is known says nothing. */
const WITHOUT_NUMBER: readonly VerdictCode[] = [
  'restricted',
  'notConnected',
  'notApproved',
  'disconnected',
  'connecting',
  'noPrivilege',
  'roleMismatch',
  'wrongSystem',
  'diverged',
  'slotLost',
  'sourceCutOff',
  'notFound',
  'ambiguous',
  'copying',
  'stale',
  'unknown',
];

const lsn = fc.bigInt({ min: 0n, max: 3_000_000n });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null });
const seconds = fc.integer({ min: 0, max: 90 });

const senderRow = fc.oneof(
  fc
    .record({ replayLsn: maybe(lsn), replayLagMs: maybe(fc.constantFrom(0.4, 12, 9_000)) })
    .chain((values) =>
      fc.constantFrom('streaming', 'catchup').map((state) => sender({ ...values, state })),
    ),
  fc.constant(hiddenSender()),
);

const slotChange = fc.constantFrom(
  {},
  INACTIVE,
  { ...INACTIVE, walStatus: 'lost' },
  { activePid: 102 },
);

const upstream = fc
  .record({
    currentLsn: maybe(lsn),
    timeline: maybe(fc.integer({ min: 1, max: 3 })),
    canSeeReplication: fc.boolean(),
    rows: fc.array(senderRow, { maxLength: 3 }),
    change: slotChange,
    confirmedFlushLsn: maybe(lsn),
    isInRecovery: fc.constantFrom(false, false, false, true),
  })
  .map(({ rows, change, confirmedFlushLsn, ...differs }) =>
    primary({
      ...differs,
      receiveLsn: differs.isInRecovery ? differs.currentLsn : null,
      senders: rows.map((row, index) => ({ ...row, pid: 101 + index })),
      slots: [
        slot('read', change),
        logicalSlot('jobs', { ...change, confirmedFlushLsn }),
        logicalSlot('electric', { ...change, confirmedFlushLsn }),
      ],
    }),
  );

const downstream = fc
  .record({
    isInRecovery: fc.constantFrom(true, true, true, false),
    receiveLsn: maybe(lsn),
    replayLsn: maybe(lsn),
    timeline: maybe(fc.integer({ min: 1, max: 3 })),
    replayPauseState: fc.constantFrom('not paused' as const, 'paused' as const),
    receiver: maybe(
      fc
        .record({ slotName: fc.constantFrom(null, 'read', 'other'), isVisible: fc.boolean() })
        .chain((values) =>
          seconds.map((quiet) => receiver({ ...values, lastMessageAtMs: T0 - quiet * 1_000 })),
        ),
    ),
    rows: fc.array(senderRow, { maxLength: 2 }),
  })
  .map(({ rows, ...differs }) => standby({ ...differs, senders: rows }));

const subscribing = fc
  .record({
    isEnabled: fc.boolean(),
    workerPid: maybe(fc.constant(301)),
    applyErrorCount: maybe(fc.nat(3)),
    disablesOnError: maybe(fc.boolean()),
    workerWaitEventType: maybe(fc.constantFrom('Lock', 'Activity')),
    i: fc.nat(1),
  })
  .map(({ i, ...differs }) => {
    const tableStates = { i, d: 0, f: 0, s: 0, r: 2 };
    return subscriber({ subscriptions: [subscription('jobs', { ...differs, tableStates })] });
  });

function sampled(fast: fc.Arbitrary<ReturnType<typeof primary>>): fc.Arbitrary<NodeSample> {
  const contact = fc.constantFrom('answered', 'answered', 'answered', 'failed', 'never', 'paused');
  return fc.tuple(contact, fast, seconds).map(([kind, facts, age]) => {
    const sample = answered(facts, T0 - age * 100);
    if (kind === 'answered') return sample;
    if (kind === 'failed') return failed('refused', sample);
    return kind === 'paused' ? { ...sample, isPollingPaused: true } : noContact('notAsked');
  });
}

const world: fc.Arbitrary<Samples> = fc.record({
  central: sampled(upstream),
  read: sampled(downstream),
  archive: sampled(downstream),
  genesis: sampled(subscribing),
});

describe('joining what all servers say', () => {
  it('never makes a number out of what is not known', () => {
    const property = fc.property(fc.array(world, { minLength: 1, maxLength: 4 }), (worlds) => {
      const joiner = new Joiner(FILE);
      for (const samples of worlds) {
        for (const edge of joiner.join(samples).edges) {
          const hasNumber = edge.lagMs !== null || edge.lagBytes !== null;
          const { code } = edge.verdict;
          assert.ok(
            !hasNumber || !WITHOUT_NUMBER.includes(code),
            `${edge.id} ${code} has a number`,
          );
          assert.equal(hasNumber, edge.unknownBecause === null, `${edge.id} ${code}: reason`);
          assert.ok((edge.lagMs ?? 0) >= 0 && (edge.lagBytes ?? 0) >= 0);
          assert.ok(edge.lagBytes !== 0 || code !== 'notStreaming', `${edge.id} is cut off at 0`);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('says the same of the same samples, however often and in which order it is asked', () => {
    const property = fc.property(fc.array(world, { minLength: 1, maxLength: 3 }), (worlds) => {
      const once = new Joiner(FILE);
      const often = new Joiner(FILE);
      for (const samples of worlds) {
        const straight = once.join(samples);
        often.join(samples);
        const reversed = Object.fromEntries(Object.entries(samples).reverse());
        const again = often.join(reversed);
        assert.deepEqual({ ...again, version: 0 }, { ...straight, version: 0 });
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('leaves the memory it was given as it was', () => {
    const joiner = new Joiner(FILE);
    joiner.join({ central: answered(primary({ senders: [sender()], slots: [slot('read')] })) });
    const before = joiner.memory;
    const copy = structuredClone(before);
    joiner.join({ central: failed() }, T0 + 5_000);
    assert.deepEqual(before, copy);
  });

  it('forgets edges that are gone', () => {
    const joiner = new Joiner(topology([node('central')]));
    joiner.join({ central: answered(primary({ senders: [sender()] })) });
    assert.equal(joiner.memory.edges.size, 1);
    joiner.join({ central: answered(primary(), T0 + 1_000) }, T0 + 1_000);
    assert.equal(joiner.memory.edges.size, 0);
    assert.deepEqual([...joiner.memory.verdicts.keys()], ['node/central']);
  });

  it('carries version, time and file through', () => {
    const joiner = new Joiner(FILE);
    joiner.join({});
    const snapshot = joiner.join({}, T0 + 7);
    assert.equal(snapshot.version, 2);
    assert.equal(snapshot.takenAtMs, T0 + 7);
    assert.equal(snapshot.id, 'file:///pg-topology.json');
    assert.equal(snapshot.topology, FILE);
  });
});
