import assert from 'node:assert/strict';
import type { CheckedRole } from '../../../../../src/core/plan/nodeCatalog';
import { planDocument } from '../../../../../src/core/plan/planDocument';
import { planCreateReplicationRole } from '../../../../../src/core/plan/roles/planCreateReplicationRole';
import type { ReplicationRoleRequest } from '../../../../../src/core/plan/roles/replicationRole';
import {
  catalog,
  context,
  findingLines,
  plainRole,
  planSql,
  table,
  undoSql,
  type CatalogChange,
} from '../catalogs';

const JOBS = { schema: 'public', name: 'jobs' };

const REQUEST: ReplicationRoleRequest = {
  nodeId: 'central',
  name: 'streamer',
  duties: ['replication'],
  tables: [JOBS],
  verifier: { secret: 'rolePassword' },
};

function plan(change: Partial<ReplicationRoleRequest> = {}, central: CatalogChange = {}) {
  const node = catalog('central', {
    relations: [table('jobs', { notReadableBy: [REQUEST.name] }), table('runs')],
    ...central,
  });
  return planCreateReplicationRole({ ...REQUEST, ...change }, context([node]));
}

function known(change: Partial<CheckedRole> = {}): CheckedRole {
  return {
    name: 'streamer',
    canLogin: true,
    isSuperuser: false,
    isReplication: false,
    memberOf: ['streamer'],
    canConnect: true,
    canCreateInDatabase: false,
    usableSchemas: [],
    writableTables: [],
    ...change,
  };
}

