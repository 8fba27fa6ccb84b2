import assert from 'node:assert/strict';
import { planPromoteStandby } from '../../../src/core/plan/standbys/planPromoteStandby';
import { planPauseReplay, planResumeReplay } from '../../../src/core/plan/standbys/planReplay';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig } from './planRig';

forEachMajor('Plans for standbys', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let near: Cluster;
  let far: Cluster;

  before(async function () {
    clusters = new Clusters(major);
    central = await clusters.add('central');
    near = await clusters.addStandby('near', central, { slot: 'near' });
    far = await clusters.addStandby('far', central, { slot: 'far' });
    await central.start();
    await createLogin(central, 'guest');
    await central.query('CREATE TABLE public.item (id int)');
    await Promise.all([near.start(), far.start()]);
  });

  after(async () => {
    await clusters.stop();
  });

  const rigOf = (...ids: readonly ('central' | 'near' | 'far')[]): PlanRig => {
    const all = {
      central: { cluster: central },
      near: { cluster: near, standbyOf: 'central' },
      far: { cluster: far, standbyOf: 'central' },
    };
    return new PlanRig(Object.fromEntries(ids.map((id) => [id, all[id]])));
  };

  async function pauseState(): Promise<string | undefined> {
    const [row] = await near.query<{ state: string }>(
      'SELECT pg_get_wal_replay_pause_state() AS state',
    );
    return row?.state;
  }

  it('replay pauses and goes on; a second plan has nothing to do', async function () {
    const rig = rigOf('central', 'near');
    const request = { nodeId: 'near' };
    await rig.done(planPauseReplay(request, await rig.context()));
    assert.equal(await pauseState(), 'paused');
    assert.deepEqual(codes(planPauseReplay(request, await rig.context())), [
      'note nothingToDo near',
    ]);
    await central.query('INSERT INTO public.item VALUES (1)');
    await rig.done(planResumeReplay(request, await rig.context()));
    await waitFor(async () => (await near.query('SELECT FROM public.item')).length === 1, {
      what: 'the standby follows again',
    });
    assert.deepEqual(codes(planResumeReplay(request, await rig.context())), [
      'note nothingToDo near',
    ]);
  });

  it('what the server refuses is known beforehand', async () => {
    const rig = new PlanRig({ near: { cluster: near, admin: 'guest', standbyOf: 'central' } });
    const context = await rig.context();
    const pause = planPauseReplay({ nodeId: 'near' }, context);
    assert.deepEqual(codes(pause), ['error privilege near']);
    assert.match(await rig.forced(pause), /\(42501\)/);
    const promote = planPromoteStandby({ nodeId: 'near' }, context);
    assert.ok(codes(promote).includes('error privilege near'));
    assert.match(await rig.forced(promote), /\(42501\)/);
    const primary = rigOf('central');
    const onPrimary = planPauseReplay({ nodeId: 'central' }, await primary.context());
    assert.deepEqual(codes(onPrimary), ['error standby central']);
  });

  it('promoting while the primary is up says that there will be two, and how much is missing', async function () {
    const rig = rigOf('central', 'far');
    // Cut off: what is written now does not arrive.
    await far.query(`ALTER SYSTEM SET primary_conninfo = ''`);
    await far.reload();
    await waitFor(async () => (await far.query('SELECT FROM pg_stat_wal_receiver')).length === 0, {
      what: 'the standby is cut off',
    });
    await central.query(
      `INSERT INTO public.item SELECT n FROM generate_series(1, 50000) AS n; CHECKPOINT`,
    );
    const plan = planPromoteStandby({ nodeId: 'far' }, await rig.context());
    assert.deepEqual(codes(plan), ['warning losesChanges central', 'warning losesChanges far']);
    const said = /^At least (\d+(?:\.\d+)?)\s(MB|KB|kB)/u.exec(plan.findings[1]?.text ?? '');
    assert.ok(said?.[2] === 'MB' && Number(said[1]) >= 2, plan.findings[1]?.text);
    await rig.done(plan);
    const [row] = await far.query<{ is: boolean }>('SELECT pg_is_in_recovery() AS is');
    assert.equal(row?.is, false);
    await far.query('INSERT INTO public.item VALUES (7)');
    // Two writable nodes of one system: nothing more is planned until somebody has chosen.
    const after = await rig.context();
    assert.ok(codes(planPromoteStandby({ nodeId: 'far' }, after)).includes('error splitBrain -'));
    await far.stop();
  });

  it('promoting while the primary is away: what is lost is not known and never zero; the file follows', async function () {
    await central.stop();
    const rig = rigOf('near');
    const context = await rig.context();
    const plan = planPromoteStandby({ nodeId: 'near' }, context);
    assert.deepEqual(codes(plan), ['warning losesChanges central', 'warning losesChanges near']);
    assert.match(plan.findings[1]?.text ?? '', /is not known/);
    assert.deepEqual(plan.fileChanges, [
      { path: ['nodes', 'near', 'standbyOf'], value: undefined },
    ]);
    await rig.done(plan);
    await near.query('INSERT INTO public.item VALUES (8)');
    const again = planPromoteStandby({ nodeId: 'near' }, await rig.context());
    assert.deepEqual(codes(again), ['note nothingToDo near']);
  });
});
