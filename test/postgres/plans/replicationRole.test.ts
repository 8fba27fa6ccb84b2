import assert from 'node:assert/strict';
import { planCreateReplicationRole } from '../../../src/core/plan/roles/planCreateReplicationRole';
import type { ReplicationRoleRequest } from '../../../src/core/plan/roles/replicationRole';
import { scramVerifier } from '../../../src/host/scramVerifier';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { codes, untilReady, PlanRig } from './planRig';

const CANARY = `c4n4ry p'a"ss\\ w$d`;

forEachMajor('A plan that makes a role for replication', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (
      await clusters.add('central', {
        conf: { wal_level: 'logical', log_statement: 'all', log_min_duration_statement: 0 },
      })
    ).start();
    edge = await (await clusters.add('edge')).start();
    await central.query(`CREATE SCHEMA jobs; CREATE TABLE jobs.job (id int PRIMARY KEY);
      CREATE TABLE public.other (id int PRIMARY KEY); INSERT INTO jobs.job VALUES (1);
      CREATE PUBLICATION jobs_pub FOR TABLE jobs.job`);
    await edge.query(`CREATE SCHEMA jobs; CREATE TABLE jobs.job (id int PRIMARY KEY)`);
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  const JOB = { schema: 'jobs', name: 'job' };
  const request = (change: Partial<ReplicationRoleRequest>): ReplicationRoleRequest => ({
    nodeId: 'central',
    name: 'streamer',
    duties: ['replication'],
    tables: [JOB],
    verifier: { secret: 'rolePassword' },
    ...change,
  });
  const planOf = async (change: Partial<ReplicationRoleRequest> = {}) => {
    const wanted = request(change);
    return planCreateReplicationRole(wanted, await rig.context([wanted.name]));
  };
  const secrets = () => ({ rolePassword: scramVerifier(CANARY) });

  it('a subscription signs in with the password over SCRAM and copies; a second plan is empty', async function () {
    await requirePasswords(central);
    const report = await rig.done(await planOf(), secrets());
    const [stored] = await central.query<{ verifier: string }>(
      `SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = 'streamer'`,
    );
    assert.match(stored?.verifier ?? '', /^SCRAM-SHA-256\$4096:/);
    assert.ok(!JSON.stringify([report, rig.audit.entries]).includes('SCRAM-SHA-256$'));
    const login = { user: 'streamer', password: CANARY };
    assert.deepEqual(await central.query('SELECT id FROM jobs.job', undefined, login), [{ id: 1 }]);
    await assert.rejects(central.query('SELECT FROM public.other', undefined, login), {
      code: '42501',
    });
    await assert.rejects(central.query('INSERT INTO jobs.job VALUES (9)', undefined, login), {
      code: '42501',
    });
    await assert.rejects(central.connect({ user: 'streamer', password: 'wrong' }), {
      code: '28P01',
    });
    const password = CANARY.replaceAll('\\', '\\\\').replaceAll(`'`, `\\'`);
    const conninfo = `${central.conninfo({ database: 'postgres', user: 'streamer' })} password='${password}'`;
    await edge.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION E'${conninfo.replaceAll('\\', '\\\\').replaceAll(`'`, `''`)}' PUBLICATION jobs_pub`,
    );
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs.job']);
    assert.deepEqual((await planOf()).steps, []);
    await edge.query('DROP SUBSCRIPTION jobs_sub');
    await rig.undo(report);
    assert.deepEqual(await central.query(`SELECT FROM pg_roles WHERE rolname = 'streamer'`), []);
  });

  it('has every duty at once, each only once', async () => {
    const duties = [
      'monitor',
      'replication',
      ...(major >= 16 ? (['subscriber'] as const) : []),
      'drainer',
    ] as const;
    await rig.done(await planOf({ name: 'Every "one"', duties }), secrets());
    assert.deepEqual((await planOf({ name: 'Every "one"', duties })).steps, []);
    const login = { user: 'Every "one"', password: CANARY };
    await central.query(`INSERT INTO jobs.job VALUES (2)`, undefined, login);
    await central.query(`UPDATE jobs.job SET id = 3 WHERE id = 2`, undefined, login);
    await central.query(`DELETE FROM jobs.job WHERE id = 3`, undefined, login);
    const [seen] = await central.query<{ sees: boolean }>(
      `SELECT pg_has_role('pg_monitor', 'USAGE') AS sees`,
      undefined,
      login,
    );
    assert.equal(seen?.sees, true);
  });

  it('one that exists gets what it lacks', async () => {
    await central.query('CREATE ROLE half NOLOGIN; GRANT USAGE ON SCHEMA jobs TO half');
    const plan = await planOf({ name: 'half', verifier: null });
    assert.deepEqual(
      plan.steps.map(({ statements }) => statements.length),
      [1, 1],
    );
    await rig.done(plan);
    assert.deepEqual((await planOf({ name: 'half', verifier: null })).steps, []);
  });

  it('failing or not, the password is in no log of the server, nor is what stands for it where a superuser runs the plan', async () => {
    const made = secrets();
    const words = await rig.forced(
      await planOf({ name: 'late', tables: [] }).then(async (plan) => {
        await central.query('CREATE ROLE late');
        return plan;
      }),
      made,
    );
    assert.match(words, /role "late" already exists \(42710\)/);
    for (const secret of ['c4n4ry', made.rolePassword.slice(0, 40)]) {
      assert.ok(!central.readLog().includes(secret));
    }
  });

  it('a role with CREATEROLE makes one for watching, within its rights; the clear password is not logged', async () => {
    await createLogin(central, 'maker', { password: 'maker' });
    await central.query('ALTER ROLE maker CREATEROLE');
    if (major >= 16) await central.query('GRANT pg_monitor TO maker WITH ADMIN OPTION');
    const lesser = new PlanRig({
      central: { cluster: central, admin: 'maker', password: 'maker' },
    });
    const wanted = request({ name: 'watcher', duties: ['monitor'], tables: [] });
    const plan = planCreateReplicationRole(wanted, await lesser.context(['watcher']));
    assert.deepEqual(codes(plan), ['note hbaRule central']);
    await lesser.done(plan, secrets());
    const again = planCreateReplicationRole(
      request({ name: 'watcher2', tables: [] }),
      await lesser.context(['watcher2']),
    );
    assert.equal(again.findings[0]?.code, 'privilege');
    const words = await lesser.forced(again, secrets());
    assert.match(words, /\(42501\)/);
    assert.ok(!central.readLog().includes('c4n4ry'));
  });
});
