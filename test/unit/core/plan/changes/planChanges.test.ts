import assert from 'node:assert/strict';
import type { PlanChangesRequest } from '../../../../../src/core/plan/changes/changesRequest';
import { readFor, scopeOf } from '../../../../../src/core/plan/changes/changesScope';
import { planChanges } from '../../../../../src/core/plan/changes/planChanges';
import {
  knownLogins,
  missingSubscriptions,
  signInNeeds,
} from '../../../../../src/core/plan/changes/signInNeeds';
import { holderName } from '../../../../../src/core/plan/resyncHolder';
import { undeclaredObjects } from '../../../../../src/core/plan/changes/undeclaredObjects';
import type { TableDefinition } from '../../../../../src/core/plan/tableDefinition';
import { declared, edge, snapshot, subscription, verdict } from '../../describe/makeSnapshot';
import { setup } from '../../setup/makeSetup';
import {
  catalog,
  context,
  findingLines,
  planSql,
  publication,
  slotFacts,
  subscriptionFacts,
  table,
  type CatalogChange,
} from '../catalogs';

const JOBS_PUB = {
  name: 'jobs_pub',
  tables: [{ schema: 'public', name: 'jobs', columns: null, rowFilter: null }],
  schemas: [],
  allTables: false,
  options: {},
};
const JOBS_SUB = {
  ...subscription('jobs_sub', 'central'),
  publications: ['jobs_pub'],
  connection: 'host=central.example.com dbname=app user=replication_user',
};
const NODES = [
  declared('central', { publications: [JOBS_PUB] }),
  declared('edge', { subscriptions: [JOBS_SUB] }),
];
const DEFINITION: TableDefinition = {
  schema: 'public',
  name: 'jobs',
  columns: ['id', 'name'].map((name) => ({
    name,
    type: name === 'id' ? 'uuid' : 'text',
    collation: null,
    isNotNull: name === 'id',
    defaultSql: null,
    identity: null,
    generatedSql: null,
  })),
  constraints: [{ name: 'jobs_pkey', kind: 'primaryKey', sql: 'PRIMARY KEY (id)' }],
  indexes: [],
  replicaIdentity: 'default',
  identityIndex: null,
  partitionKey: null,
  partitionOf: null,
  rowEstimate: null,
  notCarried: [],
};
const SECRET = { secret: 'password' };

function contextOf(central: CatalogChange = {}, edge: CatalogChange = {}, nodes = NODES) {
  const made = context(
    [catalog('central', { relations: [table('jobs')], ...central }), catalog('edge', edge)],
    { nodes },
  );
  return { ...made, definitions: new Map([['central', [DEFINITION]]]) };
}

function request(change: Partial<PlanChangesRequest> = {}): PlanChangesRequest {
  return {
    nodeIds: null,
    drops: false,
    signIns: [
      {
        nodeId: 'edge',
        subscription: 'jobs_sub',
        connection: [
          { keyword: 'host', value: 'central.example.com' },
          { keyword: 'dbname', value: 'app' },
          { keyword: 'user', value: 'replication_user' },
          { keyword: 'password', value: SECRET },
        ],
        connectionTest: { kind: 'passed', systemIdentifier: 'system of central' },
      },
    ],
    passwords: [
      {
        publisherId: 'central',
        role: 'replication_user',
        verifier: { secret: 'verifier' },
        resets: false,
      },
    ],
    unread: [],
    ...change,
  };
}

const NO_ROLE = { roles: [{ name: 'postgres', isSuperuser: true, isReplication: true }] };
const JOBS_SUBSCRIPTION = subscriptionFacts('jobs_sub', {
  tables: [{ schema: 'public', name: 'jobs', state: 'r' }],
});
const SO_CENTRAL = {
  relations: [table('jobs')],
  publications: [publication('jobs_pub', ['jobs'])],
  slots: [slotFacts('jobs_sub', { isActive: true })],
};
const SO_EDGE = { relations: [table('jobs')], subscriptions: [JOBS_SUBSCRIPTION] };

