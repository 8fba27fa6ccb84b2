import assert from 'node:assert/strict';
import { planChanges } from '../../../../src/core/plan/changes/planChanges';
import type { Plan } from '../../../../src/core/plan/plan';
import { planInstallSentinel } from '../../../../src/core/plan/planInstallSentinel';
import { planRenamePublication } from '../../../../src/core/plan/planRenamePublication';
import { planRemoveQueue } from '../../../../src/core/plan/queue/planRemoveQueue';
import { planSetUpEdge } from '../../../../src/core/plan/queue/planSetUpEdge';
import type { QueueFacts } from '../../../../src/core/plan/queue/queueFacts';
import type { PlanContext } from '../../../../src/core/plan/requests';
import { DEFAULT_QUEUE } from '../../../../src/core/queue/queueNames';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  context,
  plainRole,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  type CatalogChange,
} from './catalogs';

const ROLE = plainRole({ memberOf: ['deployer', 'pg_monitor'] });
const FOREIGN = { owner: 'app_owner', isOwned: false };
const JOBS = { schema: 'public', name: 'jobs', state: 'r' };

/** Statements for an administrator that findings offer, each on its node. */
function offered(plan: Plan): readonly string[] {
  return plan.findings.flatMap(({ code, severity, nodeId, fix }) =>
    code === 'privilege' && severity === 'error'
      ? (fix?.copy ?? '(nothing)').split('\n').map((sql) => `${nodeId ?? ''}: ${sql}`)
      : [],
  );
}

function world(central: CatalogChange = {}, edge: CatalogChange = {}, major = 17): PlanContext {
  const node = declared('edge', {
    subscriptions: [{ ...subscription('jobs_sub', 'central'), publications: ['jobs_pub'] }],
  });
  return context(
    [
      catalog('central', {
        relations: [table('jobs')],
        publications: [publication('jobs_pub', ['jobs'])],
        slots: [slotFacts('jobs_sub')],
        ...central,
      }),
      catalog('edge', {
        relations: [table('jobs')],
        subscriptions: [subscriptionFacts('jobs_sub', { tables: [JOBS] })],
        server: { versionNum: major * 10_000 },
        ...edge,
      }),
    ],
    { nodes: [declared('central'), node] },
  );
}

