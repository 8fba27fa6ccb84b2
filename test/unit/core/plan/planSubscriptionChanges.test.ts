import assert from 'node:assert/strict';
import { confirmationOf } from '../../../../src/core/plan/confirmationOf';
import {
  planAlterSubscription,
  type AlterSubscriptionRequest,
} from '../../../../src/core/plan/planAlterSubscription';
import { leftoversOfDrops } from '../../../../src/core/plan/leftoversOfDrops';
import {
  leftoversOfDrop,
  planDropSubscription,
} from '../../../../src/core/plan/planDropSubscription';
import { planSkipTransaction } from '../../../../src/core/plan/planSkipTransaction';
import {
  declared,
  edge,
  NOW,
  plain,
  snapshot,
  subscription,
  verdict,
} from '../describe/makeSnapshot';
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

function contextOf(
  change: Parameters<typeof subscriptionFacts>[1] = {},
  central: CatalogChange | null = {},
  edge: CatalogChange = {},
) {
  const nodes = [
    declared('central'),
    declared('edge', { subscriptions: [subscription('jobs_sub', 'central')] }),
  ];
  const publisher = catalog('central', {
    relations: [table('jobs')],
    publications: [publication('jobs_pub', ['jobs']), publication('other_pub', ['jobs'])],
    slots: [slotFacts('jobs_sub', { isActive: true })],
    ...central,
  });
  const subscriber = catalog('edge', {
    relations: [table('jobs')],
    subscriptions: [
      subscriptionFacts('jobs_sub', {
        options: { binary: false, failover: false, twoPhase: false },
        tables: [{ schema: 'public', name: 'jobs', state: 'r' }],
        ...change,
      }),
    ],
    ...edge,
  });
  return context(central === null ? [subscriber] : [publisher, subscriber], { nodes });
}

const drop = (at: ReturnType<typeof contextOf>, keepsSlot = false) =>
  planDropSubscription({ ...REQUEST, keepsSlot }, at);

const LET_GO = [
  'edge: ALTER SUBSCRIPTION "jobs_sub" DISABLE',
  'edge: ALTER SUBSCRIPTION "jobs_sub" SET (slot_name = NONE)',
  'edge: DROP SUBSCRIPTION "jobs_sub"',
];

describe('planDropSubscription', () => {
  it('while a sender reads its slot: by one statement, and out of the file', () => {
    const plan = drop(contextOf());
    assert.deepEqual(planSql(plan), ['edge: DROP SUBSCRIPTION "jobs_sub"']);
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(plan.fileChanges, [
      { path: ['nodes', 'edge', 'subscriptions', 'jobs_sub'], value: undefined },
    ]);
    assert.equal(plan.impacts[0]?.kind, 'losesRows');
  });

  it('its publisher away: the question says what stays, and it is noted', () => {
    const at = contextOf({}, null);
    const plan = drop(at);
    assert.deepEqual(planSql(plan), LET_GO);
    assert.equal(plan.steps[0]?.isTransactional, true);
    const { message, detail, button, isModal } = confirmationOf(plan);
    assert.deepEqual(
      [message, button, isModal],
      ['Drop jobs_sub while central is unreachable?', 'Drop, Keep Slot', true],
    );
    assert.match(
      plain(detail),
      /Its slot jobs_sub stays on central and keeps WAL\. It is noted and offered for removal when central answers\./u,
    );
    assert.deepEqual(leftoversOfDrop({ ...REQUEST, keepsSlot: false }, at, NOW), [
      {
        topologyId: at.topologyId,
        nodeId: 'central',
        slotName: 'jobs_sub',
        database: null,
        systemIdentifier: null,
        sinceMs: NOW,
        why: 'publisherDown',
        subscriberId: 'edge',
        subscription: 'jobs_sub',
      },
    ]);
    // The same where it goes among other things, and nothing of what no step drops.
    assert.deepEqual(
      leftoversOfDrops(drop(at), at, NOW),
      leftoversOfDrop({ ...REQUEST, keepsSlot: false }, at, NOW),
    );
    assert.deepEqual(leftoversOfDrops({ ...drop(at), steps: [] }, at, NOW), []);
  });

  it('nobody reads its slot: both ends apart, table copies’ slots too; without the right to that, at least a warning', () => {
    const slots = [
      slotFacts('jobs_sub'),
      slotFacts('pg_16500_sync_17000_system of edge'),
      slotFacts('pg_16501_sync_17000_system of edge'),
    ];
    assert.deepEqual(planSql(drop(contextOf({}, { slots }))), [
      ...LET_GO,
      ...['jobs_sub', 'pg_16500_sync_17000_system of edge'].map(
        (name) =>
          `central: SELECT pg_catalog.pg_drop_replication_slot(s.slot_name) FROM pg_catalog.pg_replication_slots AS s WHERE s.slot_name = '${name}'`,
      ),
    ]);
    const unable = drop(contextOf({}, { slots: [slotFacts('jobs_sub')], role: plainRole() }));
    assert.deepEqual(planSql(unable), ['edge: DROP SUBSCRIPTION "jobs_sub"']);
    assert.deepEqual(findingLines(unable), [
      'warning untestedConninfo edge: Nobody reads the slot jobs_sub on central now: if edge cannot reach central, DROP SUBSCRIPTION fails and nothing changes. / Then drop it again and keep the slot.',
    ]);
  });

  it('slot gone, never there, or kept', () => {
    assert.deepEqual(findingLines(drop(contextOf({}, { slots: [] }))), [
      'note notFound central: central has no slot jobs_sub any more: DROP SUBSCRIPTION alone would fail (42704).',
    ]);
    assert.deepEqual(
      planSql(drop(contextOf({ slotName: null, isEnabled: false }, { slots: [] }))),
      ['edge: DROP SUBSCRIPTION "jobs_sub"'],
    );
    const kept = drop(contextOf(), true);
    assert.deepEqual(planSql(kept), LET_GO);
    assert.equal(kept.title, 'Drop subscription jobs_sub on edge');
  });
});

