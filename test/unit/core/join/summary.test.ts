import assert from 'node:assert/strict';
import { healthByNode } from '../../../../src/core/nodeHealth';
import {
  answered,
  failed,
  INACTIVE,
  Joiner,
  logicalSlot,
  node,
  primary,
  queue,
  queueTo,
  receiver,
  sender,
  slot,
  slow,
  standby,
  subscriber,
  subscribes,
  subscription,
  T0,
  topology,
  type Samples,
} from './builders';

const FILE = topology([
  node('central'),
  node('read', { standbyOf: 'central', slot: 'read' }),
  node('genesis', {
    subscriptions: [subscribes('jobs', 'central'), subscribes('metrics', 'central')],
  }),
  node('vengeance', { pendingSync: queueTo('central') }),
]);

const publication = {
  name: 'pub',
  allTables: false,
  schemas: [],
  operations: ['insert' as const],
  viaPartitionRoot: false,
  tables: [],
};

const HEALTHY: Samples = {
  central: answered(
    primary({
      senders: [
        sender({ pid: 1, replayLsn: 986_000n, replayLagMs: 12 }),
        sender({ pid: 2, replayLagMs: 38, replayLsn: 1_000_000n }),
        sender({ pid: 3 }),
      ],
      slots: [
        slot('read', { activePid: 1 }),
        logicalSlot('jobs', { activePid: 2, confirmedFlushLsn: 990_000n }),
        logicalSlot('metrics', { activePid: 3 }),
      ],
    }),
    T0,
    { slow: slow({ publications: [publication] }) },
  ),
  read: answered(standby({ receiver: receiver({ slotName: 'read' }) })),
  genesis: answered(subscriber({ subscriptions: [subscription('jobs'), subscription('metrics')] })),
  vengeance: answered(primary({ systemIdentifier: '9', queue: queue({ waiting: 3 }) })),
};

describe('the summary of a topology', () => {
  it('counts replicas, subscriptions and publications, and names the worst lag', () => {
    const { summary } = new Joiner(FILE).join(HEALTHY);
    assert.deepEqual(summary, {
      health: 'healthy',
      replicas: 2,
      healthyReplicas: 2,
      problems: [],
      worstLagMs: 38,
      worstLagBytes: 14_000,
      worstEdgeId: 'logical/genesis/jobs',
      publications: 1,
      subscriptions: 2,
      activeSubscriptions: 2,
      isContacted: true,
    });
  });

  it('knows nothing before anyone was asked', () => {
    const { summary } = new Joiner(FILE).join({});
    assert.deepEqual(summary, {
      health: 'unknown',
      replicas: 2,
      healthyReplicas: 0,
      problems: [],
      worstLagMs: null,
      worstLagBytes: null,
      worstEdgeId: null,
      publications: null,
      subscriptions: 2,
      activeSubscriptions: null,
      isContacted: false,
    });
  });

  it('does not count a subscriber as healthy whose subscription has stopped, though its server answers', () => {
    const stopped = subscription('metrics', {
      isEnabled: false,
      workerPid: null,
      disablesOnError: true,
      applyErrorCount: 1,
    });
    const samples = {
      ...HEALTHY,
      genesis: answered(subscriber({ subscriptions: [subscription('jobs'), stopped] })),
    };
    const snapshot = new Joiner(FILE).join(samples);
    assert.equal(snapshot.summary.healthyReplicas, 1);
    assert.equal(snapshot.summary.activeSubscriptions, 1);
    assert.deepEqual(snapshot.summary.problems, ['logical/genesis/metrics']);
    assert.equal(healthByNode(snapshot).get('genesis'), 'error');
    assert.equal(healthByNode(snapshot).get('central'), 'healthy');
  });

  it('does not count a replica that is still copying, and has no problem with it', () => {
    const copying = subscription('metrics', { tableStates: { i: 1, d: 0, f: 0, s: 0, r: 1 } });
    const samples = {
      ...HEALTHY,
      genesis: answered(subscriber({ subscriptions: [subscription('jobs'), copying] })),
    };
    const { summary } = new Joiner(FILE).join(samples);
    assert.equal(summary.healthyReplicas, 1);
    assert.equal(summary.health, 'busy');
    assert.deepEqual(summary.problems, []);
  });

  it('takes a node with a full queue for no healthy one', () => {
    const full = answered(primary({ systemIdentifier: '9', queue: queue({ waiting: 500 }) }));
    const snapshot = new Joiner(FILE).join({ ...HEALTHY, vengeance: full });
    assert.equal(healthByNode(snapshot).get('vengeance'), 'warning');
    assert.deepEqual(snapshot.summary.problems, ['queue/vengeance']);
  });

  it('lists problems worst first, and a cause without what follows from it', () => {
    const central = answered(
      primary({
        senders: [sender({ pid: 2 }), sender({ pid: 3, replayLsn: 1n, replayLagMs: 9_000 })],
        slots: [
          slot('read', INACTIVE),
          logicalSlot('jobs', { ...INACTIVE, walStatus: 'lost' }),
          logicalSlot('metrics', { activePid: 3, confirmedFlushLsn: 1n }),
          slot('old_reports', INACTIVE),
        ],
      }),
    );
    const { summary } = new Joiner(FILE).join({ ...HEALTHY, central, read: failed() });
    assert.deepEqual(summary.problems, [
      'logical/genesis/jobs',
      'read',
      'logical/genesis/metrics',
      'slot/central/old_reports',
    ]);
    assert.equal(summary.health, 'error');
  });

  it('puts the older of two equal problems first', () => {
    const file = topology([node('a'), node('b')]);
    const samples = { a: failed('refused', null, T0), b: failed('refused', null, T0 - 60_000) };
    assert.deepEqual(new Joiner(file).join(samples).summary.problems, ['b', 'a']);
  });

  it('leaves the lag of what is not in the file out', () => {
    const central = answered(primary({ senders: [sender({ replayLsn: 1n, replayLagMs: 9_000 })] }));
    const { summary } = new Joiner(topology([node('central')])).join({ central });
    assert.equal(summary.worstLagMs, null);
    assert.equal(summary.worstLagBytes, null);
  });
});
