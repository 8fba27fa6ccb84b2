import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import { planCreateSubscription } from '../../../../src/core/plan/planCreateSubscription';
import type { CreateSubscriptionRequest } from '../../../../src/core/plan/requests';
import { declared, failure, plain } from '../describe/makeSnapshot';
import { catalog, context, findingLines, planSql, table, undoSql } from './catalogs';
import {
  CONNECTION,
  PROBE,
  PASSWORD,
  request,
  contextOf,
  planOf,
} from './createSubscriptionRequests';

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

  it('both nodes must have been read', () => {
    const half = context([catalog('edge')], { nodes: [declared('central'), declared('edge')] });
    assert.deepEqual(findingLines(planCreateSubscription(request(), half)), [
      'error unknownServer central: Nothing could be read of central, so nothing can be planned for it. / Connect to central first.',
    ]);
  });
});
