import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import { planInstallSentinel } from '../../../../src/core/plan/planInstallSentinel';
import { planUninstallSentinel } from '../../../../src/core/plan/planUninstallSentinel';
import { sentinelTable } from '../../../../src/core/plan/sentinelNames';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  column,
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

const REQUEST = { nodeId: 'central', publication: 'jobs_pub' };
const { name: NAME } = sentinelTable({
  systemIdentifier: 'system of central',
  database: 'app',
  publication: 'jobs_pub',
});
const SENTINEL = `"pgtopology"."${NAME}"`;
const PRUNED = { schema: 'pgtopology', name: NAME };
const SCHEMAS = [
  { name: 'public', owner: 'postgres', canCreate: true, canUse: true },
  { name: 'pgtopology', owner: 'postgres', canCreate: true, canUse: true },
];
const INSTALLED = table(NAME, {
  schema: 'pgtopology',
  columns: [column('token', 'uuid'), column('written_at', 'timestamp with time zone')],
});
const JOBS = { schema: 'public', name: 'jobs', state: 'r' };
const CREATE = `CREATE TABLE ${SENTINEL} ("token" uuid PRIMARY KEY, "written_at" timestamp with time zone NOT NULL DEFAULT now())`;
const COMMENT = `COMMENT ON TABLE ${SENTINEL} IS 'Postgres Topology sentinel 1: tokens of checks for publication jobs_pub of database app, system system of central'`;
const SCHEMA = [
  'CREATE SCHEMA "pgtopology"',
  `COMMENT ON SCHEMA "pgtopology" IS 'Postgres Topology 1'`,
];

interface Servers {
  readonly central?: CatalogChange;
  readonly edge?: CatalogChange;
  readonly extra?: readonly ReturnType<typeof catalog>[];
}

function contextOf({ central = {}, edge = {}, extra = [] }: Servers = {}) {
  const nodes = [
    declared('central'),
    declared('read', { standbyOf: 'central' }),
    declared('edge', {
      subscriptions: [
        {
          ...subscription('jobs_sub', 'central'),
          publications: ['jobs_pub'],
          connection: 'user=replication_user dbname=app',
        },
      ],
    }),
    ...extra.map(({ nodeId }) => declared(nodeId)),
  ];
  const publisher = catalog('central', {
    relations: [table('jobs')],
    publications: [publication('jobs_pub', ['jobs'])],
    slots: [slotFacts('jobs_sub')],
    ...central,
  });
  const subscriber = catalog('edge', {
    relations: [table('jobs')],
    subscriptions: [subscriptionFacts('jobs_sub', { owner: 'sub_owner', tables: [JOBS] })],
    ...edge,
  });
  return context([publisher, subscriber, ...extra], { nodes });
}

const published = publication('jobs_pub', ['jobs'], {
  tables: [
    { schema: 'public', name: 'jobs', columns: null },
    { ...PRUNED, columns: null },
  ],
  namedTables: [{ schema: 'public', name: 'jobs' }, PRUNED].map((each) => ({
    ...each,
    columns: null,
    rowFilter: null,
  })),
});
const everywhere: Servers = {
  central: { relations: [table('jobs'), INSTALLED], publications: [published], schemas: SCHEMAS },
  edge: {
    relations: [table('jobs'), INSTALLED],
    schemas: SCHEMAS,
    subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS, { ...PRUNED, state: 'r' }] })],
  },
};

