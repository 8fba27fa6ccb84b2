import assert from 'node:assert/strict';
import { planChanges } from '../../../src/core/plan/changes/planChanges';
import type { Plan } from '../../../src/core/plan/plan';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import type { DeclaredQueue } from '../../../src/core/topology';
import { forOldestAndNewest } from '../../clusters/majors';
import { codes } from '../plans/planRig';
import { QueueRig } from './queueRig';
import { OLDER_GUARD, queueContext, requestOf } from './setUpSupport';

const DRAINER = 'queue_drainer';

forOldestAndNewest('Plan Changes of queues', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major, { edges: ['edge', 'other'] });
    await rig.everywhere(
      `CREATE TABLE public.jobs (id uuid PRIMARY KEY, title text); CREATE TABLE public.notes (id uuid PRIMARY KEY)`,
    );
  });

  after(async () => {
    await rig.stop();
  });

  /** The file says the same of both edges. */
  async function planned(change: Partial<DeclaredQueue> = {}, drops = false): Promise<Plan> {
    const context = await queueContext(rig.plans, [DRAINER]);
    const pendingSync: DeclaredQueue = {
      primary: 'primary',
      table: DEFAULT_QUEUE,
      capture: 'trigger',
      drainUser: DRAINER,
      tables: requestOf({ 'public.jobs': 'manual', 'public.notes': 'manual' }).tables,
      ...change,
    };
    const nodes = context.topology.nodes.map((node) =>
      node.id === 'primary' ? node : { ...node, pendingSync },
    );
    return planChanges(
      { nodeIds: null, drops, signIns: [], passwords: [], unread: [] },
      { ...context, topology: { ...context.topology, nodes } },
    );
  }

  const titles = ({ steps }: Plan) => steps.map(({ nodeId, title }) => `${nodeId}: ${title}`);

  it('sets up what the file says of two edges, then finds nothing to do, then only what changed', async () => {
    const plan = await planned();
    assert.deepEqual(codes(plan), [
      'warning privilege edge',
      'warning privilege primary',
      'warning privilege other',
    ]);
    assert.equal(titles(plan).filter((title) => title.includes('ledger')).length, 1);
    await rig.plans.done(plan);
    const again = await planned();
    assert.deepEqual([titles(again), codes(again)], [[], ['note nothingToDo -']]);

    await rig.edge.query(
      'DROP TRIGGER pgtopology_capture ON public.jobs; REVOKE UPDATE ON pgtopology.pending_sync FROM queue_drainer',
    );
    const mended = await planned();
    assert.deepEqual(titles(mended), [
      `edge: Let ${DRAINER} use pgtopology.pending_sync`,
      'edge: Capture the writes of public.jobs',
    ]);
    await rig.plans.done(mended);

    await rig.edge.query(OLDER_GUARD);
    const upgrade = await planned();
    assert.deepEqual(titles(upgrade), ['edge: Upgrade the functions of its triggers']);
    await rig.plans.done(upgrade);
    assert.deepEqual(titles(await planned()), []);

    const { tables } = requestOf({ 'public.jobs': 'manual' });
    assert.deepEqual(titles(await planned({ tables })), []);
    assert.deepEqual(
      codes(await planned({ tables })).filter((code) => code.includes('notCarried')),
      ['note notCarried edge', 'note notCarried other'],
    );
    assert.deepEqual(titles(await planned({ tables }, true)), [
      'edge: Stop capturing the writes of public.notes',
      'other: Stop capturing the writes of public.notes',
    ]);
    assert.deepEqual(titles(await planned({ capture: 'application' })).length, 4);
  });
});
