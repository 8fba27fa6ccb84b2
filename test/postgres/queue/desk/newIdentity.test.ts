import assert from 'node:assert/strict';
import { planNewIdentity } from '../../../../src/core/plan/queue/planNewIdentity';
import { edgeIdentitySql } from '../../../../src/core/queue/edgeObjects';
import type { Cluster } from '../../../clusters/cluster';
import { Clusters } from '../../../clusters/clusters';
import { forEachMajor } from '../../../clusters/majors';
import { PlanRig } from '../../plans/planRig';

forEachMajor('A new identity', function (major) {
  let clusters: Clusters;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    edge = await (await clusters.add('edge')).start();
    rig = new PlanRig({ edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  it('is refused by the server where there is no edge', async () => {
    const plan = planNewIdentity({ nodeId: 'edge' }, await rig.context());
    const report = await rig.run(plan);
    assert.match(report.outcomes[0]?.failure?.text ?? '', /edge is not set up as an edge/u);
  });

  it('is another one, of this very server, that has sent nothing yet', async () => {
    await edge.query('CREATE SCHEMA pgtopology');
    for (const sql of edgeIdentitySql()) await edge.query(sql);
    await edge.query(
      `UPDATE pgtopology.edge_identity SET system_identifier = '7', batches = 12, primary_system = '9', primary_timeline = 3`,
    );
    const identity = async () =>
      (
        await edge.query<{ id: string }>(
          `SELECT i.edge_id::text AS id, i.batches::int, i.primary_system, i.primary_timeline, i.drained_at,
             i.system_identifier = c.system_identifier::text AS is_here
           FROM pgtopology.edge_identity AS i, pg_control_system() AS c`,
        )
      )[0];
    const before = await identity();
    const plan = planNewIdentity({ nodeId: 'edge' }, await rig.context());
    assert.equal(plan.kind, 'giveNewIdentity');
    await rig.done(plan);
    const after = await identity();
    assert.notEqual(after?.id, before?.id);
    assert.deepEqual(
      { ...after, id: '' },
      {
        id: '',
        batches: 0,
        primary_system: null,
        primary_timeline: null,
        drained_at: null,
        is_here: true,
      },
    );
  });
});