describe('planInstallSentinel', () => {
  it('makes the table on the subscriber first, owned and granted so that nothing stops', () => {
    const plan = planInstallSentinel(REQUEST, contextOf());
    assert.equal(plan.title, 'Install the sentinel table of jobs_pub on central');
    assert.ok(isRunnable(plan));
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(planSql(plan), [
      ...SCHEMA.map((sql) => `edge: ${sql}`),
      `edge: ${CREATE}`,
      `edge: ${COMMENT}`,
      'edge: GRANT USAGE ON SCHEMA "pgtopology" TO "sub_owner"',
      'edge: GRANT USAGE ON SCHEMA "pgtopology" TO "monitor"',
      `edge: GRANT SELECT ON ${SENTINEL} TO "monitor"`,
      `edge: ALTER TABLE ${SENTINEL} OWNER TO "sub_owner"`,
      ...SCHEMA.map((sql) => `central: ${sql}`),
      `central: ${CREATE}`,
      `central: ${COMMENT}`,
      'central: GRANT USAGE ON SCHEMA "pgtopology" TO "monitor"',
      `central: GRANT SELECT, INSERT, DELETE ON ${SENTINEL} TO "monitor"`,
      'central: GRANT USAGE ON SCHEMA "pgtopology" TO "replication_user"',
      `central: GRANT SELECT ON ${SENTINEL} TO "replication_user"`,
      `central: ALTER PUBLICATION "jobs_pub" ADD TABLE ${SENTINEL}`,
      'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION WITH (copy_data = false)',
    ]);
    assert.deepEqual(undoSql(plan), [
      `central: ALTER PUBLICATION "jobs_pub" DROP TABLE ${SENTINEL}`,
      `central: DROP TABLE ${SENTINEL}`,
      'central: DROP SCHEMA "pgtopology"',
      `edge: DROP TABLE ${SENTINEL}`,
      'edge: DROP SCHEMA "pgtopology"',
    ]);
    assert.deepEqual(
      plan.steps.map(({ nodeId, isTransactional, settle }) => [
        nodeId,
        isTransactional,
        settle !== null,
      ]),
      [
        ['edge', true, false],
        ['central', true, false],
        ['edge', false, true],
      ],
    );
  });

  it('has nothing to do where it is installed, and finishes what was left half done', () => {
    const done = planInstallSentinel(REQUEST, contextOf(everywhere));
    assert.deepEqual(done.steps, []);
    assert.deepEqual(findingLines(done), [
      `note nothingToDo central: pgtopology.${NAME} is installed and in step everywhere.`,
    ]);
    const half = planInstallSentinel(
      REQUEST,
      contextOf({
        central: { ...everywhere.central, publications: [publication('jobs_pub', ['jobs'])] },
        edge: {
          ...everywhere.edge,
          subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS] })],
        },
      }),
    );
    assert.deepEqual(planSql(half), [
      `central: ALTER PUBLICATION "jobs_pub" ADD TABLE ${SENTINEL}`,
      'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION WITH (copy_data = false)',
    ]);
  });

  it('lets the refresh copy what else waits for it', () => {
    const plan = planInstallSentinel(
      REQUEST,
      contextOf({
        central: {
          relations: [table('jobs'), table('runs')],
          publications: [publication('jobs_pub', ['jobs', 'runs'])],
        },
        edge: {
          relations: [table('jobs'), table('runs')],
          subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS] })],
        },
      }),
    );
    assert.equal(planSql(plan).at(-1), 'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION');
    assert.ok(isRunnable(plan));
    const missing = planInstallSentinel(
      REQUEST,
      contextOf({
        central: {
          relations: [table('jobs'), table('runs')],
          publications: [publication('jobs_pub', ['jobs', 'runs'])],
        },
      }),
    );
    assert.ok(!isRunnable(missing));
    assert.ok(missing.findings.some(({ code }) => code === 'missingTable'));
  });

  it('lets a subscriber prune where the publication carries no deletes', () => {
    const central = {
      publications: [publication('jobs_pub', ['jobs'], { operations: ['insert'] })],
    };
    const plan = planInstallSentinel(REQUEST, contextOf({ central }));
    assert.ok(planSql(plan).includes(`edge: GRANT SELECT, DELETE ON ${SENTINEL} TO "monitor"`));
  });

  it('needs no publication where only standbys are to be checked', () => {
    const plan = planInstallSentinel(
      { nodeId: 'central', publication: null },
      context([catalog('central')], {
        nodes: [declared('central'), declared('read', { standbyOf: 'central' })],
      }),
    );
    assert.ok(isRunnable(plan));
    assert.deepEqual(
      plan.steps.map(({ nodeId }) => nodeId),
      ['central'],
    );
    assert.ok(!planSql(plan).some((sql) => sql.includes('ALTER PUBLICATION')));
  });

  const refusals: readonly (readonly [string, Servers, RegExp])[] = [
    [
      'a publication without inserts',
      { central: { publications: [publication('jobs_pub', [], { operations: ['delete'] })] } },
      /^error unsupportedOption central: jobs_pub on central publishes no inserts/u,
    ],
    [
      'a standby',
      { central: { publications: [published], server: { isInRecovery: true } } },
      /^error standby central: /u,
    ],
    [
      'a disabled subscription',
      {
        edge: {
          subscriptions: [subscriptionFacts('jobs_sub', { isEnabled: false, tables: [JOBS] })],
        },
      },
      /^error notFound edge: jobs_sub on edge is disabled/u,
    ],
    [
      'a role that may not give the table away',
      { edge: { role: plainRole({ canCreateInDatabase: true }) } },
      /^error privilege edge: The table must belong to sub_owner, who owns the subscription on edge/u,
    ],
    [
      'two subscriptions of one database that would both receive it',
      {
        edge: {
          subscriptions: [
            subscriptionFacts('jobs_sub', { tables: [JOBS] }),
            subscriptionFacts('twin_sub', { tables: [JOBS] }),
          ],
        },
        central: { slots: [slotFacts('jobs_sub'), slotFacts('twin_sub')] },
      },
      /^error tableTwice edge: jobs_sub, twin_sub on edge/u,
    ],
    [
      'something else of that name',
      { central: { relations: [table(NAME, { schema: 'pgtopology' })], schemas: SCHEMAS } },
      /^error nameTaken central: /u,
    ],
  ];
  for (const [what, servers, finding] of refusals) {
    it(`is refused by ${what}`, () => {
      const plan = planInstallSentinel(REQUEST, contextOf(servers));
      assert.ok(!isRunnable(plan));
      assert.ok(
        findingLines(plan).some((line) => finding.test(line)),
        findingLines(plan).join('\n'),
      );
    });
  }

  it('is refused while a subscriber cannot be read, and without the publication', () => {
    const full = contextOf();
    const unread = { ...full, catalogs: new Map([...full.catalogs].slice(0, 1)) };
    const plan = planInstallSentinel(REQUEST, unread);
    assert.ok(!isRunnable(plan));
    assert.match(findingLines(plan)[0] ?? '', /^error subscriberLacks edge: /u);
    const missing = planInstallSentinel({ nodeId: 'central', publication: 'nope' }, full);
    assert.match(findingLines(missing)[0] ?? '', /^error missingPublication central: /u);
  });

  it('warns of a reader that nobody knows', () => {
    const central = { slots: [slotFacts('jobs_sub'), slotFacts('mystery')] };
    const plan = planInstallSentinel(REQUEST, contextOf({ central }));
    assert.ok(isRunnable(plan));
    assert.match(
      findingLines(plan)[0] ?? '',
      /^warning subscriberLacks central: Who reads mystery/u,
    );
  });

  it('follows a publication of all tables down the way, the last node first', () => {
    const all = publication('all_pub', ['jobs'], { allTables: true, namedTables: [] });
    const far = catalog('far', {
      relations: [table('jobs')],
      subscriptions: [subscriptionFacts('far_sub', { publications: ['all_pub'], tables: [JOBS] })],
    });
    const plan = planInstallSentinel(
      REQUEST,
      contextOf({
        edge: {
          relations: [table('jobs')],
          publications: [all],
          slots: [slotFacts('far_sub')],
          subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS] })],
        },
        extra: [far],
      }),
    );
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        `far: Create pgtopology.${NAME}`,
        `edge: Create pgtopology.${NAME}`,
        `central: Create pgtopology.${NAME} and publish it in jobs_pub`,
        'edge: Refresh subscription jobs_sub',
        'far: Refresh subscription far_sub',
      ],
    );
  });
});

