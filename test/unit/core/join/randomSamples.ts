import * as fc from 'fast-check';
import type { NodeSample } from '../../../../src/core/snapshot';
import {
  answered,
  failed,
  hiddenSender,
  INACTIVE,
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

/** A primary, a standby with a cascade below it, a subscriber and a reader that is no Postgres. */
export const FILE = topology(
  [
    node('central'),
    node('read', { standbyOf: 'central', slot: 'read' }),
    node('archive', { standbyOf: 'read' }),
    node('genesis', { subscriptions: [subscribes('jobs', 'central')] }),
  ],
  [{ id: 'electric', node: 'central', slot: 'electric' }],
);

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

/** Answers, failures and silence of all its nodes, sensible or not. */
export const world: fc.Arbitrary<Samples> = fc.record({
  central: sampled(upstream),
  read: sampled(downstream),
  archive: sampled(downstream),
  genesis: sampled(subscribing),
});