describe('planChanges', () => {
  it('makes everything in order: table, role, grant, publication, subscription', () => {
    const plan = planChanges(request(), contextOf(NO_ROLE));
    assert.equal(plan.title, 'Bring Central cloud to what its file says');
    assert.deepEqual(planSql(plan), [
      'edge: CREATE TABLE "public"."jobs" (\n  "id" uuid NOT NULL,\n  "name" text,\n  CONSTRAINT "jobs_pkey" PRIMARY KEY (id)\n)',
      `central: CREATE ROLE "replication_user" LOGIN REPLICATION PASSWORD '***'`,
      'central: GRANT USAGE ON SCHEMA "public" TO "replication_user"',
      'central: GRANT SELECT ON "public"."jobs" TO "replication_user"',
      'central: CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs"',
      `edge: CREATE SUBSCRIPTION "jobs_sub"\n  CONNECTION 'host=''central.example.com'' dbname=''app'' user=''replication_user'' password=''***'''\n  PUBLICATION "jobs_pub"`,
    ]);
    assert.deepEqual(
      plan.findings.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.deepEqual(plan.fileChanges, [], 'the file is where it leads to');
  });

  it('lets the subscriber dial before anything is made, where its role is there with its password', () => {
    const first = (change: Partial<PlanChangesRequest>) =>
      planChanges(request(change), contextOf()).steps[0]?.title;
    assert.equal(first({ passwords: [] }), 'Try the connection from edge to central');
    const [login] = request().passwords;
    assert.ok(login);
    assert.equal(first({ passwords: [{ ...login, resets: true }] }), 'Create table public.jobs');
    assert.equal(
      planChanges(request(), contextOf(NO_ROLE)).steps[0]?.title,
      'Create table public.jobs',
    );
    const alone = planChanges(
      request({ passwords: [] }),
      contextOf({ ...SO_CENTRAL, slots: [] }, { relations: [table('jobs')] }),
    );
    assert.deepEqual(
      alone.steps.map(({ title }) => title),
      ['Create subscription jobs_sub'],
      'nothing comes before the subscription',
    );
  });

  it('tells the line of pg_hba.conf that a role needs which is made', () => {
    const found = { ...contextOf(NO_ROLE), setup: new Map([['central', setup({ hba: [] })]]) };
    const rules = findingLines(planChanges(request(), found)).filter((line) =>
      line.includes('hbaRule'),
    );
    assert.deepEqual(rules, [
      'warning hbaRule central: No line of pg_hba.conf on central lets edge.jobs_sub in as replication_user (28000). / Paste it above the first rule that fits, then SELECT pg_reload_conf().',
    ]);
    const there = { ...found, catalogs: contextOf().catalogs };
    assert.ok(
      !findingLines(planChanges(request({ passwords: [] }), there)).some((line) =>
        line.includes('hbaRule'),
      ),
      'the first dial tells',
    );
  });

  it('finds nothing to do where everything is so', () => {
    const plan = planChanges(request({ signIns: [] }), contextOf(SO_CENTRAL, SO_EDGE));
    assert.deepEqual(planSql(plan), []);
    assert.deepEqual(findingLines(plan), [
      'note nothingToDo (topology): central, edge are as the file says: there is nothing to do.',
    ]);
  });

  it('leaves what the file does not mention, says so, and drops it when asked', () => {
    const central = {
      ...SO_CENTRAL,
      relations: [table('jobs'), table('log')],
      publications: [publication('jobs_pub', ['jobs', 'log']), publication('old_pub', ['log'])],
    };
    const edge = {
      relations: [table('jobs'), table('log')],
      subscriptions: [
        {
          ...JOBS_SUBSCRIPTION,
          tables: ['jobs', 'log'].map((name) => ({ schema: 'public', name, state: 'r' })),
        },
      ],
    };
    const found = contextOf(central, edge);
    const kept = planChanges(request({ signIns: [] }), found);
    assert.deepEqual(planSql(kept), []);
    assert.match(
      findingLines(kept)[0] ?? '',
      /publishes public\.log, which the file does not list/u,
    );
    assert.deepEqual(undeclaredObjects(found.topology, null, found.catalogs, null), [
      'central.public.log in jobs_pub',
      'central.old_pub',
    ]);
    const dropped = planSql(planChanges(request({ signIns: [], drops: true }), found));
    assert.deepEqual(dropped, [
      'central: ALTER PUBLICATION "jobs_pub" DROP TABLE "public"."log"',
      'edge: ALTER SUBSCRIPTION "jobs_sub" REFRESH PUBLICATION',
      'central: DROP PUBLICATION "old_pub"',
    ]);
  });

  it('names a schema that a publication publishes beside the file, keeps it, and drops it when asked', () => {
    const central = {
      ...SO_CENTRAL,
      relations: [table('jobs'), table('log', { schema: 'audit' })],
      schemas: ['audit', 'public'].map((name) => ({
        name,
        owner: 'postgres',
        canCreate: true,
        canUse: true,
      })),
      publications: [
        {
          ...publication('jobs_pub', ['jobs']),
          schemas: ['audit'],
          tables: [
            { schema: 'audit', name: 'log', columns: null },
            { schema: 'public', name: 'jobs', columns: null },
          ],
        },
      ],
    };
    const found = contextOf(central, SO_EDGE, [declared('central', { publications: [JOBS_PUB] })]);
    assert.deepEqual(undeclaredObjects(found.topology, null, found.catalogs, null), [
      'central.tables of schema audit in jobs_pub',
    ]);
    const kept = planChanges(request({ signIns: [] }), found);
    assert.deepEqual(planSql(kept), []);
    assert.match(
      findingLines(kept)[0] ?? '',
      /publishes the tables of schema audit, which the file does not list; that stays/u,
    );
    assert.deepEqual(planSql(planChanges(request({ signIns: [], drops: true }), found)), [
      'central: ALTER PUBLICATION "jobs_pub" DROP TABLES IN SCHEMA "audit"',
    ]);
  });

  it('leaves what a resync keeps for its own end, also when asked to drop', () => {
    const holder = holderName('jobs_pub');
    const publications = [publication('jobs_pub', ['jobs']), publication(holder, ['jobs'])];
    const found = contextOf({ ...SO_CENTRAL, publications }, SO_EDGE);
    assert.deepEqual(undeclaredObjects(found.topology, null, found.catalogs, null), []);
    assert.deepEqual(planSql(planChanges(request({ signIns: [], drops: true }), found)), []);
  });

  it('leaves a row filter that differs in form alone, and says where it cannot tell', () => {
    const planned = (file: string, live: string) => {
      const named = { schema: 'public', name: 'jobs', columns: null };
      const central = {
        ...SO_CENTRAL,
        publications: [
          {
            ...publication('jobs_pub', ['jobs']),
            namedTables: [{ ...named, rowFilter: live }],
          },
        ],
      };
      const tables = [{ ...named, rowFilter: file }];
      const nodes = [
        declared('central', { publications: [{ ...JOBS_PUB, tables }] }),
        declared('edge', { subscriptions: [JOBS_SUB] }),
      ];
      return planChanges(request({ signIns: [] }), contextOf(central, SO_EDGE, nodes));
    };
    const inList = planned('id IN (1, 2)', '(id = ANY (ARRAY[1, 2]))');
    assert.deepEqual(planSql(inList), []);
    assert.doesNotMatch(findingLines(inList).join(), /row filter/u);
    const between = planned('id BETWEEN 1 AND 2', '((id >= 1) AND (id <= 2))');
    assert.deepEqual(planSql(between), []);
    assert.match(
      findingLines(between).join(),
      /The row filter of public\.jobs in jobs_pub on central stays: nothing tells/u,
    );
    const other = planned('id > 2', '(id > 1)');
    assert.match(planSql(other).join(), /SET TABLE "public"\."jobs" WHERE \(id > 2\)/u);
  });

  it('enables what the file does not say to be disabled, but what an error stopped only where it says so', () => {
    const planned = (code: 'disabled' | 'stoppedByError', options: Record<string, unknown>) => {
      const off = { ...JOBS_SUBSCRIPTION, isEnabled: false };
      const nodes = [
        declared('central', { publications: [JOBS_PUB] }),
        declared('edge', { subscriptions: [{ ...JOBS_SUB, options }] }),
      ];
      const found = contextOf(SO_CENTRAL, { ...SO_EDGE, subscriptions: [off] }, nodes);
      const edges = [edge({ id: 'logical/edge/jobs_sub', verdict: verdict(code) })];
      return planChanges(request({ signIns: [] }), {
        ...found,
        snapshot: snapshot({ nodes: [], edges }),
      });
    };
    const enable = ['edge: ALTER SUBSCRIPTION "jobs_sub" ENABLE'];
    const byHand = planned('disabled', {});
    assert.deepEqual(planSql(byHand), enable);
    assert.deepEqual(findingLines(byHand), []);
    const stopped = planned('stoppedByError', {});
    assert.deepEqual(planSql(stopped), []);
    assert.match(
      findingLines(stopped)[0] ?? '',
      /^warning stoppedByError edge: jobs_sub on edge was stopped by an error and stays disabled/u,
    );
    const said = planned('stoppedByError', { enabled: true });
    assert.deepEqual(planSql(said), enable);
    assert.match(
      findingLines(said)[0] ?? '',
      /^warning stoppedByError edge: jobs_sub on edge was stopped by an error\. Unless/u,
    );
  });

  it('takes up a slot that an interrupted plan left, and no slot that somebody reads', () => {
    const slots = [slotFacts('jobs_sub')];
    const central = { publications: [publication('jobs_pub', ['jobs'])], slots };
    const plan = planChanges(request(), contextOf(central, { relations: [table('jobs')] }));
    assert.match(planSql(plan).at(-1) ?? '', /create_slot = false, slot_name = 'jobs_sub'/u);
    const read = { ...central, slots: [slotFacts('jobs_sub', { isActive: true })] };
    const refused = planChanges(request(), contextOf(read, { relations: [table('jobs')] }));
    assert.ok(
      refused.findings.some(({ code, severity }) => code === 'slotTaken' && severity === 'error'),
    );
  });

  it('names what it could not look at, and leaves out what needs it', () => {
    const all = contextOf();
    const catalogs = new Map([...all.catalogs].filter(([id]) => id === 'edge'));
    const why = 'central does not answer (ECONNREFUSED).';
    const plan = planChanges(request({ unread: [{ nodeId: 'central', why }] }), {
      ...all,
      catalogs,
    });
    assert.deepEqual(planSql(plan), []);
    assert.match(
      findingLines(plan).join('\n'),
      /central was not looked at: central does not answer/u,
    );
    assert.match(findingLines(plan).join('\n'), /jobs_sub on edge is not made by this plan/u);
  });

  it('makes the physical slot of a declared standby that was not read', () => {
    const standby = declared('standby', { standbyOf: 'central', slot: 'standby_slot' });
    const plan = planChanges(
      request({ signIns: [] }),
      contextOf(SO_CENTRAL, SO_EDGE, [...NODES, standby]),
    );
    assert.deepEqual(planSql(plan), [
      `central: SELECT pg_catalog.pg_create_physical_replication_slot('standby_slot')`,
    ]);
  });

  it('is about a node and what it takes from', () => {
    const { topology } = contextOf();
    const ids = (nodes: readonly { readonly id: string }[]) => nodes.map(({ id }) => id);
    assert.deepEqual(ids(scopeOf(topology, ['edge'])), ['central', 'edge']);
    assert.deepEqual(ids(scopeOf(topology, ['central'])), ['central']);
    assert.deepEqual(ids(readFor(topology, ['central'])), ['central', 'edge']);
  });
});

describe('what Plan Changes has to ask', () => {
  it('nothing for a subscription whose file names a password file', () => {
    const nodes = [
      NODES[0] ?? declared('central'),
      declared('edge', {
        subscriptions: [{ ...JOBS_SUB, connection: 'host=c user=r passfile=/var/lib/.pgpass' }],
      }),
    ];
    const { topology, catalogs } = contextOf({}, {}, nodes);
    const missing = missingSubscriptions(topology, null, catalogs);
    assert.equal(missing.length, 1);
    assert.deepEqual(signInNeeds(missing), []);
  });

  it('once for each role on each publisher', () => {
    const { topology, catalogs } = contextOf();
    assert.deepEqual(signInNeeds(missingSubscriptions(topology, null, catalogs)), [
      {
        publisherId: 'central',
        role: 'replication_user',
        subscriptions: [{ nodeId: 'edge', name: 'jobs_sub' }],
      },
    ]);
  });

  it('knows a login by the walsender where the file does not say it', () => {
    const nodes = [
      NODES[0] ?? declared('central'),
      declared('edge', { subscriptions: [{ ...JOBS_SUB, connection: null }] }),
    ];
    const reader = { pid: 7, user: 'streamer', applicationName: '', clientAddress: null };
    const { topology, catalogs } = contextOf(
      { slots: [slotFacts('jobs_sub', { reader })] },
      SO_EDGE,
      nodes,
    );
    assert.deepEqual(knownLogins(topology, null, catalogs), { central: ['streamer'] });
  });
});
