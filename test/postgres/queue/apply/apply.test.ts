import assert from 'node:assert/strict';
import { forEachMajor } from '../../../clusters/majors';
import { ApplyRig } from './applyRig';

forEachMajor('Applying operations', function (major) {
  let rig: ApplyRig;

  before(async function () {
    this.timeout(120_000);
    rig = await ApplyRig.start(major);
    await rig.install(
      `CREATE TABLE public.notes (id integer PRIMARY KEY, body text, updated_at timestamptz)`,
      ['notes'],
    );
  });

  after(async () => {
    await rig.stop();
  });

  it('applies inserts, updates and deletes once, however often they come', async () => {
    const ops = await rig.queued(`
      INSERT INTO notes SELECT i, 'n' || i FROM generate_series(1, 3) AS i;
      UPDATE notes SET body = 'changed' WHERE id = 2;
      DELETE FROM notes WHERE id = 3`);
    const applied = ['applied', 'applied', 'applied', 'applied', 'applied'];
    assert.deepEqual(await rig.apply(ops), applied);
    const rows = await rig.rows('SELECT id, body FROM public.notes ORDER BY id');
    assert.deepEqual(rows, ['(1,n1)', '(2,changed)']);
    await rig.primary.query(`UPDATE public.notes SET body = 'by others'`);
    assert.deepEqual(await rig.apply(ops), applied);
    assert.deepEqual(await rig.rows('SELECT id, body FROM public.notes ORDER BY id'), [
      '(1,"by others")',
      '(2,"by others")',
    ]);
  });
});
