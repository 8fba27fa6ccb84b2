import assert from 'node:assert/strict';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { ALL_OPERATIONS } from '../../../src/core/plan/publicationSql';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { addressOf, PlanRig, untilReady } from '../plans/planRig';

forEachMajor('What does not come by a subscription', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await clusters.add('central');
    edge = await clusters.add('edge');
    await Promise.all([central.start(), edge.start()]);
    await central.query(`CREATE TABLE jobs (id int PRIMARY KEY, state text); INSERT INTO jobs VALUES (1, 'old'), (2, 'old');
      CREATE PUBLICATION jobs_pub FOR TABLE jobs`);
    await edge.query('CREATE TABLE jobs (id int PRIMARY KEY, state text)');
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  async function planned(copyData: boolean) {
    const context = await rig.context();
    return planCreateSubscription(
      {
        nodeId: 'edge',
        name: 'jobs_sub',
        publisherId: 'central',
        publications: ['jobs_pub'],
        connection: addressOf(central),
        connectionTest: {
          kind: 'passed',
          systemIdentifier: context.catalogs.get('central')?.server.systemIdentifier ?? '',
        },
        slotName: 'jobs_sub',
        usesExistingSlot: false,
        copyData,
        options: {},
      },
      context,
    );
  }

  const rows = async (): Promise<readonly string[]> => {
    const found = await edge.query<{ row: string }>(
      `SELECT id || ' ' || state AS row FROM jobs ORDER BY id`,
    );
    return found.map(({ row }) => row);
  };

  /** Writes a row behind whatever was written before, and waits until it is there. */
  async function untilArrived(id: number): Promise<void> {
    await central.query(`INSERT INTO jobs VALUES (${id}, 'new')`);
    await waitFor(async () => (await rows()).includes(`${id} new`), {
      what: `row ${id} has arrived`,
    });
  }

  it('a change of a row that the subscriber lacks is passed over in silence up to 17 and counted from 18 on; the plan says that rows are not copied', async function () {
    const plan = await planned(false);
    assert.match(
      plan.steps.map(({ effect }) => effect).join(' '),
      /rows that are there already are not copied/,
    );
    await rig.done(plan);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    await central.query(
      `UPDATE jobs SET state = 'changed' WHERE id = 1; DELETE FROM jobs WHERE id = 2`,
    );
    await untilArrived(3);
    // No error, and the subscription goes on as if nothing had happened: only the tables differ.
    assert.deepEqual(await rows(), ['3 new']);
    if (major >= 15) {
      const missing = major >= 18 ? 'confl_update_missing + confl_delete_missing' : '0::bigint';
      const expected = major >= 18 ? '2' : '0';
      await waitFor(
        async () => {
          const [row] = await edge.query<{ errors: string; missing: string }>(
            `SELECT apply_error_count::text AS errors, (${missing})::text AS missing
               FROM pg_stat_subscription_stats WHERE subname = 'jobs_sub'`,
          );
          assert.equal(row?.errors, '0');
          return row.missing === expected;
        },
        { what: `${expected} rows are counted as missing` },
      );
    }
    await edge.query('DROP SUBSCRIPTION jobs_sub');
  });

  it('a row is not lacking after a plan that copies first', async function () {
    await edge.query('TRUNCATE jobs');
    await rig.done(await planned(true));
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    await central.query(`UPDATE jobs SET state = 'again' WHERE id = 1`);
    await untilArrived(4);
    assert.deepEqual(await rows(), ['1 again', '3 new', '4 new']);
    await edge.query('DROP SUBSCRIPTION jobs_sub');
  });

  it('a sequence: its next value on the subscriber is one that has come by; the plan says that it does not', async function () {
    await central.query(
      'CREATE TABLE counted (id serial PRIMARY KEY); INSERT INTO counted SELECT FROM generate_series(1, 3)',
    );
    await edge.query('CREATE TABLE counted (id serial PRIMARY KEY)');
    const plan = planCreatePublication(
      {
        nodeId: 'central',
        name: 'counted_pub',
        allTables: false,
        schemas: [],
        tables: [{ schema: 'public', name: 'counted', columns: null, rowFilter: null }],
        operations: ALL_OPERATIONS,
        viaPartitionRoot: false,
      },
      await rig.context(),
    );
    const said = plan.findings.filter(({ code }) => code === 'notCarried');
    assert.match(said.map(({ text }) => text).join(' '), /the sequences of public\.counted/);
    await rig.done(plan);
    await edge.query(
      `CREATE SUBSCRIPTION counted_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION counted_pub`,
    );
    await untilReady({ cluster: edge }, 'counted_sub', ['counted']);
    await assert.rejects(edge.query('INSERT INTO counted DEFAULT VALUES'), { code: '23505' });
    await edge.query('DROP SUBSCRIPTION counted_sub');
  });
});