const NOTHING: AlterSubscriptionRequest = {
  ...REQUEST,
  publications: null,
  options: {},
  connection: null,
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'It is a test.' },
};

describe('planAlterSubscription', () => {
  it('changes no slot on a publisher that the file marks read-only', () => {
    const known = contextOf();
    const nodes = known.topology.nodes.map((node) =>
      node.id === 'central' ? { ...node, access: 'readOnly' as const } : node,
    );
    const plan = planAlterSubscription(
      {
        ...REQUEST,
        publications: null,
        options: { failover: true },
        connection: null,
        enabled: null,
        connectionTest: { kind: 'notTried', why: 'It stays.' },
      },
      { ...known, topology: { ...known.topology, nodes } },
    );
    assert.match(findingLines(plan)[0] ?? '', /^error readOnly central/u);
  });

  const alter = (change: Partial<AlterSubscriptionRequest>, at = contextOf()) =>
    planAlterSubscription({ ...NOTHING, ...change }, at);

  it('changes what differs, and its undo takes it back', () => {
    const plan = alter({ options: { binary: true, failover: false }, publications: ['other_pub'] });
    assert.deepEqual(planSql(plan), [
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET (binary = true)',
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET PUBLICATION "other_pub"',
    ]);
    assert.deepEqual(undoSql(plan), [
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET PUBLICATION "jobs_pub"',
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET (binary = false)',
    ]);
    assert.deepEqual(plan.fileChanges, [
      {
        path: ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'publications'],
        value: ['other_pub'],
      },
      { path: ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'binary'], value: true },
      { path: ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'failover'], value: false },
    ]);
  });

  it('what a running one refuses stands between disabling and enabling', () => {
    assert.deepEqual(planSql(alter({ options: { failover: true, slotName: 'jobs_sub' } })), [
      'edge: ALTER SUBSCRIPTION "jobs_sub" DISABLE',
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET (failover = true)',
      'edge: ALTER SUBSCRIPTION "jobs_sub" ENABLE',
    ]);
    assert.deepEqual(findingLines(alter({ options: { twoPhase: true } })), [
      'error unsupportedOption edge: edge runs Postgres 17: "twoPhase" of an existing subscription can be changed from 18 on. / Leave it as it is, or drop jobs_sub and create it anew.',
    ]);
    assert.deepEqual(findingLines(alter({ options: { slotName: 'nowhere' } })), [
      'error notFound central: central has no slot nowhere: jobs_sub would connect again and again and take nothing. / Name a slot that is there.',
    ]);
  });

  it('a password is a reference, and an open one is refused', () => {
    const connection = [{ keyword: 'host', value: 'db' }];
    const open = alter({ connection: [...connection, { keyword: 'password', value: 'pw' }] });
    assert.ok(findingLines(open).some((line) => line.startsWith('error wrongConninfo edge')));
    const secret = alter({
      connection: [...connection, { keyword: 'password', value: { secret: 'publisherPassword' } }],
      connectionTest: { kind: 'passed', systemIdentifier: 'system of central' },
    });
    assert.deepEqual(planSql(secret), [
      `edge: ALTER SUBSCRIPTION "jobs_sub"\n  CONNECTION 'host=''db'' password=''***'''`,
    ]);
    assert.deepEqual(
      secret.findings.map(({ severity, code }) => `${severity} ${code}`),
      ['note passwordExposed'],
    );
  });
});