describe('What an administrator may run where a privilege is missing', () => {
  it('for a sentinel table: its publication, its subscription, its schema', () => {
    const request = { nodeId: 'central', publication: 'jobs_pub' };
    const foreign = world(
      { role: ROLE, publications: [publication('jobs_pub', ['jobs'], FOREIGN)] },
      {
        role: ROLE,
        subscriptions: [subscriptionFacts('jobs_sub', { ...FOREIGN, tables: [JOBS] })],
      },
    );
    const found = new Set(offered(planInstallSentinel(request, foreign)));
    for (const nodeId of ['central', 'edge']) {
      assert.ok(found.has(`${nodeId}: GRANT "app_owner" TO "deployer";`), [...found].join('\n'));
      assert.ok(found.has(`${nodeId}: GRANT CREATE ON DATABASE "app" TO "deployer";`));
    }
    assert.ok(!found.has('central: (nothing)') && !found.has('edge: (nothing)'));
    const closed = { name: 'pgtopology', owner: 'postgres', canCreate: false, canUse: true };
    const inSchema = offered(
      planInstallSentinel(request, world({ role: ROLE, schemas: [closed] })),
    );
    assert.ok(
      inSchema.includes('central: GRANT USAGE, CREATE ON SCHEMA "pgtopology" TO "deployer";'),
    );
  });

  it('of a subscription before 16, whose owner is a superuser, nobody is made a member', () => {
    const edge = {
      role: ROLE,
      subscriptions: [subscriptionFacts('jobs_sub', { ...FOREIGN, tables: [JOBS] })],
    };
    const plan = planInstallSentinel(
      { nodeId: 'central', publication: 'jobs_pub' },
      world({}, edge, 15),
    );
    const refresh = plan.findings.find(({ text }) => text.includes('may not refresh'));
    assert.equal(refresh?.fix?.copy, null);
    assert.match(refresh.fix.text, /^Name app_owner or another superuser as "adminUser"/u);
  });

  it('to rename a publication that has subscribers', () => {
    const request = { nodeId: 'central', name: 'jobs_pub', newName: 'work_pub' };
    const relations = [
      table('jobs', FOREIGN),
      table('parts', { owner: 'Other "Owner"', isOwned: false }),
    ];
    const publications = [publication('jobs_pub', ['jobs', 'parts'])];
    assert.deepEqual(
      offered(planRenamePublication(request, world({ role: ROLE, relations, publications }))),
      [
        'central: GRANT CREATE ON DATABASE "app" TO "deployer";',
        'central: GRANT "app_owner" TO "deployer";',
        'central: GRANT "Other ""Owner""" TO "deployer";',
      ],
    );
  });

  it('to give a role another password', () => {
    for (const [major, extra] of [
      [15, []],
      [16, ['central: GRANT "replication_user" TO "deployer" WITH ADMIN OPTION;']],
    ] as const) {
      const nodes = [
        declared('central'),
        declared('edge', {
          subscriptions: [
            {
              ...subscription('jobs_sub', 'central'),
              publications: ['jobs_pub'],
              connection: 'host=central dbname=app user=replication_user',
            },
          ],
        }),
      ];
      const central = catalog('central', {
        role: ROLE,
        relations: [table('jobs')],
        publications: [publication('jobs_pub', ['jobs'])],
        roles: [{ name: 'replication_user', isSuperuser: false, isReplication: true }],
        checkedRoles: [
          {
            name: 'replication_user',
            isSuperuser: false,
            isReplication: true,
            canLogin: true,
            memberOf: ['replication_user'],
            canConnect: true,
            canCreateInDatabase: false,
            usableSchemas: ['public'],
            writableTables: [],
          },
        ],
        server: { versionNum: major * 10_000 },
      });
      const edge = catalog('edge', { relations: [table('jobs')] });
      const plan = planChanges(
        {
          nodeIds: null,
          drops: false,
          signIns: [],
          passwords: [
            {
              publisherId: 'central',
              role: 'replication_user',
              verifier: { secret: 'verifier' },
              resets: true,
            },
          ],
          unread: [],
        },
        context([central, edge], { nodes }),
      );
      const resets = offered(plan).filter((sql) => /CREATEROLE|ADMIN OPTION/u.test(sql));
      assert.deepEqual(resets, ['central: ALTER ROLE "deployer" CREATEROLE;', ...extra]);
    }
  });

  it('to set up an edge, and to remove its queue', () => {
    const facts: QueueFacts = {
      functions: [],
      triggers: [],
      foreignKeys: [],
      partitions: [],
      parents: [],
      rights: [],
      schemaObjects: [],
      counters: [],
      openOperations: 0,
    };
    const queues = new Map([
      ['central', facts],
      ['edge', facts],
    ]);
    const { schema, name } = DEFAULT_QUEUE;
    const relations = [table('jobs', FOREIGN), table(name, { ...FOREIGN, schema })];
    const known = { ...world({ role: ROLE }, { role: ROLE, relations }), queues };
    const setUp = planSetUpEdge(
      {
        nodeId: 'edge',
        primaryId: 'central',
        queue: DEFAULT_QUEUE,
        capture: 'trigger',
        tables: [{ schema: 'public', name: 'jobs', policy: 'manual' }],
        drainer: null,
        subscription: null,
      },
      known,
    );
    const granted = offered(setUp);
    assert.ok(granted.includes('central: GRANT CREATE ON DATABASE "app" TO "deployer";'));
    assert.ok(granted.includes('edge: GRANT "app_owner" TO "deployer";'), granted.join('\n'));
    const removal = planRemoveQueue(
      { nodeId: 'edge', primaryId: null, queue: DEFAULT_QUEUE, dropsAddedColumns: false },
      known,
    );
    assert.deepEqual(offered(removal), ['edge: GRANT "app_owner" TO "deployer";']);
  });
});
