import assert from 'node:assert/strict';
import { confirmationOf } from '../../../../src/core/plan/confirmationOf';
import { planRefreshSubscription } from '../../../../src/core/plan/planRefreshSubscription';
import {
  planDisableSubscription,
  planEnableSubscription,
} from '../../../../src/core/plan/planSwitchSubscription';
import { declared, edge, snapshot, subscription, verdict } from '../describe/makeSnapshot';
import {
  catalog,
  context,
  findingLines,
  plainRole,
  planSql,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  undoSql,
  type CatalogChange,
} from './catalogs';

const REQUEST = { nodeId: 'edge', name: 'jobs_sub' };
const JOBS = { schema: 'public', name: 'jobs', state: 'r' };

function contextOf(
  change: Parameters<typeof subscriptionFacts>[1],
  central: CatalogChange | null = {},
  edgeChange: CatalogChange = {},
) {
  const nodes = [
    declared('central'),
    declared('edge', {
      subscriptions: [
        { ...subscription('jobs_sub', 'central'), connection: 'user=replication_user dbname=app' },
      ],
    }),
  ];
  const publisher = catalog('central', {
    relations: [table('jobs'), table('runs', { notReadableBy: ['replication_user'] })],
    publications: [publication('jobs_pub', ['jobs', 'runs'])],
    slots: [slotFacts('jobs_sub')],
    ...central,
  });
  const subscriber = catalog('edge', {
    relations: [table('jobs'), table('runs')],
    subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS], ...change })],
    ...edgeChange,
  });
  return context(central === null ? [subscriber] : [publisher, subscriber], { nodes });
}

