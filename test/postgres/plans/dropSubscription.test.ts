import assert from 'node:assert/strict';
import { leftoversOfDrop, planDropSubscription } from '../../../src/core/plan/planDropSubscription';
import type { Plan } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig, untilReady, untilWorkersStopped } from './planRig';

forEachMajor('Dropping a subscription', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge')).start();
    await central.query(`CREATE TABLE jobs (id int PRIMARY KEY); INSERT INTO jobs VALUES (1);
      CREATE TABLE closed (id int PRIMARY KEY);
      CREATE PUBLICATION jobs_pub FOR TABLE jobs; CREATE PUBLICATION closed_pub FOR TABLE closed`);
    await createLogin(central, 'replicator', {});
    await central.query('ALTER ROLE replicator REPLICATION; GRANT SELECT ON jobs TO replicator');
    await edge.query(
      `CREATE TABLE jobs (id int PRIMARY KEY); CREATE TABLE closed (id int PRIMARY KEY)`,
    );
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(async () => {
    await edge.query('TRUNCATE jobs');
    await edge.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${conninfo()}' PUBLICATION jobs_pub`,
    );
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
  });

  afterEach(async () => {
    assert.deepEqual(await subscriptions(), []);
    assert.deepEqual(await slots(), []);
    const [row] = await edge.query<{ rows: number }>('SELECT count(*)::int AS rows FROM jobs');
    assert.equal(row?.rows, 1, 'rows that arrived stay');
  });

  const conninfo = (): string =>
    `${central.conninfo({ database: 'postgres' })} application_name=jobs_sub`;

  async function subscriptions(): Promise<readonly string[]> {
    const rows = await edge.query<{ name: string }>('SELECT subname AS name FROM pg_subscription');
    return rows.map(({ name }) => name);
  }

  async function slots(): Promise<readonly string[]> {
    const rows = await central.query<{ name: string }>(
      'SELECT slot_name AS name FROM pg_replication_slots ORDER BY 1',
    );
    return rows.map(({ name }) => name);
  }

  async function untilSlotIs(isActive: boolean): Promise<void> {
    await waitFor(
      async () => {
        const [row] = await central.query<{ active: boolean }>(
          `SELECT active FROM pg_replication_slots WHERE slot_name = 'jobs_sub'`,
        );
        return row?.active === isActive;
      },
      { what: `the slot is ${isActive ? 'read' : 'not read'}` },
    );
  }

  /** The file says whose subscription it is; without its catalog the publisher counts as unreachable. */
  async function contextOf(withPublisher = true): Promise<PlanContext> {
    const context = withPublisher
      ? await rig.context()
      : await new PlanRig({ edge: { cluster: edge } }).context();
    const nodes = rig.nodes.map((node) => ({
      ...node,
      subscriptions:
        node.id === 'edge'
          ? ['jobs_sub', 'closed_sub'].map((name) => ({
              name,
              publisher: 'central',
              publications: ['jobs_pub'],
              connection: null,
              slotName: name,
              options: {},
            }))
          : [],
    }));
    return { ...context, topology: { ...context.topology, nodes } };
  }

  const drop = (context: PlanContext, name = 'jobs_sub', keepsSlot = false): Plan =>
    planDropSubscription({ nodeId: 'edge', name, keepsSlot }, context);

  const dropSlot = async (name = 'jobs_sub'): Promise<void> => {
    await waitFor(
      async () => {
        await central.query(`SELECT pg_drop_replication_slot('${name}')`);
        return true;
      },
      { what: `nobody reads the slot ${name}` },
    );
  };

  it('with its publisher up: one statement, and the slot goes with it', async () => {
    await untilSlotIs(true);
    const plan = drop(await contextOf());
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.steps.map(({ title }) => title),
      ['Drop subscription jobs_sub'],
    );
    await rig.done(plan);
    assert.deepEqual(codes(drop(await contextOf())), ['error notFound edge']);
  });

  it('with its publisher down: the naive statement fails; the plan leaves a slot that it names', async function () {
    await central.stop();
    try {
      await assert.rejects(edge.query('DROP SUBSCRIPTION jobs_sub'), { code: '08006' });
      await assert.rejects(edge.query('ALTER SUBSCRIPTION jobs_sub SET (slot_name = NONE)'), {
        code: '55000',
      });
      const context = await contextOf(false);
      const plan = drop(context);
      assert.deepEqual(codes(plan), ['warning unknownServer central']);
      assert.equal(plan.title, 'Drop jobs_sub while central is unreachable');
      assert.equal(plan.kind, 'dropSubscriptionKeepingSlot');
      await rig.done(plan);
      const request = { nodeId: 'edge', name: 'jobs_sub', keepsSlot: false };
      assert.deepEqual(
        leftoversOfDrop(request, context, 5).map(({ nodeId, slotName, why }) => [
          nodeId,
          slotName,
          why,
        ]),
        [['central', 'jobs_sub', 'publisherDown']],
      );
    } finally {
      await central.start();
    }
    assert.deepEqual(await slots(), ['jobs_sub']);
    await dropSlot();
  });

  it('disabled, or unable to reach its publisher: the slot is dropped from here', async () => {
    await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    await edge.query(
      `ALTER SUBSCRIPTION jobs_sub CONNECTION 'host=127.0.0.1 port=1 dbname=postgres user=postgres'`,
    );
    await untilSlotIs(false);
    await assert.rejects(edge.query('DROP SUBSCRIPTION jobs_sub'), { code: '08006' });
    const plan = drop(await contextOf());
    assert.deepEqual(codes(plan), []);
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      ['edge: Drop subscription jobs_sub', 'central: Drop slot jobs_sub'],
    );
    await rig.done(plan);
  });

  it('its slot gone already: the naive statement fails', async () => {
    await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    await dropSlot();
    await edge.query('ALTER SUBSCRIPTION jobs_sub ENABLE');
    await assert.rejects(edge.query('DROP SUBSCRIPTION jobs_sub'), {
      code: /^(42704|08P01|08006)$/,
    });
    const context = await contextOf();
    const plan = drop(context);
    assert.deepEqual(codes(plan), ['note notFound central']);
    await rig.done(plan);
    const request = { nodeId: 'edge', name: 'jobs_sub', keepsSlot: false };
    assert.deepEqual(leftoversOfDrop(request, context, 5), []);
  });

  it('its slot kept on purpose: another subscription takes over, and no row is missing', async () => {
    const context = await contextOf();
    const plan = drop(context, 'jobs_sub', true);
    assert.deepEqual(codes(plan), []);
    await rig.done(plan);
    assert.deepEqual(await slots(), ['jobs_sub']);
    await central.query('INSERT INTO jobs VALUES (2)');
    await edge.query(
      `CREATE SUBSCRIPTION heir_sub CONNECTION '${conninfo()}' PUBLICATION jobs_pub
         WITH (create_slot = false, copy_data = false, slot_name = jobs_sub)`,
    );
    await waitFor(async () => (await edge.query('SELECT FROM jobs WHERE id = 2')).length === 1, {
      what: 'the row written in between arrives',
    });
    await central.query('DELETE FROM jobs WHERE id = 2');
    await waitFor(async () => (await edge.query('SELECT FROM jobs WHERE id = 2')).length === 0, {
      what: 'it goes again',
    });
    await edge.query('DROP SUBSCRIPTION heir_sub');
  });

  it('slots of table copies that never end go with it', async function () {
    await edge.query(
      `CREATE SUBSCRIPTION closed_sub CONNECTION '${conninfo().replace('user=postgres', 'user=replicator')}' PUBLICATION closed_pub`,
    );
    await waitFor(async () => (await slots()).some((name) => /^pg_\d+_sync_/u.test(name)), {
      what: 'a slot of a table copy',
    });
    await edge.query('ALTER SUBSCRIPTION closed_sub DISABLE');
    // A worker that tries once more takes the slot of its last try away before it makes another.
    await untilWorkersStopped(edge);
    await waitFor(
      async () =>
        (
          await central.query(
            `SELECT FROM pg_replication_slots WHERE active AND slot_name <> 'jobs_sub'`,
          )
        ).length === 0,
      { what: 'nobody reads them' },
    );
    const plan = drop(await contextOf(), 'closed_sub');
    assert.ok(plan.steps.length >= 3, JSON.stringify(plan.steps.map(({ title }) => title)));
    await rig.done(plan);
    assert.deepEqual(await slots(), ['jobs_sub']);
    await rig.done(drop(await contextOf()));
  });
});
