/** One thing that goes wrong with replication, and the tests that show the damage and the plan that avoids or predicts it. */
export interface Trap {
  readonly id: string;
  /** What the naive way does. */
  readonly what: string;
  /** Test file under `test`, and how the title of a test in it begins. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const PLANS = 'postgres/plans';

/** Traps of operation by number, faults by theirs. */
export const TRAPS: readonly Trap[] = [
  {
    id: '1',
    what: 'a table is published that subscribers lack, or do not take in before rows come',
    tests: [
      [`${PLANS}/alterPublication.test.ts`, 'a bare ADD TABLE stops the subscription'],
      [
        `${PLANS}/blastRadius.test.ts`,
        '${NAIVE} naive changes stop just those that the plan named',
      ],
      [`${PLANS}/subscriptionState.test.ts`, 'a table that comes back still has its rows'],
    ],
  },
  {
    id: '2',
    what: 'a column is on the publisher alone',
    tests: [
      [`${PLANS}/alterPublication.test.ts`, 'a column that the subscriber lacks is found'],
      [`${PLANS}/repairDrift.test.ts`, 'a column on the publisher alone: stops it'],
      [`${PLANS}/blastRadius.test.ts`, '${NEW_COLUMNS} new columns, upstream first'],
    ],
  },
  {
    id: '3',
    what: 'updates are published of a table without a replica identity',
    tests: [
      [
        `${PLANS}/createPublication.test.ts`,
        'no replica identity: the application’s UPDATE would fail',
      ],
      [`${PLANS}/alterPublication.test.ts`, 'no replica identity, or a filter beside it'],
    ],
  },
  {
    id: '4',
    what: 'the subscriber lacks a row that is changed',
    tests: [['postgres/traps/notBrought.test.ts', 'a change of a row that the subscriber lacks']],
  },
  {
    id: '5',
    what: 'a row is there already, and the worker fails at it again and again',
    tests: [
      [`${PLANS}/skipTransaction.test.ts`, 'is found, shown from a copy'],
      [`${PLANS}/skipTransaction.test.ts`, 'an LSN that is not the failing one skips nothing'],
    ],
  },
  {
    id: '6',
    what: 'CREATE SUBSCRIPTION waits, or takes what is not there for good',
    tests: [
      [`${PLANS}/subscribeFromNothing.test.ts`, 'to its own server: the naive statement hangs'],
      [`${PLANS}/createSubscription.test.ts`, 'a slot that waits too long'],
      [
        `${PLANS}/createSubscription.test.ts`,
        'a publication that is not there would be waited for',
      ],
    ],
  },
  {
    id: '7',
    what: 'DROP SUBSCRIPTION does not reach its publisher, or finds no slot there',
    tests: [
      [`${PLANS}/dropSubscription.test.ts`, 'with its publisher down: the naive statement fails'],
      [`${PLANS}/dropSubscription.test.ts`, 'its slot gone already: the naive statement fails'],
    ],
  },
  {
    id: '8',
    what: 'a publication is dropped or renamed under those who take it',
    tests: [
      [`${PLANS}/publicationGone.test.ts`, 'drop: one that takes nothing else'],
      [`${PLANS}/publicationGone.test.ts`, 'a bare RENAME does what the plan avoids'],
    ],
  },
  {
    id: '9',
    what: 'failover and two_phase change only while the subscription is disabled',
    tests: [
      [`${PLANS}/alterSubscription.test.ts`, 'failover and two_phase: refused while it runs'],
    ],
  },
  {
    id: '10',
    what: 'a slot has lost its WAL',
    tests: [
      [
        `${PLANS}/subscribeFromNothing.test.ts`,
        'a slot that is lost: attaching to it would succeed',
      ],
      [`${PLANS}/dropSlot.test.ts`, 'a lost one: what is kept is gone already'],
    ],
  },
  {
    id: '11',
    what: 'sequences do not follow',
    tests: [['postgres/traps/notBrought.test.ts', 'a sequence: its next value on the subscriber']],
  },
  {
    id: '12',
    what: 'a trigger fires for replicated rows with an empty search_path',
    tests: [[`${PLANS}/subscribeFromNothing.test.ts`, 'a trigger that fires for replicated rows']],
  },
  {
    id: '13',
    what: 'workers are few, and tables wait for one',
    tests: [
      [`${PLANS}/createSubscription.test.ts`, 'wal_level, senders and workers'],
      ['postgres/faults/logicalFaults.test.ts', 'a table that waits for a worker is queued'],
    ],
  },
  {
    id: '14',
    what: 'a standby takes no changes',
    tests: [
      [`${PLANS}/planRunner.test.ts`, 'F53: a standby refuses, by name'],
      [`${PLANS}/standbys.test.ts`, 'what the server refuses is known beforehand'],
    ],
  },
  {
    id: '15',
    what: 'failover slots have copies on standbys',
    tests: [
      [`${PLANS}/dropSlot.test.ts`, 'a failover slot takes its copies with it'],
      [
        'postgres/traps/failoverSlots.test.ts',
        'without a database in primary_conninfo no slot is copied',
      ],
      ['postgres/traps/failoverSlots.test.ts', 'one whose slot has a copy goes on'],
    ],
  },
  {
    id: 'F34',
    what: 'a subscription is disabled by hand',
    tests: [[`${PLANS}/subscriptionState.test.ts`, 'disables and enables']],
  },
  {
    id: 'F35',
    what: 'a subscription is disabled by an error',
    tests: [
      ['postgres/faults/logicalFaults.test.ts', 'tells a person who disables from an error'],
      [`${PLANS}/skipTransaction.test.ts`, 'enabled as it is, what an error stopped stops again'],
    ],
  },
  {
    id: 'F36',
    what: 'a worker fails again and again while the subscription is enabled',
    tests: [
      ['postgres/faults/logicalFaults.test.ts', 'H: an apply error loop'],
      [`${PLANS}/skipTransaction.test.ts`, 'a worker that fails again and again looks enabled'],
    ],
  },
  {
    id: 'F37',
    what: 'tables drift apart by DDL',
    tests: [[`${PLANS}/repairDrift.test.ts`, 'a column on the publisher alone: stops it']],
  },
  {
    id: 'F38',
    what: 'the subscriber has no such table',
    tests: [
      [`${PLANS}/createSubscription.test.ts`, 'a missing table and a missing column'],
      [`${PLANS}/repairDrift.test.ts`, 'a table on the publisher alone: stops it'],
    ],
  },
  {
    id: 'F39',
    what: 'the application’s UPDATE fails for want of a replica identity',
    tests: [[`${PLANS}/createPublication.test.ts`, 'no replica identity']],
  },
  {
    id: 'F40',
    what: 'a publication is not there',
    tests: [[`${PLANS}/createSubscription.test.ts`, 'a publication that is not there']],
  },
  {
    id: 'F41',
    what: 'a relation cannot be published',
    tests: [[`${PLANS}/createPublication.test.ts`, 'tables that cannot be published are found']],
  },
  {
    id: 'F42',
    what: 'a statement refuses a transaction',
    tests: [
      [`${PLANS}/planSubscription.test.ts`, 'what refuses a transaction runs'],
      [`${PLANS}/planRunner.test.ts`, 'what may not run in a transaction runs'],
    ],
  },
  {
    id: 'F43',
    what: 'a subscription to its own server hangs',
    tests: [
      [`${PLANS}/subscribeFromNothing.test.ts`, 'to its own server: the naive statement hangs'],
      [`${PLANS}/createSubscription.test.ts`, 'one server: the slot before the subscription'],
    ],
  },
  {
    id: 'F44',
    what: 'a name is taken',
    tests: [
      [`${PLANS}/createPublication.test.ts`, 'a name that was taken'],
      [`${PLANS}/createSubscription.test.ts`, 'slots: taken, attached to'],
    ],
  },
  {
    id: 'F45',
    what: 'a name cannot be that of a slot',
    tests: [
      [
        'unit/core/plan/createSubscriptionLimits.test.ts',
        'slots: taken, lost, attached to, illegal',
      ],
      ['postgres/hostile/hostileNames.test.ts', '${one.change}, as the name of a ${one.what}'],
    ],
  },
  {
    id: 'F46',
    what: 'slots, senders, workers or origins are used up',
    tests: [
      [`${PLANS}/createSubscription.test.ts`, 'no slot, no sender left'],
      [`${PLANS}/createSubscription.test.ts`, 'origins run out on the subscriber'],
    ],
  },
  {
    id: 'F47',
    what: 'wal_level is not logical',
    tests: [[`${PLANS}/createSubscription.test.ts`, 'wal_level, senders and workers']],
  },
  {
    id: 'F48',
    what: 'a slot is invalidated',
    tests: [[`${PLANS}/subscribeFromNothing.test.ts`, 'a slot that is lost']],
  },
  {
    id: 'F49',
    what: 'a slot keeps WAL for nobody',
    tests: [[`${PLANS}/dropSlot.test.ts`, 'an orphan keeps WAL for nobody']],
  },
  {
    id: 'F50',
    what: 'a subscription is dropped while its publisher is down',
    tests: [[`${PLANS}/dropSubscription.test.ts`, 'with its publisher down']],
  },
];