describe('planCreateReplicationRole', () => {
  it('for replication: log in, stream, read the published tables, and no more', () => {
    const made = plan();
    assert.deepEqual(planSql(made), [
      `central: CREATE ROLE "streamer" LOGIN REPLICATION PASSWORD '***'`,
      'central: GRANT USAGE ON SCHEMA "public" TO "streamer"',
      'central: GRANT SELECT ON TABLE "public"."jobs" TO "streamer"',
    ]);
    assert.deepEqual(undoSql(made), [
      'central: REVOKE SELECT ON TABLE "public"."jobs" FROM "streamer"',
      'central: REVOKE USAGE ON SCHEMA "public" FROM "streamer"',
      'central: DROP ROLE "streamer"',
    ]);
    assert.deepEqual(findingLines(made), []);
    assert.match(planDocument(made), /\*\*\* stands for the password/);
  });

  it('each duty by itself', () => {
    assert.deepEqual(planSql(plan({ duties: ['monitor'], verifier: null })), [
      'central: CREATE ROLE "streamer" LOGIN',
      'central: GRANT "pg_monitor" TO "streamer"',
    ]);
    assert.deepEqual(planSql(plan({ duties: ['subscriber'], verifier: null })), [
      'central: CREATE ROLE "streamer" LOGIN',
      'central: GRANT "pg_create_subscription" TO "streamer"',
      'central: GRANT CREATE ON DATABASE "app" TO "streamer"',
    ]);
    assert.deepEqual(planSql(plan({ duties: ['drainer'], verifier: null })), [
      'central: CREATE ROLE "streamer" LOGIN',
      'central: GRANT USAGE ON SCHEMA "public" TO "streamer"',
      'central: GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."jobs" TO "streamer"',
    ]);
  });

  it('a subscriber before 16 cannot be less than a superuser', () => {
    const old = plan({ duties: ['subscriber'] }, { server: { versionNum: 150_004 } });
    assert.deepEqual(findingLines(old), [
      'error unsupportedOption central: On Postgres 15 only a superuser may make subscriptions, so no lesser role can have that duty on central. / Leave this duty out, and name a superuser as "adminUser" in the file.',
    ]);
  });

  it('a role that exists gets what it lacks and keeps its password', () => {
    const half = plan(
      { duties: ['monitor', 'replication'] },
      { checkedRoles: [known({ canLogin: false, memberOf: ['streamer', 'pg_monitor'] })] },
    );
    assert.deepEqual(planSql(half), [
      'central: ALTER ROLE "streamer" LOGIN REPLICATION',
      'central: GRANT USAGE ON SCHEMA "public" TO "streamer"',
      'central: GRANT SELECT ON TABLE "public"."jobs" TO "streamer"',
    ]);
    assert.deepEqual(findingLines(half), [
      'note nameTaken central: streamer exists on central: its password stays.',
    ]);
    assert.deepEqual(undoSql(half).at(-1), 'central: ALTER ROLE "streamer" NOLOGIN NOREPLICATION');
  });

  it('a second plan has nothing to do', () => {
    const second = plan(
      {},
      {
        relations: [table('jobs')],
        checkedRoles: [known({ isReplication: true, usableSchemas: ['public'] })],
      },
    );
    assert.deepEqual(planSql(second), []);
    assert.deepEqual(findingLines(second), [
      'note nothingToDo central: streamer on central has all that these duties need.',
    ]);
    const drains = plan(
      { duties: ['drainer'] },
      { checkedRoles: [known({ usableSchemas: ['public'], writableTables: [JOBS] })] },
    );
    assert.deepEqual(planSql(drains), []);
    const root = plan({}, { checkedRoles: [known({ isSuperuser: true })] });
    assert.deepEqual(planSql(root), []);
  });

  it('names and tables that cannot be', () => {
    assert.deepEqual(findingLines(plan({ name: 'pg_streamer' })), [
      'error illegalName central: The role name pg_streamer is reserved (42939). / Choose another name, one that does not begin with pg_.',
    ]);
    assert.deepEqual(planSql(plan({ name: 'a\0b' })), []);
    assert.match(findingLines(plan({ name: 'a\0b' })).join(), /error illegalName/);
    assert.match(findingLines(plan({ name: 'x'.repeat(64) })).join(), /would cut it to/);
    assert.deepEqual(planSql(plan({ name: 'a"; DROP', tables: [] })), [
      `central: CREATE ROLE "a""; DROP" LOGIN REPLICATION PASSWORD '***'`,
    ]);
    assert.deepEqual(findingLines(plan({ tables: [{ schema: 'public', name: 'gone' }] })), [
      'error missingTable central: central has no table public.gone (42P01). / Leave it out, or create it first.',
    ]);
    assert.deepEqual(findingLines(plan({ duties: [] })), [
      'error notFound central: streamer has no duty. / Choose what the role is for.',
    ]);
    assert.deepEqual(findingLines(plan({}, { server: { isInRecovery: true } })), [
      'error standby central: central is a standby and takes no changes (25006). / Use its primary.',
    ]);
  });

  it('what the role that runs it may not do, with what an administrator can run', () => {
    const role = plainRole();
    assert.deepEqual(
      findingLines(plan({}, { role, relations: [table('jobs', { isOwned: false })] })),
      [
        'error privilege central: deployer on central may not create roles (42501). / Let a superuser allow it, or name a superuser as "adminUser" in the file.',
        '  ALTER ROLE "deployer" CREATEROLE;',
        'error privilege central: deployer may not grant rights on public, public.jobs on central (42501). / Let their owner or a superuser run this once streamer exists, or name a superuser as "adminUser" in the file.',
        '  GRANT USAGE ON SCHEMA "public" TO "streamer";',
        '  GRANT SELECT ON TABLE "public"."jobs" TO "streamer";',
      ],
    );
    const maker = plainRole({ canCreateRole: true, memberOf: ['deployer', 'postgres'] });
    assert.deepEqual(findingLines(plan({}, { role: maker })), [
      'error privilege central: deployer on central may give REPLICATION only when it has it (42501). / Let a superuser give it, or name a superuser as "adminUser" in the file.',
      '  ALTER ROLE "deployer" REPLICATION;',
    ]);
    assert.deepEqual(findingLines(plan({}, { role: maker, server: { versionNum: 150_000 } })), [
      'error privilege central: On Postgres 15 only a superuser may give REPLICATION, and deployer on central is none (42501). / Name a superuser as "adminUser" in the file.',
    ]);
    const monitor = { duties: ['monitor'] } as const;
    assert.match(findingLines(plan(monitor, { role: maker })).join(), /rights on pg_monitor/);
    const old = plan(monitor, { role: maker, server: { versionNum: 150_000 } });
    assert.deepEqual(findingLines(old), []);
    const admin = plan(monitor, { role: { ...maker, adminOf: ['pg_monitor'] } });
    assert.deepEqual(findingLines(admin), []);
  });
});
