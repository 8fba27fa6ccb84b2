import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import type { CreateSubscriptionRequest } from '../../../../src/core/plan/requests';
import { findingLines, plainRole, slotFacts, table, undoSql } from './catalogs';
import { CONNECTION, PASSWORD, planOf } from './createSubscriptionRequests';

describe('planCreateSubscription: slots, limits, rights and versions', () => {
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
});
