import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import { planAlterPublication } from '../../../../src/core/plan/planAlterPublication';
import { planDropPublication } from '../../../../src/core/plan/planDropPublication';
import { planRenamePublication } from '../../../../src/core/plan/planRenamePublication';
import type { StepOutcome } from '../../../../src/core/plan/report';
import { reportDocument } from '../../../../src/core/plan/reportDocument';
import { undoPlan } from '../../../../src/core/plan/undoPlan';
import type { AlterPublicationRequest, PlanContext } from '../../../../src/core/plan/requests';
import type { DeclaredTable } from '../../../../src/core/topology';
import { declared } from '../describe/makeSnapshot';
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

const JOBS: DeclaredTable = { schema: 'public', name: 'jobs', columns: null, rowFilter: null };
const ORDERS: DeclaredTable = { ...JOBS, name: 'orders' };
const READY = { schema: 'public', name: 'jobs', state: 'r' };

const NODES = [
  declared('central', {
    publications: [
      { name: 'jobs_pub', tables: [JOBS], schemas: [], allTables: false, options: {} },
    ],
  }),
  declared('edge', {
    subscriptions: [
      {
        name: 'jobs_sub',
        publisher: 'central',
        publications: ['jobs_pub'],
        connection: 'host=db user=replication_user',
        slotName: 'jobs_sub',
        options: {},
      },
    ],
  }),
];

interface World {
  readonly central?: CatalogChange;
  readonly edge?: CatalogChange | null;
}

function world({ central = {}, edge = {} }: World = {}): PlanContext {
  const publisher = catalog('central', {
    relations: [table('jobs'), table('orders', { notReadableBy: ['replication_user'] })],
    publications: [publication('jobs_pub', ['jobs'])],
    slots: [slotFacts('jobs_sub')],
    ...central,
  });
  const subscriber =
    edge === null
      ? []
      : [
          catalog('edge', {
            relations: [table('jobs'), table('orders')],
            subscriptions: [subscriptionFacts('jobs_sub', { tables: [READY] })],
            ...edge,
          }),
        ];
  return context([publisher, ...subscriber], { nodes: NODES });
}

function alter(change: Partial<AlterPublicationRequest>, where?: World) {
  return planAlterPublication(
    {
      nodeId: 'central',
      name: 'jobs_pub',
      tables: null,
      schemas: null,
      operations: null,
      viaPartitionRoot: null,
      generatedColumns: null,
      createsMissingTables: true,
      ...change,
    },
    world(where),
  );
}

describe('a publication that a subscription takes from a standby', () => {
  const nodes = NODES.map((node) =>
    node.id === 'edge'
      ? {
          ...node,
          subscriptions: node.subscriptions.map((one) => ({ ...one, publisher: 'standby' })),
        }
      : node,
  );
  const below = declared('standby', { standbyOf: 'central' });
  const known = (): PlanContext => {
    const found = world({ central: { slots: [] } });
    return { ...found, topology: { ...found.topology, nodes: [...nodes, below] } };
  };

  it('is neither dropped nor renamed under it', () => {
    const at = { nodeId: 'central', name: 'jobs_pub' };
    const plans = [
      planDropPublication(at, known()),
      planRenamePublication({ ...at, newName: 'tasks_pub' }, known()),
    ];
    for (const plan of plans) {
      assert.ok(!isRunnable(plan));
      assert.match(
        findingLines(plan)[0] ?? '',
        /^error stillTaken edge: jobs_sub on edge takes jobs_pub from standby, a standby of central. Without jobs_pub: it stops/u,
      );
      assert.ok(plan.impacts.some(({ kind, nodeId }) => kind === 'stops' && nodeId === 'edge'));
    }
  });

  it('gets more tables with the word that it has to be refreshed by hand', () => {
    const plan = planAlterPublication(
      {
        nodeId: 'central',
        name: 'jobs_pub',
        tables: [JOBS, ORDERS],
        schemas: null,
        operations: null,
        viaPartitionRoot: null,
        generatedColumns: null,
        createsMissingTables: true,
      },
      known(),
    );
    assert.deepEqual(planSql(plan), [
      'central: ALTER PUBLICATION "jobs_pub" ADD TABLE "public"."orders"',
    ]);
    assert.deepEqual(findingLines(plan), [
      'warning unknownServer edge: jobs_sub on edge takes jobs_pub from standby, a standby: this plan neither makes public.orders there nor refreshes it. / Create what it lacks first, and refresh it once standby has replayed the change.',
    ]);
    assert.deepEqual(
      plan.impacts.map(({ kind, nodeId }) => `${kind} ${nodeId ?? '-'}`),
      ['needsRefresh edge'],
    );
  });
});

