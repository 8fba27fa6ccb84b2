import assert from 'node:assert/strict';
import { driftOf, driftWords, planRepairDrift } from '../../../src/core/plan/planRepairDrift';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig, untilReady } from './planRig';

const REQUEST = { nodeId: 'edge', name: 'jobs_sub' };

forEachMajor('A subscription that drift has stopped', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    const conf = { wal_retrieve_retry_interval: 200 };
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge', { conf })).start();
    const jobs = 'CREATE TABLE jobs (id int PRIMARY KEY)';
    await central.query(`${jobs}; CREATE PUBLICATION jobs_pub FOR TABLE jobs`);
    await edge.query(jobs);
    await edge.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION jobs_pub`,
    );
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  async function contextOf(): Promise<PlanContext> {
    const context = await rig.context();
    const nodes = context.topology.nodes.map((node) => ({
      ...node,
      subscriptions:
        node.id === 'edge'
          ? [
              {
                name: 'jobs_sub',
                publisher: 'central',
                publications: ['jobs_pub'],
                connection: null,
                slotName: 'jobs_sub',
                options: {},
              },
            ]
          : [],
    }));
    return { ...context, topology: { ...context.topology, nodes } };
  }

  function words({ catalogs }: PlanContext): readonly string[] {
    const publisher = catalogs.get('central');
    const subscriber = catalogs.get('edge');
    const subscription = subscriber?.subscriptions[0];
    assert.ok(publisher !== undefined && subscriber !== undefined && subscription !== undefined);
    return driftWords(driftOf(subscription, publisher, subscriber));
  }

  const untilStopped = async (text: RegExp): Promise<unknown> =>
    waitFor(() => Promise.resolve(text.test(edge.readLog())), {
      what: `the log says ${text.source}`,
    });

  const arrives = async (sql: string): Promise<unknown> =>
    waitFor(async () => (await edge.query(sql)).length === 1, { what: `${sql} finds it` });

  it('a column on the publisher alone: stops it, is found, is added, and all of it arrives', async () => {
    assert.deepEqual(codes(planRepairDrift(REQUEST, await contextOf())), ['note nothingToDo edge']);
    await central.query(
      `ALTER TABLE jobs ADD COLUMN "Extra" text DEFAULT 'x'; INSERT INTO jobs VALUES (1, 'new')`,
    );
    await untilStopped(/missing replicated column: "Extra"/);
    if (major >= 15) await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    const context = await contextOf();
    assert.deepEqual(words(context), ['public.jobs lacks Extra']);
    const plan = planRepairDrift(REQUEST, context);
    assert.deepEqual(codes(plan), []);
    await rig.done(plan);
    await arrives(`SELECT FROM jobs WHERE id = 1 AND "Extra" = 'new'`);
  });

  it('a table on the publisher alone: stops it, is made and copied, and what was written meanwhile is there', async () => {
    await central.query(`CREATE TABLE runs (id int PRIMARY KEY, at date DEFAULT '2000-01-01'); INSERT INTO runs VALUES (1);
      ALTER PUBLICATION jobs_pub ADD TABLE runs`);
    await central.query('INSERT INTO runs VALUES (2); INSERT INTO jobs VALUES (2)');
    await untilStopped(/"public\.runs" does not exist/);
    const context = await contextOf();
    assert.deepEqual(words(context), ['public.runs is missing']);
    const plan = planRepairDrift(REQUEST, context);
    assert.deepEqual(
      plan.steps.map(({ title }) => title),
      ['Create table public.runs', 'Refresh subscription jobs_sub'],
    );
    await rig.done(plan);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
    await arrives('SELECT FROM jobs WHERE id = 2');
    await central.query('INSERT INTO runs VALUES (3)');
    await arrives('SELECT FROM (SELECT count(*) FROM runs) AS r(n) WHERE n = 3');
  });

  it('a new table that the role may not read as which the subscription logs in, though the file does not name it', async () => {
    await central.query(`CREATE ROLE copier LOGIN REPLICATION`);
    const conninfo = central.conninfo({ database: 'postgres', user: 'copier' });
    await edge.query(`ALTER SUBSCRIPTION jobs_sub CONNECTION '${conninfo}'`);
    await waitFor(
      async () =>
        (
          await central.query(
            `SELECT FROM pg_replication_slots AS s JOIN pg_stat_activity AS a ON a.pid = s.active_pid
              WHERE s.slot_name = 'jobs_sub' AND a.usename = 'copier'`,
          )
        ).length === 1,
      { what: 'the subscription reads its slot as copier' },
    );
    await central.query(
      'CREATE TABLE tours (id int PRIMARY KEY); INSERT INTO tours VALUES (1); ALTER PUBLICATION jobs_pub ADD TABLE tours',
    );
    const plan = planRepairDrift(REQUEST, await contextOf());
    assert.deepEqual(
      plan.steps.map(({ title }) => title),
      [
        'Let copier read public.tours',
        'Create table public.tours',
        'Refresh subscription jobs_sub',
      ],
    );
    await rig.done(plan);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs', 'tours']);
    await arrives('SELECT FROM tours');
  });

  // Before 16 rows are applied with the rights of the subscription's owner, who is a superuser.
  if (major >= 16) {
    it('a table is made for the owner of the subscription, who could apply nothing to another’s', async () => {
      await edge.query(`CREATE ROLE subber LOGIN; GRANT CREATE ON DATABASE postgres TO subber; GRANT CREATE ON SCHEMA public TO subber;
        ALTER TABLE jobs OWNER TO subber; ALTER TABLE runs OWNER TO subber;
        ALTER TABLE tours OWNER TO subber`);
      await edge.query('ALTER SUBSCRIPTION jobs_sub SET (password_required = false)');
      await edge.query('ALTER SUBSCRIPTION jobs_sub OWNER TO subber');
      await central.query(
        'CREATE TABLE shifts (id int PRIMARY KEY); INSERT INTO shifts VALUES (1); ALTER PUBLICATION jobs_pub ADD TABLE shifts',
      );
      await central.query('GRANT SELECT ON shifts TO copier');
      await rig.done(planRepairDrift(REQUEST, await contextOf()));
      await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs', 'shifts', 'tours']);
      await arrives('SELECT FROM shifts');
    });
  }
});