describe('planSkipTransaction', () => {
  const skip = (at: ReturnType<typeof contextOf>, finishLsn = '3A/7E0B11F8') =>
    planSkipTransaction(
      { ...REQUEST, finishLsn, content: ['1 row of public.jobs'], endLsn: '3A/7E0B1228' },
      at,
    );

  it('the question says what is dropped where, and who keeps it', () => {
    const plan = skip(contextOf({ isEnabled: false }));
    assert.deepEqual(planSql(plan), [
      `edge: ALTER SUBSCRIPTION "jobs_sub" SKIP (lsn = '3A/7E0B11F8')`,
      'edge: ALTER SUBSCRIPTION "jobs_sub" ENABLE',
    ]);
    const { message, detail, button } = confirmationOf(plan);
    assert.deepEqual(
      [message, button],
      ['Skip one transaction in jobs_sub on edge?', 'Skip Transaction'],
    );
    assert.match(
      detail,
      /The whole transaction ending at 3A\/7E0B11F8 is dropped on edge: 1 row of public\.jobs\. Then the subscription is enabled\. central keeps it; the two will differ\./u,
    );
  });

  it('warns where nothing fails: what waits arrives by itself', () => {
    const at = (code: 'lagging' | 'applyErrorLoop', isEnabled = true) => ({
      ...contextOf({ isEnabled }),
      snapshot: snapshot({
        nodes: [],
        edges: [edge({ id: 'logical/edge/jobs_sub', verdict: verdict(code) })],
      }),
    });
    assert.deepEqual(findingLines(skip(at('lagging'))), [
      'warning losesChanges edge: jobs_sub on edge does not fail: it takes what waits, and the transaction ending at 3A/7E0B11F8 arrives by itself unless it is skipped. / Skip only what stops it. What fails is in the log of its server, with "finished at".',
    ]);
    assert.deepEqual(findingLines(skip(at('lagging', false))), []);
    assert.deepEqual(findingLines(skip(at('applyErrorLoop'))), []);
  });

  it('a role that may not, a version that cannot, text that is no LSN', () => {
    const role = plainRole({ memberOf: ['postgres'] });
    assert.deepEqual(findingLines(skip(contextOf({}, {}, { role }))), [
      'error privilege edge: deployer may not skip a transaction on edge: only a superuser may (42501). / Name a superuser as "adminUser" in the file.',
    ]);
    const old = skip(contextOf({}, {}, { server: { versionNum: 140_010 } }));
    assert.equal(old.steps.length, 0);
    assert.deepEqual(findingLines(old), [
      'error unsupportedOption edge: edge runs Postgres 14: a transaction can be skipped from 15 on. Change or delete the row that is in the way. / Or move the subscription behind that transaction by hand, as a superuser; all of it is lost there.',
      '  ALTER SUBSCRIPTION "jobs_sub" DISABLE;',
      `  SELECT pg_catalog.pg_replication_origin_advance('pg_16500', '3A/7E0B1228');`,
      '  ALTER SUBSCRIPTION "jobs_sub" ENABLE;',
    ]);
    for (const text of ['0/0', `1'; DROP`, '']) {
      const plan = skip(contextOf(), text);
      assert.deepEqual([plan.steps.length, plan.findings[0]?.code], [0, 'illegalName']);
    }
  });
});
