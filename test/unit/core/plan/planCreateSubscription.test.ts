import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import { planCreateSubscription } from '../../../../src/core/plan/planCreateSubscription';
import type { CreateSubscriptionRequest } from '../../../../src/core/plan/requests';
import { declared, failure, plain } from '../describe/makeSnapshot';
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
import { columnDefinition, tableDefinition } from './tableDefinitions';

const CONNECTION = [
  { keyword: 'host', value: 'central.internal' },
  { keyword: 'dbname', value: 'app' },
  { keyword: 'user', value: 'replication_user' },
];
const PROBE = [
  `edge: CREATE SUBSCRIPTION "pgtopology_probe"
  CONNECTION 'host=''central.internal'' dbname=''app'' user=''replication_user'''
  PUBLICATION "pgtopology_probe"
  WITH (connect = true, enabled = false, create_slot = false, slot_name = NONE, copy_data = false)`,
  'edge: DROP SUBSCRIPTION "pgtopology_probe"',
];
const PASSWORD = { keyword: 'password', value: { secret: 'publisherPassword' } };

function request(change: Partial<CreateSubscriptionRequest> = {}): CreateSubscriptionRequest {
  return {
    nodeId: 'edge',
    name: 'jobs_sub',
    publisherId: 'central',
    publications: ['jobs_pub'],
    connection: CONNECTION,
    connectionTest: { kind: 'passed', systemIdentifier: 'system of central' },
    slotName: 'jobs_sub',
    usesExistingSlot: false,
    copyData: true,
    options: {},
    ...change,
  };
}

function contextOf(central: CatalogChange = {}, edge: CatalogChange = {}) {
  return context([
    catalog('central', {
      relations: [table('jobs')],
      publications: [publication('jobs_pub', ['jobs'])],
      ...central,
    }),
    catalog('edge', { relations: [table('jobs')], ...edge }),
  ]);
}

function planOf(
  change: Partial<CreateSubscriptionRequest> = {},
  central: CatalogChange = {},
  edge: CatalogChange = {},
) {
  return planCreateSubscription(request(change), contextOf(central, edge));
}