describe('planAlterPublication', () => {
  it('adds what is new, opens it to who copies it, and refreshes; undo and file go with it', () => {
    const plan = alter({ tables: [JOBS, ORDERS] });
    assert.deepEqual(planSql(plan), [
      'central: GRANT USAGE ON SCHEMA "public" TO "replication_user"',
      'central: GRANT SELECT ON "public"."orders" TO "replication_user"',
      'central: ALTER PUBLICATION "jobs_pub" ADD TABLE "public"."orders"',
      'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION',
    ]);
    assert.deepEqual(undoSql(plan), [
      'central: ALTER PUBLICATION "jobs_pub" DROP TABLE "public"."orders"',
      'central: REVOKE SELECT ON "public"."orders" FROM "replication_user"',
      'central: REVOKE USAGE ON SCHEMA "public" FROM "replication_user"',
    ]);
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(
      plan.impacts.map(({ kind, nodeId }) => `${kind} ${nodeId ?? ''}`),
      ['needsRefresh edge'],
    );
    assert.deepEqual(plan.fileChanges, [
      {
        path: ['nodes', 'central', 'publications', 'jobs_pub'],
        value: { tables: ['public.jobs', 'public.orders'] },
      },
    ]);
    assert.equal(isRunnable(plan), true);
  });

  it('takes out what is too much, and says whose rows stay away', () => {
    const central = { publications: [publication('jobs_pub', ['jobs', 'orders'])] };
    const edge = {
      subscriptions: [
        subscriptionFacts('jobs_sub', { tables: [READY, { ...READY, name: 'orders' }] }),
      ],
    };
    const plan = alter({ tables: [JOBS] }, { central, edge });
    assert.deepEqual(planSql(plan), [
      'central: ALTER PUBLICATION "jobs_pub" DROP TABLE "public"."orders"',
      'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION',
    ]);
    assert.equal(plan.steps[0]?.risk, 'losesData');
    assert.deepEqual(plan.impacts, [
      {
        kind: 'losesRows',
        nodeId: 'edge',
        subscription: 'jobs_sub',
        text: 'Rows of public.orders that are written on central from then on do not arrive, and nothing says so. What it has of it stays.',
      },
    ]);
    assert.deepEqual(plan.fileChanges, []);
  });

  it('sets all anew where a list or filter changes; the same in the server’s words is no change', () => {
    const limited = { ...JOBS, columns: ['id', 'name'], rowFilter: 'id IS NOT NULL' };
    const plan = alter({ tables: [limited], operations: ['insert'] });
    assert.deepEqual(planSql(plan), [
      'central: ALTER PUBLICATION "jobs_pub" SET TABLE "public"."jobs" ("id", "name") WHERE (id IS NOT NULL)',
      `central: ALTER PUBLICATION "jobs_pub" SET (publish = 'insert')`,
    ]);
    assert.deepEqual(undoSql(plan), [
      'central: ALTER PUBLICATION "jobs_pub" SET TABLE "public"."jobs"',
      `central: ALTER PUBLICATION "jobs_pub" SET (publish = 'insert, update, delete, truncate')`,
    ]);
    assert.equal(plan.steps[0]?.effectCheck, null);
    assert.deepEqual(
      plan.impacts.map(({ text }) => text),
      [
        'Which rows of public.jobs are sent changes: those that the filter leaves out from now on do not arrive, and those that it newly lets in arrive only when they are written again.',
        'Of public.jobs, only id, name are sent from now on.',
        'UPDATE, DELETE, TRUNCATE on central from now on do not arrive, so rows differ for good.',
      ],
    );
    const told = publication('jobs_pub', ['jobs'], {
      namedTables: [{ ...limited, columns: ['name', 'id'], rowFilter: '(id IS NOT NULL)' }],
    });
    const again = alter({ tables: [limited] }, { central: { publications: [told] } });
    assert.deepEqual(again.steps, []);
    assert.deepEqual(findingLines(again), [
      'note nothingToDo central: jobs_pub on central is so already.',
    ]);
  });

  it('options by themselves, and what the version lacks by name', () => {
    assert.deepEqual(planSql(alter({ viaPartitionRoot: true })), [
      'central: ALTER PUBLICATION "jobs_pub" SET (publish_via_partition_root = true)',
    ]);
    assert.deepEqual(findingLines(alter({ generatedColumns: 'stored' })), [
      'error unsupportedOption central: central runs Postgres 17: publish_generated_columns needs 18 or newer. / Leave out the option generatedColumns.',
    ]);
    assert.deepEqual(alter({ generatedColumns: 'none' }).steps, []);
    const eighteen = publication('jobs_pub', ['jobs'], { generatedColumns: 'none' });
    const on18 = { server: { versionNum: 180_000 }, publications: [eighteen] };
    assert.deepEqual(planSql(alter({ generatedColumns: 'stored' }, { central: on18 })), [
      'central: ALTER PUBLICATION "jobs_pub" SET (publish_generated_columns = stored)',
    ]);
  });

  it('refuses what would stop a subscription or the application', () => {
    const lacking = alter({ tables: [JOBS, ORDERS] }, { edge: { relations: [table('jobs')] } });
    assert.match(
      findingLines(lacking).join('\n'),
      /^error subscriberLacks edge: edge lacks public\.orders/u,
    );
    const bare = [table('jobs'), table('orders', { identityColumns: [] })];
    assert.match(
      findingLines(alter({ tables: [JOBS, ORDERS] }, { central: { relations: bare } })).join('\n'),
      /^error noReplicaIdentity central: public\.orders has no replica identity/u,
    );
    const all = publication('jobs_pub', ['jobs'], { allTables: true, namedTables: [] });
    assert.match(
      findingLines(alter({ tables: [JOBS] }, { central: { publications: [all] } })).join('\n'),
      /^error unsupportedOption central: jobs_pub on central publishes all tables/u,
    );
    assert.match(
      findingLines(alter({ tables: [] })).join('\n'),
      /error nothingToDo central: jobs_pub would publish no table\./u,
    );
    const others = {
      role: plainRole(),
      publications: [{ ...publication('jobs_pub', ['jobs']), isOwned: false }],
    };
    assert.match(
      findingLines(alter({ operations: ['insert'] }, { central: others })).join('\n'),
      /^error privilege central: jobs_pub on central belongs to postgres/u,
    );
    const widened = publication('jobs_pub', ['jobs'], {
      namedTables: [{ ...JOBS, columns: ['id'] }],
    });
    const narrow = table('jobs', { columns: [column('id', 'uuid', { isNotNull: true })] });
    const wide = alter(
      { tables: [JOBS] },
      { central: { publications: [widened] }, edge: { relations: [narrow] } },
    );
    assert.match(
      findingLines(wide).join('\n'),
      /^error missingColumn edge: public\.jobs on edge has no column name/u,
    );
  });

  it('partitions as their root would come twice to who has them', () => {
    const parts = [table('jobs', { kind: 'partitioned' }), table('jobs_1', { isPartition: true })];
    const leaf = { schema: 'public', name: 'jobs_1', columns: null };
    const found = publication('jobs_pub', ['jobs'], { tables: [leaf] });
    const plan = alter(
      { viaPartitionRoot: true },
      { central: { relations: parts, publications: [found] }, edge: { relations: parts } },
    );
    assert.match(
      findingLines(plan).join('\n'),
      /^error stillTaken central: public\.jobs_1 would be published as public\.jobs: jobs_sub on edge would get the rows a second time/u,
    );
  });

  it('says of a subscriber that was not read what may become of it; a disabled one is left to be refreshed', () => {
    const unread = alter({ tables: [JOBS, ORDERS] }, { edge: null });
    assert.deepEqual(findingLines(unread), [
      'warning unknownServer edge: jobs_sub on edge takes jobs_pub, and edge could not be read: if it lacks public.orders, it stops. / Connect to edge and plan again, or create the tables there and refresh it afterwards.',
    ]);
    assert.deepEqual(
      unread.impacts.map(({ kind }) => kind),
      ['stops', 'needsRefresh'],
    );
    const disabled = subscriptionFacts('jobs_sub', { tables: [READY], isEnabled: false });
    const later = alter({ tables: [JOBS, ORDERS] }, { edge: { subscriptions: [disabled] } });
    assert.equal(isRunnable(later), true);
    assert.ok(!planSql(later).some((sql) => sql.startsWith('edge')));
    assert.deepEqual(
      later.impacts.map(({ kind }) => kind),
      ['needsRefresh'],
    );
  });
});