describe('planEnableSubscription, planDisableSubscription', () => {
  it('one statement each, and its opposite as undo', () => {
    const on = planEnableSubscription(REQUEST, contextOf({ isEnabled: false }));
    assert.equal(on.title, 'Enable subscription jobs_sub on edge');
    assert.deepEqual(planSql(on), ['edge: ALTER SUBSCRIPTION "jobs_sub" ENABLE']);
    assert.deepEqual(undoSql(on), ['edge: ALTER SUBSCRIPTION "jobs_sub" DISABLE']);
    assert.deepEqual(findingLines(on), []);
    assert.equal(
      on.steps[0]?.effect,
      'jobs_sub connects to central and takes what has waited there.',
    );
    const off = planDisableSubscription(REQUEST, contextOf({}));
    assert.deepEqual(planSql(off), ['edge: ALTER SUBSCRIPTION "jobs_sub" DISABLE']);
    assert.deepEqual(undoSql(off), ['edge: ALTER SUBSCRIPTION "jobs_sub" ENABLE']);
    assert.equal(off.steps[0]?.risk, 'interrupts');
    assert.equal(
      off.steps[0].effect,
      'jobs_sub stops taking changes; central keeps WAL for it until it is enabled again.',
    );
  });

  it('what is so already is not done again', () => {
    const on = planEnableSubscription(REQUEST, contextOf({ isEnabled: true }));
    assert.deepEqual(
      [on.steps.length, findingLines(on)],
      [0, ['note nothingToDo edge: jobs_sub on edge is enabled already.']],
    );
    const off = planDisableSubscription(REQUEST, contextOf({ isEnabled: false }));
    assert.deepEqual(
      [off.steps.length, findingLines(off)],
      [0, ['note nothingToDo edge: jobs_sub on edge is disabled already.']],
    );
  });

  it('no subscription, not its owner, a standby', () => {
    const none = contextOf({}, {}, { subscriptions: [] });
    assert.deepEqual(findingLines(planEnableSubscription(REQUEST, none)), [
      'error notFound edge: edge has no subscription jobs_sub in the database app (42704).',
    ]);
    const foreign = contextOf(
      { isOwned: false, owner: 'sub_owner' },
      {},
      { role: plainRole(), server: { isInRecovery: true } },
    );
    assert.deepEqual(findingLines(planDisableSubscription(REQUEST, foreign)), [
      'error standby edge: edge is a standby and takes no changes (25006). / Use its primary.',
      'error privilege edge: jobs_sub on edge belongs to sub_owner, and deployer may not change it (42501). / Name sub_owner or a superuser as "adminUser" in the file. Or let an administrator make deployer a member of sub_owner, unless that is a superuser.',
      '  GRANT "sub_owner" TO "deployer";',
    ]);
    // Its owner is a superuser there, and nobody is made a member of one.
    const old = contextOf(
      { isOwned: false, owner: 'sub_owner' },
      {},
      { role: plainRole(), server: { versionNum: 150_004 } },
    );
    assert.deepEqual(findingLines(planDisableSubscription(REQUEST, old)), [
      'error privilege edge: jobs_sub on edge belongs to sub_owner, and deployer may not change it (42501). / Name sub_owner or another superuser as "adminUser" in the file.',
    ]);
  });

  it('enabling without a slot, with a lost one, after an error', () => {
    const off = { isEnabled: false };
    const enable = (...args: Parameters<typeof contextOf>) =>
      findingLines(planEnableSubscription(REQUEST, contextOf(...args)));
    assert.deepEqual(enable({ ...off, slotName: null }), [
      'error notFound edge: jobs_sub on edge has no slot, so it cannot be enabled (55000). / Create the subscription anew.',
    ]);
    assert.deepEqual(enable(off, { slots: [] }), [
      'error notFound central: central has no slot jobs_sub: jobs_sub would connect again and again and take nothing. / Create the subscription anew; changes made since then do not come by themselves.',
    ]);
    assert.match(
      enable(off, { slots: [slotFacts('jobs_sub', { walStatus: 'lost' })] })[0] ?? '',
      /^error slotLost central/,
    );
    assert.deepEqual(enable(off, null), []);
    const stopped = {
      ...contextOf(off),
      snapshot: snapshot({
        nodes: [],
        edges: [edge({ id: 'logical/edge/jobs_sub', verdict: verdict('stoppedByError') })],
      }),
    };
    const again = confirmationOf(planEnableSubscription(REQUEST, stopped));
    assert.deepEqual([again.isModal, again.button], [true, 'Enable Anyway']);
    assert.equal(again.message, 'Enable subscription jobs_sub on edge?');
    assert.match(again.detail, /will stop again/u);
    const usual = confirmationOf(planEnableSubscription(REQUEST, contextOf(off)));
    assert.deepEqual([usual.isModal, usual.button], [false, 'Run Plan']);
    assert.deepEqual(findingLines(planEnableSubscription(REQUEST, stopped)), [
      'warning stoppedByError edge: jobs_sub on edge was stopped by an error. Unless what caused it is gone, it will stop again. / Change or delete the row that is in the way first, or skip the transaction.',
    ]);
  });
});

