import assert from 'node:assert/strict';
import { forEachMajor } from '../../../clusters/majors';
import { QueueRig } from '../queueRig';
import { drain } from './drainRig';

forEachMajor('Draining a queue', function (major) {
  let rig: QueueRig;

  before(async function () {
    this.timeout(120_000);
    rig = await QueueRig.start(major);
    await rig.everywhere(
      `CREATE TABLE public.notes (id int PRIMARY KEY, body text, extra jsonb, updated_at timestamptz)`,
    );
    await rig.install(['public.notes']);
  });

  after(async () => {
    await rig.stop();
  });

  it('takes every write to the primary, in order, and marks it', async () => {
    await rig.edge.query(
      `INSERT INTO public.notes SELECT i, 'n' || i FROM generate_series(1, 1200) AS i`,
    );
    await rig.edge.query(`UPDATE public.notes SET body = body || '!' WHERE id % 3 = 0`);
    await rig.edge.query(`DELETE FROM public.notes WHERE id % 10 = 0`);
    const report = await drain(rig);
    assert.deepEqual(report.end, { kind: 'drained' }, JSON.stringify(report.end));
    assert.equal(await rig.depth(), 0);
    assert.deepEqual(
      await rig.rows(rig.primary, 'public.notes'),
      await rig.rows(rig.edge, 'public.notes'),
    );
    assert.deepEqual(report.counts.applied, 1200 + 400 + 120);
    const again = await drain(rig);
    assert.equal(again.counts.applied, 0);
  });
});