describe('planDropPublication', () => {
  const request = { nodeId: 'central', name: 'jobs_pub' };
  const two = subscriptionFacts('jobs_sub', {
    publications: ['jobs_pub', 'other_pub'],
    tables: [READY],
  });

  it('nobody takes it: one statement, modal, and the file forgets it', () => {
    const plan = planDropPublication(request, world({ edge: { subscriptions: [] } }));
    assert.deepEqual(planSql(plan), ['central: DROP PUBLICATION "jobs_pub"']);
    assert.deepEqual(undoSql(plan), [
      'central: CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs"',
    ]);
    assert.equal(plan.steps[0]?.risk, 'losesData');
    assert.deepEqual(plan.fileChanges, [
      { path: ['nodes', 'central', 'publications', 'jobs_pub'], value: undefined },
    ]);
  });

  it('taken back, it is given to its subscribers once they have passed its making', () => {
    const plan = planDropPublication(request, world({ edge: { subscriptions: [two] } }));
    const outcomes = plan.steps.map((step): StepOutcome => ({
      step,
      state: 'done',
      doneStatements: step.statements.length,
      failure: null,
      notices: [],
      startedAtMs: 1,
      endedAtMs: 2,
    }));
    const report = { plan, outcomes, wasCancelled: false, startedAtMs: 1, endedAtMs: 2 };
    const undo = undoPlan(report);
    assert.deepEqual(
      undo.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        'central: Take back: Drop publication jobs_pub',
        'central: Wait until subscribers have passed the making of jobs_pub',
        'edge: Take back: Let jobs_sub take jobs_pub no more',
      ],
    );
    assert.match(undo.steps[1]?.settle?.sql ?? '', /confirmed_flush_lsn >= l\.lsn/u);
    assert.ok(!findingLines(undo).some((line) => line.includes('stays as it is')));
    assert.match(
      reportDocument(report),
      /passed the making of jobs_pub, which is so once this says true:\n-- +SELECT COALESCE/u,
    );
  });

  it('those with other publications let go first, and it waits until they have', () => {
    const plan = planDropPublication(request, world({ edge: { subscriptions: [two] } }));
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        'edge: Let jobs_sub take jobs_pub no more',
        'central: Wait until subscribers have let go of jobs_pub',
        'central: Drop publication jobs_pub',
      ],
    );
    assert.equal(
      planSql(plan)[0],
      'edge: ALTER SUBSCRIPTION "jobs_sub" DROP PUBLICATION "jobs_pub"',
    );
    assert.deepEqual(findingLines(plan), []);
    const idle = { ...two, isEnabled: false };
    const later = planDropPublication(request, world({ edge: { subscriptions: [idle] } }));
    assert.match(planSql(later)[0] ?? '', / WITH \(refresh = false\)$/u);
  });

  it('one that takes nothing else forbids it, with what would follow by version', () => {
    const lines = (versionNum: number) =>
      findingLines(planDropPublication(request, world({ central: { server: { versionNum } } })));
    assert.deepEqual(lines(170_000), [
      'error stillTaken edge: jobs_sub on edge takes nothing but jobs_pub, and a subscription must take something. Without jobs_pub: it stops with publication "jobs_pub" does not exist (42704), also when one of that name is made again. / Drop jobs_sub first, or let it take another publication.',
    ]);
    assert.match(lines(180_000).join(), /what is written from then on never arrives there/u);
  });

  it('names who cannot be asked, and who may not see when it is safe', () => {
    const unread = planDropPublication(request, world({ edge: null }));
    assert.match(
      findingLines(unread).join(),
      /^error unknownServer edge: jobs_sub on edge takes jobs_pub, and edge could not be read\./u,
    );
    const blind = planDropPublication(
      request,
      world({ central: { role: plainRole() }, edge: { subscriptions: [two] } }),
    );
    assert.match(findingLines(blind).join('\n'), /GRANT pg_read_all_stats TO "deployer";/u);
    const stranger = planDropPublication(
      request,
      world({ central: { slots: [slotFacts('spy')] }, edge: { subscriptions: [] } }),
    );
    assert.match(
      findingLines(stranger).join(),
      /^warning unknownServer central: Somebody reads the slot spy on central/u,
    );
    const gone = planDropPublication({ ...request, name: 'absent' }, world());
    assert.deepEqual(findingLines(gone), [
      'error missingPublication central: central has no publication absent in the database app (42704).',
    ]);
  });
});