describe('planRefreshSubscription', () => {
  const readable = { relations: [table('jobs'), table('runs')] };

  it('names the tables that come and go, and says that it cannot be taken back', () => {
    const gone = { schema: 'public', name: 'old_jobs', state: 'r' };
    const plan = planRefreshSubscription(REQUEST, contextOf({ tables: [JOBS, gone] }, readable));
    assert.deepEqual(planSql(plan), ['edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION']);
    assert.deepEqual(undoSql(plan), []);
    assert.deepEqual(findingLines(plan), []);
    const [step] = plan.steps;
    assert.equal(step?.isTransactional, false);
    assert.equal(
      step.effect,
      'Copying of public.runs to edge starts and goes on by itself; changes of public.old_jobs are taken no more.',
    );
    assert.match(step.undoNote ?? '', /^A refresh cannot be taken back/);
    assert.match(step.effectCheck?.sql ?? '', /IN \(\('public', 'jobs'\), \('public', 'runs'\)\)/);
  });

  it('new tables that the subscriber lacks, or that its role may not read', () => {
    const plan = planRefreshSubscription(
      REQUEST,
      contextOf({}, {}, { relations: [table('jobs')] }),
    );
    assert.deepEqual(
      findingLines(plan).filter((line) => !line.startsWith(' ')),
      [
        'error missingTable edge: public.runs does not exist on edge (42P01), and jobs_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
        'error privilege central: replication_user may not read public.runs on central: the copy would fail again and again (42501). / Grant it on central.',
      ],
    );
  });

  it('new tables that the role may not read as which its walsender runs, where the file names none', () => {
    const reader = { pid: 1, user: 'copier', applicationName: 'jobs_sub', clientAddress: null };
    const found = contextOf(
      {},
      {
        relations: [table('jobs'), table('runs', { notReadableBy: ['copier'] })],
        slots: [slotFacts('jobs_sub', { isActive: true, reader })],
      },
    );
    const nodes = [
      declared('central'),
      declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] }),
    ];
    const silent = { ...found, topology: { ...found.topology, nodes } };
    assert.match(
      findingLines(planRefreshSubscription(REQUEST, silent))[0] ?? '',
      /^error privilege central: copier may not read public\.runs on central/u,
    );
  });

  it('rows that are there: a copy would collide with them, without one they stay', () => {
    const full = { relations: [table('jobs'), table('runs', { rowEstimate: 12 })] };
    const warned = findingLines(planRefreshSubscription(REQUEST, contextOf({}, readable, full)));
    assert.equal(warned.length, 1);
    assert.match(warned[0] ?? '', /^warning rowsPresent edge: public\.runs .* about 12 rows/u);
    const kept = planRefreshSubscription(
      { ...REQUEST, copies: false },
      contextOf({}, readable, full),
    );
    assert.deepEqual(findingLines(kept), []);
  });

  it('limits that make the copy wait', () => {
    const full = { ...readable, settings: { walSendersUsed: 10 } };
    assert.deepEqual(findingLines(planRefreshSubscription(REQUEST, contextOf({}, full))), [
      'warning noFreeSender central: central has no WAL sender left: 10 of 10 are in use. Copying tables needs one more: the copy waits until one is free. / Raise max_wal_senders on central and restart it, or free one.',
      "  ALTER SYSTEM SET max_wal_senders = '16';",
    ]);
  });

  it('nothing new, disabled, a publication that is gone, a publisher that was not read', () => {
    const all = [JOBS, { ...JOBS, name: 'runs' }];
    const same = planRefreshSubscription(REQUEST, contextOf({ tables: all }));
    assert.deepEqual(
      [same.steps.length, findingLines(same)],
      [
        0,
        ['note nothingToDo edge: jobs_sub on edge takes every table of its publications already.'],
      ],
    );
    const off = planRefreshSubscription(REQUEST, contextOf({ isEnabled: false }, readable));
    assert.deepEqual(findingLines(off), [
      'error notFound edge: jobs_sub on edge is disabled, and only an enabled subscription can be refreshed (55000). / Enable it first.',
      '  ALTER SUBSCRIPTION "jobs_sub" ENABLE;',
    ]);
    const gone = planRefreshSubscription(REQUEST, contextOf({ publications: ['jobz_pub'] }));
    assert.deepEqual(findingLines(gone), [
      'error missingPublication central: central has no publication jobz_pub in the database app. / Did you mean jobs_pub?',
    ]);
    const alone = planRefreshSubscription(REQUEST, contextOf({}, null));
    assert.deepEqual(findingLines(alone), [
      'warning unknownServer central: Nothing could be read of central, so which tables are new is not known: one that edge lacks makes the refresh fail (42P01).',
    ]);
    assert.equal(alone.steps[0]?.effectCheck, null);
    assert.equal(
      alone.steps[0].effect,
      'edge takes the tables that central publishes now; copying of new ones starts and goes on by itself.',
    );
  });
});
