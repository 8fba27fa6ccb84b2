import assert from 'node:assert/strict';
import type { Plan } from '../../../src/core/plan/plan';
import { planRefreshSubscription } from '../../../src/core/plan/planRefreshSubscription';
import {
  planDisableSubscription,
  planEnableSubscription,
} from '../../../src/core/plan/planSwitchSubscription';
import type { PlanContext } from '../../../src/core/plan/requests';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig, untilReady } from './planRig';

const REQUEST = { nodeId: 'edge', name: 'jobs_sub' };

forEachMajor('Enable, disable, refresh', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    edge = await (await clusters.add('edge')).start();
    await createLogin(edge, 'deployer');
    const jobs = 'CREATE TABLE jobs (id int PRIMARY KEY)';
    await central.query(`${jobs}; CREATE PUBLICATION jobs_pub FOR TABLE jobs`);
    await edge.query(jobs);
    const conninfo = central.conninfo({ database: 'postgres' });
    await edge.query(`CREATE SUBSCRIPTION jobs_sub CONNECTION '${conninfo}' PUBLICATION jobs_pub`);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  /** The file says whose subscription it is. */
  async function contextOf(on = rig): Promise<PlanContext> {
    const context = await on.context();
    const nodes = context.topology.nodes.map((node) => ({
      ...node,
      subscriptions: node.id === 'edge' ? [DECLARED] : [],
    }));
    return { ...context, topology: { ...context.topology, nodes } };
  }

  async function planOf(make: (request: typeof REQUEST, context: PlanContext) => Plan, on = rig) {
    return make(REQUEST, await contextOf(on));
  }

  async function isEnabled(): Promise<boolean | undefined> {
    const [row] = await edge.query<{ subenabled: boolean }>(
      'SELECT subenabled FROM pg_subscription',
    );
    return row?.subenabled;
  }

  it('disables and enables; each is the other’s undo', async () => {
    const off = await rig.done(await planOf(planDisableSubscription));
    assert.equal(await isEnabled(), false);
    assert.deepEqual(codes(await planOf(planDisableSubscription)), ['note nothingToDo edge']);
    await rig.undo(off);
    assert.equal(await isEnabled(), true);
    await rig.run(await planOf(planDisableSubscription));
    const on = await rig.done(await planOf(planEnableSubscription));
    assert.equal(await isEnabled(), true);
    await rig.undo(on);
    assert.equal(await isEnabled(), false);
    await rig.done(await planOf(planEnableSubscription));
  });

  it('refresh takes in what the publication got, once the subscriber has it', async () => {
    await central.query(
      'CREATE TABLE runs (id int PRIMARY KEY); INSERT INTO runs VALUES (1); ALTER PUBLICATION jobs_pub ADD TABLE runs',
    );
    const missing = await planOf(planRefreshSubscription);
    assert.deepEqual(codes(missing), ['error missingTable edge']);
    assert.match(await rig.forced(missing), /\(42P01\)/);
    await rig.applyFixes(missing);
    const plan = await planOf(planRefreshSubscription);
    assert.deepEqual(codes(plan), []);
    assert.match(plan.steps[0]?.effect ?? '', /^Copying of public\.runs to edge/);
    const check = plan.steps[0]?.effectCheck?.sql ?? '';
    assert.deepEqual(Object.values((await edge.query(check))[0] ?? {}), [false]);
    await rig.done(plan);
    assert.deepEqual(Object.values((await edge.query(check))[0] ?? {}), [true]);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
    assert.deepEqual(codes(await planOf(planRefreshSubscription)), ['note nothingToDo edge']);

    await central.query('ALTER PUBLICATION jobs_pub DROP TABLE runs');
    const gone = await planOf(planRefreshSubscription);
    assert.equal(gone.steps[0]?.effect, 'Changes of public.runs are taken no more.');
    await rig.done(gone);
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
  });

  it('a table that comes back still has its rows: the copy collides for ever, as the plan says', async function () {
    // How many rows a table holds is what statistics say.
    await edge.query('ANALYZE runs');
    await central.query('ALTER PUBLICATION jobs_pub ADD TABLE runs');
    const plan = await planOf(planRefreshSubscription);
    assert.deepEqual(codes(plan), ['warning rowsPresent edge']);
    await rig.done(plan);
    await waitFor(() => Promise.resolve(/duplicate key value.*"runs_pkey"/u.test(edge.readLog())), {
      what: 'the copy collides',
    });
    await edge.query('TRUNCATE runs');
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'runs']);
    await central.query('ALTER PUBLICATION jobs_pub DROP TABLE runs');
    await rig.done(await planOf(planRefreshSubscription));
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs']);
  });

  it('a disabled subscription cannot be refreshed; the fix enables it', async () => {
    await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    await central.query(
      'CREATE TABLE more (id int PRIMARY KEY); ALTER PUBLICATION jobs_pub ADD TABLE more',
    );
    await edge.query('CREATE TABLE more (id int PRIMARY KEY)');
    const plan = await planOf(planRefreshSubscription);
    assert.deepEqual(codes(plan), ['error notFound edge']);
    assert.match(await rig.forced(plan), /disabled subscriptions \(55000\)/);
    await rig.applyFixes(plan);
    await rig.done(await planOf(planRefreshSubscription));
    await untilReady({ cluster: edge }, 'jobs_sub', ['jobs', 'more']);
  });

  it('another role may not; a subscription that is gone is said to be', async () => {
    const deployer = new PlanRig({
      central: { cluster: central },
      edge: { cluster: edge, admin: 'deployer' },
    });
    const plan = await planOf(planDisableSubscription, deployer);
    assert.deepEqual(codes(plan), ['error privilege edge']);
    assert.match(await deployer.forced(plan), /\(42501\)/);
    const absent = planEnableSubscription({ nodeId: 'edge', name: 'other' }, await contextOf());
    assert.deepEqual(codes(absent), ['error notFound edge']);
    assert.equal(await isEnabled(), true);
  });

  it('a slot that was dropped is missed before the subscription is enabled again', async () => {
    await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    await waitFor(
      async () => {
        await central.query("SELECT pg_drop_replication_slot('jobs_sub')");
        return true;
      },
      { what: 'nobody reads the slot' },
    );
    assert.deepEqual(codes(await planOf(planEnableSubscription)), ['error notFound central']);
    await edge.query('ALTER SUBSCRIPTION jobs_sub SET (slot_name = NONE)');
    const plan = await planOf(planEnableSubscription);
    assert.deepEqual(codes(plan), ['error notFound edge']);
    assert.match(await rig.forced(plan), /\(55000\)/);
  });
});

const DECLARED = {
  name: 'jobs_sub',
  publisher: 'central',
  publications: ['jobs_pub'],
  connection: null,
  slotName: 'jobs_sub',
  options: {},
};