describe('planUninstallSentinel', () => {
  const LAST = [
    `central: LOCK TABLE ${SENTINEL} IN SHARE ROW EXCLUSIVE MODE`,
    `central: INSERT INTO ${SENTINEL} ("token") VALUES ('00000000-0000-0000-0000-000000000000') ON CONFLICT DO NOTHING`,
  ];
  const SEEN = `edge: SELECT EXISTS (SELECT FROM ${SENTINEL} WHERE "token" = '00000000-0000-0000-0000-000000000000')`;
  const RELEASE =
    'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION WITH (copy_data = false)';
  const drops = (nodeId: string) => [
    `${nodeId}: DROP TABLE ${SENTINEL}`,
    `${nodeId}: DROP SCHEMA "pgtopology"`,
  ];

  it('drops the table on a subscriber only after the last token has arrived there', () => {
    const plan = planUninstallSentinel(REQUEST, contextOf(everywhere));
    assert.ok(isRunnable(plan));
    assert.deepEqual(planSql(plan), [
      ...LAST,
      `central: ALTER PUBLICATION "jobs_pub" DROP TABLE ${SENTINEL}`,
      SEEN,
      RELEASE,
      ...drops('edge'),
      ...drops('central'),
    ]);
    assert.equal(plan.steps[1]?.settle?.sql, SEEN.replace('edge: ', ''));
  });

  it('drops it upstream first where a publication of all tables holds it', () => {
    const all = publication('jobs_pub', ['jobs'], { allTables: true, namedTables: [] });
    const central = { ...everywhere.central, publications: [all] };
    const plan = planUninstallSentinel(REQUEST, contextOf({ ...everywhere, central }));
    assert.deepEqual(planSql(plan), [
      ...LAST,
      ...drops('central'),
      SEEN,
      RELEASE,
      ...drops('edge'),
    ]);
  });

  it('keeps a schema that holds something else, and has nothing to do where there is nothing', () => {
    const queue = table('pending_sync', { schema: 'pgtopology' });
    const central = { ...everywhere.central, relations: [table('jobs'), INSTALLED, queue] };
    const plan = planUninstallSentinel(REQUEST, contextOf({ ...everywhere, central }));
    assert.ok(!planSql(plan).includes('central: DROP SCHEMA "pgtopology"'));
    assert.ok(planSql(plan).includes('edge: DROP SCHEMA "pgtopology"'));
    const nothing = planUninstallSentinel(REQUEST, contextOf());
    assert.ok(!isRunnable(nothing));
    assert.deepEqual(
      nothing.findings.map(({ code }) => code),
      ['nothingToDo'],
    );
  });

  it('is refused while a subscription that takes it is disabled', () => {
    const tables = [JOBS, { ...PRUNED, state: 'r' }];
    const edge = {
      ...everywhere.edge,
      subscriptions: [subscriptionFacts('jobs_sub', { isEnabled: false, tables })],
    };
    const plan = planUninstallSentinel(REQUEST, contextOf({ ...everywhere, edge }));
    assert.ok(!isRunnable(plan));
  });
});