describe('planCreateSubscription', () => {
  it('the usual one: a statement without the password, its undo, and the file', () => {
    const plan = planOf({ connection: [...CONNECTION, PASSWORD] });
    assert.equal(plan.title, 'Create subscription jobs_sub on edge');
    assert.deepEqual(planSql(plan), [
      `edge: CREATE SUBSCRIPTION "jobs_sub"
  CONNECTION 'host=''central.internal'' dbname=''app'' user=''replication_user'' password=''***'''
  PUBLICATION "jobs_pub"`,
    ]);
    assert.deepEqual(undoSql(plan), ['edge: DROP SUBSCRIPTION "jobs_sub"']);
    assert.deepEqual(findingLines(plan), [
      'note passwordExposed edge: The password is stored in clear in pg_subscription of edge, where superusers and members of pg_read_all_data can read it, and pg_dump writes it out. / A passfile or service on the host of edge keeps it out (passfile=…, service=…).',
    ]);
    const [step] = plan.steps;
    assert.equal(step?.isTransactional, false);
    assert.equal(step.statementLimitMs, 60_000);
    assert.equal(
      plain(step.effect),
      'Makes the slot jobs_sub on central, which waits for transactions that are writing there now, at most 1 min. Copying of 1 table to edge starts and goes on by itself; then changes follow.',
    );
    assert.match(step.precondition?.sql ?? '', /to_regclass\('"public"\."jobs"'\) IS NOT NULL/);
    assert.match(
      step.undoNote ?? '',
      /SET \(slot_name = NONE\).*The slot jobs_sub then stays on central/,
    );
    assert.match(
      step.leftoverNote ?? '',
      /^If it failed while it was making its slot, central shows/,
    );
    assert.deepEqual(plan.privileges, [
      'edge: the role must be a superuser, or a member of pg_create_subscription that may create in the database app and set its role to the owner of each target table. It runs as postgres, a superuser.',
      'central: replication_user needs LOGIN and REPLICATION, USAGE on the schemas and SELECT on each table.',
    ]);
    assert.deepEqual(plan.fileChanges, [
      {
        path: ['nodes', 'edge', 'subscriptions', 'jobs_sub'],
        value: {
          publisher: 'central',
          publications: ['jobs_pub'],
          connection: 'host=central.internal dbname=app user=replication_user',
        },
      },
    ]);
  });

  it('options, no copy, a slot of another name', () => {
    const change = {
      name: 'Jobs Sub',
      slotName: 'jobs_sub',
      copyData: false,
      options: { disableOnError: true, origin: 'none', streaming: 'parallel', copyData: true },
    };
    const plan = planOf(change);
    assert.deepEqual(planSql(plan), [
      `edge: CREATE SUBSCRIPTION "Jobs Sub"
  CONNECTION 'host=''central.internal'' dbname=''app'' user=''replication_user'''
  PUBLICATION "jobs_pub"
  WITH (slot_name = 'jobs_sub', copy_data = false, disable_on_error = true, origin = 'none', streaming = 'parallel')`,
    ]);
    assert.deepEqual(findingLines(plan), [
      'note illegalName central: A slot cannot be named Jobs Sub: the slot on central will be jobs_sub.',
    ]);
    assert.deepEqual(plan.fileChanges[0]?.value, {
      publisher: 'central',
      publications: ['jobs_pub'],
      connection: 'host=central.internal dbname=app user=replication_user',
      copyData: false,
      disableOnError: true,
      origin: 'none',
      streaming: 'parallel',
    });
  });

  it('a connection that is the usual one is not written into the file', () => {
    const nodes = [
      declared('central', {
        connection: { host: '127.0.0.1', port: '5433', dbname: 'app', user: 'monitor' },
      }),
      declared('edge'),
    ];
    const usual = [
      { keyword: 'host', value: '127.0.0.1' },
      { keyword: 'port', value: '5433' },
      { keyword: 'dbname', value: 'app' },
      PASSWORD,
    ];
    const known = context([...contextOf().catalogs.values()], { nodes });
    const valueOf = (connection: CreateSubscriptionRequest['connection']) =>
      planCreateSubscription(request({ connection }), known).fileChanges[0]?.value;
    assert.deepEqual(valueOf(usual), { publisher: 'central', publications: ['jobs_pub'] });
    assert.deepEqual(valueOf([...usual, { keyword: 'options', value: "-c x='y z'" }]), {
      publisher: 'central',
      publications: ['jobs_pub'],
      connection: "host=127.0.0.1 port=5433 dbname=app options='-c x=\\'y z\\''",
    });
  });

  it('missing tables and columns come with the statements that make them', () => {
    const central = {
      relations: [
        table('jobs'),
        table('runs', {
          columns: [column('id', 'bigint', { isNotNull: true }), column('at', 'timestamptz')],
        }),
        table('log', { schema: 'audit', replicaIdentity: 'full', identityColumns: ['id', 'name'] }),
      ],
      publications: [
        publication('jobs_pub', ['jobs', 'runs']),
        publication('log_pub', [], {
          tables: [{ schema: 'audit', name: 'log', columns: ['name'] }],
        }),
      ],
    };
    const edge = {
      relations: [
        table('jobs', { columns: [column('id', 'uuid'), column('extra')] }),
        table('runs', { kind: 'view' }),
      ],
    };
    assert.deepEqual(
      findingLines(planOf({ publications: ['jobs_pub', 'log_pub'] }, central, edge)),
      [
        'error missingColumn edge: public.jobs on edge has no column name, which central sends: the subscription would stop at the first row. / Add it on edge first.',
        '  ALTER TABLE "public"."jobs" ADD COLUMN "name" text;',
        'error unfitTable edge: public.runs on edge is a view: a subscription writes to tables alone. / Rename it and create a table of that name.',
        'error missingTable edge: audit.log does not exist on edge (42P01), and log_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
        '  CREATE SCHEMA "audit";',
        '  CREATE TABLE "audit"."log" (',
        '    "name" text',
        '  );',
      ],
    );
    assert.deepEqual(findingLines(planOf({}, {}, { relations: [] })), [
      'error missingTable edge: public.jobs does not exist on edge (42P01), and jobs_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
      '  CREATE TABLE "public"."jobs" (',
      '    "id" uuid NOT NULL,',
      '    "name" text,',
      '    PRIMARY KEY ("id")',
      '  );',
    ]);
  });

  it('types, generated and unfilled columns, and keys that differ', () => {
    const edge = {
      relations: [
        table('jobs', {
          columns: [
            column('id', 'text', { isNotNull: true }),
            column('name', 'text', { isGenerated: true }),
            column('site', 'text', { isNotNull: true }),
            column('at', 'timestamptz', { isNotNull: true, hasDefault: true }),
          ],
          identityColumns: ['id', 'site'],
        }),
      ],
    };
    assert.deepEqual(findingLines(planOf({}, {}, edge)), [
      'error columnType edge: name of public.jobs is a generated column on edge, but central sends values for it: the subscription would stop at the first row. / Make it an ordinary column on edge, or leave it out of the publication.',
      'error noReplicaIdentity edge: public.jobs is identified by id, site on edge, but by id on central: the first UPDATE or DELETE would stop the subscription (55000). / Give it the same key on edge.',
      '  ALTER TABLE "public"."jobs" ADD PRIMARY KEY ("id");',
      'warning columnType edge: public.jobs has other types on edge than on central: id (uuid → text). A value that does not fit stops the subscription. / Give both the same types.',
      'warning missingColumn edge: public.jobs on edge wants a value for site, which central does not send: rows would be refused (23502). / Allow NULL there, or set a default.',
      '  ALTER TABLE "public"."jobs" ALTER COLUMN "site" DROP NOT NULL;',
    ]);
    const binary = planOf({ options: { binary: true } }, {}, edge);
    assert.ok(
      findingLines(binary).some((line) =>
        line.startsWith('error columnType edge: public.jobs has other types'),
      ),
    );
  });

  it('how UPDATE and DELETE find their rows', () => {
    const bare = { relations: [table('jobs', { identityColumns: [] })] };
    const full = {
      relations: [table('jobs', { replicaIdentity: 'full', identityColumns: ['id', 'name'] })],
    };
    const insertsOnly = {
      publications: [publication('jobs_pub', ['jobs'], { operations: ['insert'] })],
    };
    assert.deepEqual(findingLines(planOf({}, {}, bare)), [
      'error noReplicaIdentity edge: public.jobs has neither primary key nor replica identity on edge: the first UPDATE or DELETE would stop the subscription (55000). / Give it the same key on edge.',
      '  ALTER TABLE "public"."jobs" ADD PRIMARY KEY ("id");',
    ]);
    const slow = [
      'warning slowApply edge: public.jobs has no key on edge, and central sends whole old rows: each UPDATE and DELETE reads the table from its beginning. / Give it a primary key on edge.',
    ];
    assert.deepEqual(findingLines(planOf({}, full, bare)), slow);
    assert.deepEqual(findingLines(planOf({}, full)), []);
    // FULL on the subscriber finds no row by itself: its primary key does, or nothing.
    const fullAt = (primaryKey: readonly string[]) => ({
      relations: [
        table('jobs', { replicaIdentity: 'full', identityColumns: ['id', 'name'], primaryKey }),
      ],
    });
    assert.deepEqual(findingLines(planOf({}, {}, fullAt(['id']))), []);
    assert.match(
      findingLines(planOf({}, {}, fullAt([])))[0] ?? '',
      /^error noReplicaIdentity edge/,
    );
    assert.deepEqual(findingLines(planOf({}, full, fullAt([]))), slow);
    assert.deepEqual(findingLines(planOf({}, insertsOnly, bare)), []);
    assert.deepEqual(findingLines(planOf({}, bare)), [
      'warning noReplicaIdentity central: public.jobs on central has no replica identity: UPDATE and DELETE on it fail there already (55000). / Add a primary key, or set REPLICA IDENTITY FULL.',
      '  ALTER TABLE "public"."jobs" REPLICA IDENTITY FULL;',
    ]);
  });

  it('publications that are not there, or publish different columns of one table', () => {
    assert.deepEqual(findingLines(planOf({ publications: ['job_pub', 'zzz'] })), [
      'error missingPublication central: central has no publication job_pub in the database app. / Did you mean jobs_pub?',
      'error missingPublication central: central has no publication zzz in the database app. / Create the publication first.',
    ]);
    assert.deepEqual(findingLines(planOf({ publications: [] })), [
      'error missingPublication central: No publication is chosen.',
    ]);
    const listed = publication('ids_pub', [], {
      tables: [{ schema: 'public', name: 'jobs', columns: ['id'] }],
    });
    const both = { publications: [publication('jobs_pub', ['jobs']), listed] };
    assert.deepEqual(findingLines(planOf({ publications: ['jobs_pub', 'ids_pub'] }, both)), [
      'error unsupportedOption central: The publications chosen publish different columns of public.jobs: one subscription cannot take both. / Make a subscription for each of them, or publish the same columns.',
    ]);
  });

  it('what came of trying the connection', () => {
    const tried = (connectionTest: CreateSubscriptionRequest['connectionTest']) =>
      findingLines(planOf({ connectionTest }));
    assert.deepEqual(tried({ kind: 'failed', failure: failure() }), [
      'error wrongConninfo edge: The connection to central does not work: Could not reach central (db.example.com:5432): connection refused. / The server is down or listens elsewhere.',
    ]);
    assert.deepEqual(tried({ kind: 'notTried', why: 'Its host was not approved.' }), [
      'warning untestedConninfo edge: The connection to central was not tried: Its host was not approved. / When it does not work, nothing is created on edge, and the server says why.',
    ]);
    assert.deepEqual(tried({ kind: 'passed', systemIdentifier: '42' }), [
      'error wrongConninfo edge: The connection leads to another server than central: its system identifier is 42, that of central is system of central. / Correct host and port of the connection.',
    ]);
    const elsewhere = planOf({ connection: [{ keyword: 'dbname', value: 'other' }] });
    assert.equal(
      findingLines(elsewhere)[0],
      'error wrongConninfo edge: The connection leads to the database other, but central is app. / Write dbname=app.',
    );
  });

  it('a password as text is refused, and stands in no statement', () => {
    const open = [...CONNECTION, { keyword: 'password', value: 's3cr3t-canary' }];
    const plan = planOf({ connection: open });
    assert.equal(isRunnable(plan), false);
    assert.deepEqual(plan.steps, []);
    assert.doesNotMatch(JSON.stringify(plan), /canary/);
  });

  it('one server: the slot is made first, and undone by whichever undo runs', () => {
    const same = { server: { systemIdentifier: 'system of central', database: 'copy' } };
    const plan = planOf(
      { options: { twoPhase: true, failover: true } },
      {},
      { relations: [table('jobs')], ...same },
    );
    assert.deepEqual(planSql(plan), [
      ...PROBE,
      "central: SELECT pg_catalog.pg_create_logical_replication_slot('jobs_sub', 'pgoutput', false, true, true)",
      `edge: CREATE SUBSCRIPTION "jobs_sub"
  CONNECTION 'host=''central.internal'' dbname=''app'' user=''replication_user'''
  PUBLICATION "jobs_pub"
  WITH (create_slot = false, slot_name = 'jobs_sub', two_phase = true, failover = true)`,
    ]);
    assert.deepEqual(undoSql(plan), [
      'edge: DROP SUBSCRIPTION "jobs_sub"',
      "central: SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = 'jobs_sub'",
    ]);
    assert.deepEqual(findingLines(plan), [
      'note sameServer edge: central and edge are one server: a subscription that makes its slot would wait for itself, so the slot is made first, in a step of its own.',
    ]);
    const plainSlot = planOf({}, {}, { relations: [table('jobs')], ...same });
    assert.equal(
      planSql(plainSlot)[2],
      "central: SELECT pg_catalog.pg_create_logical_replication_slot('jobs_sub', 'pgoutput')",
    );
    const itself = planOf({}, {}, { ...same, server: { ...same.server, database: 'app' } });
    assert.equal(
      findingLines(itself)[0],
      'error sameServer edge: central and edge are one database: a subscription would send its own changes back to itself. / Choose another publisher.',
    );
  });

  it('slots: taken, lost, attached to, illegal', () => {
    const lines = (
      change: Partial<CreateSubscriptionRequest>,
      slot: Parameters<typeof slotFacts>[1],
    ) => findingLines(planOf(change, { slots: [slotFacts('jobs_sub', slot)] }));
    assert.deepEqual(lines({}, {}), [
      'error slotTaken central: central has a slot jobs_sub already (08P01). / Use the existing slot if it was left by the subscription that this one replaces; else choose another name.',
    ]);
    assert.deepEqual(lines({}, { isActive: true }), [
      'error slotTaken central: central has a slot jobs_sub already (08P01), and somebody reads it now. / Choose another slot name.',
    ]);
    const attach = { usesExistingSlot: true };
    assert.deepEqual(lines(attach, {}), []);
    assert.deepEqual(lines(attach, { walStatus: 'lost' }), [
      'error slotLost central: The slot jobs_sub on central is lost: WAL that it needs was removed, so nothing would ever arrive. / Drop it, make a new one, and copy the tables again.',
      "  SELECT pg_catalog.pg_drop_replication_slot('jobs_sub');",
    ]);
    for (const [slot, why] of [
      [{ type: 'physical', plugin: null, database: null }, 'it is a physical slot'],
      [{ plugin: 'wal2json' }, 'it decodes with wal2json'],
      [{ database: 'other' }, 'it belongs to the database other'],
      [{ isActive: true }, 'somebody reads it now'],
    ] as const) {
      assert.deepEqual(lines(attach, slot), [
        `error slotTaken central: The slot jobs_sub on central cannot be attached to: ${why}. / Choose another slot, or let the subscription make its own.`,
      ]);
    }
    assert.deepEqual(findingLines(planOf(attach)), [
      'error notFound central: central has no slot jobs_sub to attach to. / Let the subscription make its slot.',
    ]);
    const attached = planOf(attach, { slots: [slotFacts('jobs_sub')] });
    assert.deepEqual(undoSql(attached), [
      'edge: ALTER SUBSCRIPTION "jobs_sub" DISABLE',
      'edge: ALTER SUBSCRIPTION "jobs_sub" SET (slot_name = NONE)',
      'edge: DROP SUBSCRIPTION "jobs_sub"',
    ]);
    const illegal = planOf({ name: 'My-Sub', slotName: 'My-Sub' });
    assert.deepEqual(illegal.steps, []);
    assert.deepEqual(findingLines(illegal), [
      'error illegalName central: My-Sub cannot name a replication slot: it takes a-z, 0-9 and _, at most 63 characters (08P01). / Use my_sub.',
    ]);
  });

  it('limits that run out at either end', () => {
    const slots = Array.from({ length: 10 }, (_, index) => slotFacts(`other_${index}`));
    const plan = planOf(
      {},
      { slots, settings: { walSendersUsed: 10 } },
      {
        relations: [table('jobs')],
        settings: { logicalWorkersUsed: 4, replicationOriginsUsed: 10 },
      },
    );
    assert.deepEqual(findingLines(plan), [
      'error noFreeSlot central: central has no replication slot left: 10 of 10 are in use. The subscription cannot be created (53400). / Raise max_replication_slots on central and restart it, or free one.',
      "  ALTER SYSTEM SET max_replication_slots = '16';",
      'error noFreeSender central: central has no WAL sender left: 10 of 10 are in use. The subscription cannot connect (53300). / Raise max_wal_senders on central and restart it, or free one.',
      "  ALTER SYSTEM SET max_wal_senders = '16';",
      'error noFreeWorker edge: edge has no logical replication worker left: 4 of 4 are in use. The subscription would look enabled and do nothing. / Raise max_logical_replication_workers on edge and restart it, or free one.',
      "  ALTER SYSTEM SET max_logical_replication_workers = '10';",
      'error noFreeSlot edge: edge has no replication origin left: 10 of 10 are in use. The subscription would start again and again and take nothing. / Raise max_replication_slots on edge and restart it, or free one.',
      "  ALTER SYSTEM SET max_replication_slots = '16';",
    ]);
    const tight = { slots: slots.slice(1) };
    assert.deepEqual(findingLines(planOf({}, tight)), [
      'warning noFreeSlot central: central has one replication slot left of 10, and copying tables needs one more: the copy waits until one is free. / Raise max_replication_slots on central and restart it, or free one.',
      "  ALTER SYSTEM SET max_replication_slots = '16';",
    ]);
    assert.deepEqual(findingLines(planOf({ copyData: false }, tight)), []);
    const on18 = { settings: { maxActiveReplicationOrigins: 10, replicationOriginsUsed: 10 } };
    assert.match(
      findingLines(planOf({}, {}, { relations: [table('jobs')], ...on18 }))[0] ?? '',
      /Raise max_active_replication_origins on edge/,
    );
  });

  it('wal_level is an error here, and a long transaction is named', () => {
    const writers = [
      { pid: 7, user: 'app', applicationName: 'batch', runningMs: 240_000 },
      { pid: 8, user: null, applicationName: '', runningMs: null },
      { pid: 9, user: 'app', applicationName: 'quick', runningMs: 20 },
    ];
    assert.deepEqual(findingLines(planOf({}, { settings: { walLevel: 'replica' }, writers })), [
      'error walLevel central: central cannot publish: wal_level is replica. No slot can be made there. / Set it to logical and restart central.',
      "  ALTER SYSTEM SET wal_level = 'logical';",
      'warning longTransaction central: 2 transactions on central wrote and did not end: pid 7 (app, batch) for 4 min, pid 8 (an unknown role). Making a slot waits for all of them, at most 1 min. / Wait until they have ended, or end them.',
    ]);
  });

  it('who may create it, by version', () => {
    const target = [table('jobs', { owner: 'jobs_owner' })];
    const withPassword = { connection: [...CONNECTION, PASSWORD] };
    const on15 = {
      relations: target,
      role: plainRole(),
      server: { versionNum: 150_004 },
    };
    assert.deepEqual(findingLines(planOf({}, {}, on15)), [
      'error privilege edge: On Postgres 15 only a superuser may create a subscription, and deployer on edge is none (42501). / Name a superuser as "adminUser" in the file.',
    ]);
    assert.deepEqual(findingLines(planOf({}, {}, { relations: target, role: plainRole() })), [
      'error privilege edge: deployer on edge is neither a superuser nor a member of pg_create_subscription (42501). / Let a superuser grant it.',
      '  GRANT pg_create_subscription TO "deployer";',
      'error privilege edge: deployer may not create anything in the database app on edge (42501). / Grant it.',
      '  GRANT CREATE ON DATABASE "app" TO "deployer";',
      'error privilege edge: deployer on edge is no superuser: the connection must hold a password, and central must ask for it. / Give a password, or name a superuser as "adminUser" in the file.',
      'error privilege edge: deployer cannot take the role of jobs_owner, who owns public.jobs on edge: the subscription would stop at the first row (42501). / Grant that role to deployer, or use the option runAsOwner.',
      '  GRANT "jobs_owner" TO "deployer";',
    ]);
    const role = plainRole({
      canCreateInDatabase: true,
      canCreateSubscription: true,
      memberOf: ['deployer', 'jobs_owner'],
    });
    const able = planOf(withPassword, {}, { relations: target, role });
    assert.deepEqual(findingLines(able), [
      'warning passwordExposed edge: The password is stored in clear in pg_subscription of edge, where superusers and members of pg_read_all_data can read it, and pg_dump writes it out. If CREATE SUBSCRIPTION fails, the server also writes it to its log, which only a superuser\'s session can prevent. / Let a superuser create it ("adminUser" in the file).',
    ]);
    const runAsOwner = planOf(
      { ...withPassword, options: { runAsOwner: true } },
      {},
      { relations: target, role: { ...role, memberOf: ['deployer'] } },
    );
    assert.equal(isRunnable(runAsOwner), true);
    const unasked = planOf(
      { options: { passwordRequired: false } },
      {},
      { relations: target, role },
    );
    assert.deepEqual(findingLines(unasked), [
      'error privilege edge: Only a superuser may set password_required = false, and deployer on edge is none (42501). / Leave the option out, or name a superuser as "adminUser" in the file.',
    ]);
  });

  it('what the role that logs in must be allowed on the publisher', () => {
    const as = (user: string, jobs = table('jobs'), change = {}) =>
      findingLines(
        planOf(
          { connection: [{ keyword: 'user', value: user }], ...change },
          { relations: [jobs] },
        ),
      );
    assert.deepEqual(as('nobody'), [
      'error privilege central: central has no role nobody that may log in (28000). / Create it on central, with a password if the server asks for one.',
      '  CREATE ROLE "nobody" LOGIN REPLICATION;',
    ]);
    assert.deepEqual(as('monitor'), [
      'error privilege central: monitor on central lacks the attribute REPLICATION, so the subscription cannot stream (42501). / Give it to monitor.',
      '  ALTER ROLE "monitor" REPLICATION;',
    ]);
    const closed = table('jobs', { notReadableBy: ['replication_user'] });
    assert.deepEqual(as('replication_user', closed), [
      'error privilege central: replication_user may not read public.jobs on central: the copy would fail again and again (42501). / Grant it on central.',
      '  GRANT USAGE ON SCHEMA "public" TO "replication_user";',
      '  GRANT SELECT ON "public"."jobs" TO "replication_user";',
    ]);
    assert.deepEqual(as('replication_user', closed, { copyData: false }), []);
    assert.deepEqual(findingLines(planOf({ connection: [{ keyword: 'service', value: 'c' }] })), [
      'note privilege central: The connection does not say which role logs in on central; it needs REPLICATION, and SELECT on each table.',
    ]);
  });

  it('standbys: never as subscriber, as publisher from 16 on', () => {
    const inRecovery = { isInRecovery: true };
    const on = (versionNum: number) =>
      findingLines(planOf({}, { server: { ...inRecovery, versionNum } }));
    assert.deepEqual(on(150_004), [
      'error standby central: central is a standby on Postgres 15: a standby as publisher needs 16 or newer. / Subscribe to its primary.',
    ]);
    assert.deepEqual(on(160_001), [
      'warning standby (topology): central is a standby: making a slot there waits until its primary has logged its running transactions, also for each table that is copied. / Run this on the primary while the plan waits, and keep hot_standby_feedback on.',
      '  SELECT pg_catalog.pg_log_standby_snapshot();',
    ]);
    const plan = planOf({}, {}, { relations: [table('jobs')], server: inRecovery });
    assert.deepEqual(findingLines(plan), [
      'error standby edge: edge is a standby and takes no changes (25006). / Use its primary.',
    ]);
  });

  it('options by version, and options that nobody has', () => {
    const options = {
      disableOnError: true,
      failover: true,
      origin: 'none',
      streaming: 'parallel',
      strteaming: true,
      binary: 3,
    };
    const on = (versionNum: number) =>
      findingLines(planOf({ options }, {}, { relations: [table('jobs')], server: { versionNum } }));
    assert.deepEqual(on(140_001), [
      'error unsupportedOption edge: edge runs Postgres 14: "disableOnError" needs 15 or newer. / Leave the option out.',
      'error unsupportedOption edge: edge runs Postgres 14: "failover" needs 17 or newer. / Leave the option out.',
      'error unsupportedOption edge: edge runs Postgres 14: "origin" needs 16 or newer. / Leave the option out.',
      'error unsupportedOption edge: edge runs Postgres 14: streaming "parallel" needs 16 or newer. / Leave the option out.',
      'error unsupportedOption edge: A subscription has no option "strteaming".',
      'error unsupportedOption edge: The option "binary" is either true or false.',
    ]);
    assert.equal(on(170_000).length, 2);
    const values = {
      origin: 'some',
      streaming: 'off',
      synchronousCommit: 'perhaps',
      enabled: 'no',
    };
    assert.deepEqual(findingLines(planOf({ options: values })), [
      'error unsupportedOption edge: The option "origin" is one of any, none.',
      'error unsupportedOption edge: The option "synchronousCommit" is one of on, off, local, remote_write, remote_apply.',
      'error unsupportedOption edge: The option "enabled" is either true or false.',
    ]);
  });

  it('rows, keys and triggers of the target that the rows would meet', () => {
    const central = { relations: [table('jobs', { uniqueKeys: [['id']] })] };
    const edge = {
      relations: [
        table('jobs', {
          rowEstimate: 12,
          firingTriggers: ['queue it', 'log'],
          uniqueKeys: [['id'], ['name'], ['id', 'name']],
        }),
      ],
    };
    const rows = [
      'warning uniqueKey edge: public.jobs on edge takes each (name) once, and central does not: the second row stops the subscription (23505). / Make the same key unique on central, or drop it on edge.',
      'warning firingTrigger edge: The triggers queue it, log of public.jobs on edge fire for replicated rows as well. The search_path is empty there: a name without its schema in the function stops the subscription. / Write every name with its schema, or let it fire for local changes only.',
      '  ALTER TABLE "public"."jobs" ENABLE TRIGGER "queue it";',
      '  ALTER TABLE "public"."jobs" ENABLE TRIGGER "log";',
    ];
    assert.deepEqual(findingLines(planOf({}, central, edge)), [
      'warning rowsPresent edge: public.jobs on edge holds about 12 rows already, and the copy brings every row of central: one with a key that is there stops it (23505), again and again; without a key, rows are there twice. / If they are the same rows, take the table in without copying it (copyData, or the choice of Refresh Subscription); else move them away first.',
      ...rows,
    ]);
    assert.deepEqual(findingLines(planOf({ copyData: false }, central, edge)), rows);
  });

  it('makes missing tables first, after the connection was tried', () => {
    const definition = tableDefinition('jobs', {
      columns: [
        columnDefinition('id', 'uuid', { isNotNull: true }),
        columnDefinition('feels', 'public.mood'),
      ],
      needs: [
        { kind: 'type', identity: 'public.mood', extension: null, createSql: 'CREATE TYPE m' },
      ],
      notCarried: ['1 trigger'],
    });
    const from = (edge: CatalogChange, change: Partial<CreateSubscriptionRequest> = {}) =>
      planCreateSubscription(request({ createsMissingTables: true, ...change }), {
        ...contextOf({}, { relations: [], ...edge }),
        definitions: new Map([['central', [definition]]]),
      });
    const plan = from({ userTypes: ['public.mood'] });
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(planSql(plan).slice(0, 3), [
      ...PROBE,
      'edge: CREATE TABLE "public"."jobs" (\n  "id" uuid NOT NULL,\n  "feels" public.mood,\n  CONSTRAINT "jobs_pkey" PRIMARY KEY (id)\n)',
    ]);
    assert.equal(
      plan.steps[1]?.effect,
      'edge has public.jobs, empty, with its columns, constraints and indexes. Not carried over: 1 trigger.',
    );
    assert.equal(from({}, { probesConnection: false }).steps.length, 2);
    assert.deepEqual(findingLines(from({ userTypes: [] })), [
      'error missingType edge: edge has no type public.mood, which public.jobs needs (42704). / Make it on edge first.',
      '  CREATE TYPE m;',
    ]);
    assert.deepEqual(findingLines(from({ userTypes: [] }, { createsMissingTables: false })), [
      'error missingTable edge: public.jobs does not exist on edge (42P01), and jobs_pub publishes it. / Create it on edge first: a subscription copies rows, never tables.',
      '  CREATE TYPE m;',
      '  CREATE TABLE "public"."jobs" (',
      '    "id" uuid NOT NULL,',
      '    "feels" public.mood,',
      '    CONSTRAINT "jobs_pkey" PRIMARY KEY (id)',
      '  );',
      '  -- Not carried over: 1 trigger',
    ]);
  });

  it('a name that is taken, and a table that arrives twice', () => {
    const other = subscriptionFacts('jobs_sub', {
      tables: [{ schema: 'public', name: 'jobs', state: 'r' }],
    });
    assert.deepEqual(
      findingLines(planOf({}, {}, { relations: [table('jobs')], subscriptions: [other] })),
      [
        'error nameTaken edge: edge has a subscription jobs_sub already (42710). / Choose another name.',
        'warning tableTwice edge: jobs_sub on edge takes public.jobs already: where both bring the same row, the second stops with a duplicate key. / Take each table by one subscription, unless they bring different rows.',
      ],
    );
  });

  it('both nodes must have been read', () => {
    const half = context([catalog('edge')], { nodes: [declared('central'), declared('edge')] });
    assert.deepEqual(findingLines(planCreateSubscription(request(), half)), [
      'error unknownServer central: Nothing could be read of central, so nothing can be planned for it. / Connect to central first.',
    ]);
  });
});