describe('planRenamePublication', () => {
  const request = { nodeId: 'central', name: 'jobs_pub', newName: 'work_pub' };

  it('nobody takes it: RENAME', () => {
    const plan = planRenamePublication(request, world({ edge: { subscriptions: [] } }));
    assert.deepEqual(planSql(plan), ['central: ALTER PUBLICATION "jobs_pub" RENAME TO "work_pub"']);
    assert.deepEqual(undoSql(plan), ['central: ALTER PUBLICATION "work_pub" RENAME TO "jobs_pub"']);
  });

  it('somebody takes it: another of that name, which all have passed before they take it', () => {
    const plan = planRenamePublication(request, world());
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        'central: Create publication work_pub, like jobs_pub',
        'central: Wait until subscribers have passed the making of work_pub',
        'edge: Let jobs_sub take work_pub instead of jobs_pub',
        'central: Wait until subscribers have let go of jobs_pub',
        'central: Drop publication jobs_pub',
      ],
    );
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(plan.fileChanges, [
      { path: ['nodes', 'central', 'publications', 'jobs_pub'], value: undefined },
      {
        path: ['nodes', 'central', 'publications', 'work_pub'],
        value: { tables: ['public.jobs'] },
      },
      {
        path: ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'publications'],
        value: ['work_pub'],
      },
    ]);
  });

  it('a name that is taken, a disabled reader and missing rights forbid it', () => {
    const taken = [publication('jobs_pub', ['jobs']), publication('work_pub', ['orders'])];
    assert.match(
      findingLines(
        planRenamePublication(request, world({ central: { publications: taken } })),
      ).join(),
      /^error nameTaken central/u,
    );
    const idle = subscriptionFacts('jobs_sub', { tables: [READY], isEnabled: false });
    assert.match(
      findingLines(
        planRenamePublication(request, world({ edge: { subscriptions: [idle] } })),
      ).join(),
      /^error stillTaken edge: jobs_sub on edge is disabled/u,
    );
    const role = plainRole({ memberOf: ['deployer', 'pg_monitor'] });
    assert.match(
      findingLines(planRenamePublication(request, world({ central: { role } }))).join('\n'),
      /it may not create anything in the database app \(42501\)/u,
    );
    const long = planRenamePublication({ ...request, newName: 'x'.repeat(64) }, world());
    assert.match(findingLines(long).join(), /^error illegalName central/u);
  });

  it('goes on with what an earlier try made', () => {
    const half = [publication('jobs_pub', ['jobs']), publication('work_pub', ['jobs'])];
    const plan = planRenamePublication(request, world({ central: { publications: half } }));
    assert.equal(isRunnable(plan), true);
    assert.equal(plan.steps[0]?.title, 'Wait until subscribers have passed the making of work_pub');
  });
});
