import assert from 'node:assert/strict';
import { pendingSyncSql } from '../../../src/core/plan/pendingSyncTable';
import {
  captureFunctionSql,
  captureTriggerSql,
  edgeIdentitySql,
  guardFunctionSql,
  guardTriggerSql,
  refuseTruncateSql,
} from '../../../src/core/queue/edgeObjects';
import { primaryObjectsSql } from '../../../src/core/queue/primaryObjects';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';

forEachMajor('Objects of the queue', function (major) {
  let clusters: Clusters;
  let edge: Cluster;

  before(async function () {
    this.timeout(120_000);
    clusters = new Clusters(major);
    edge = await (await clusters.add('edge')).start();
    await edge.query('CREATE SCHEMA pgtopology');
    for (const sql of [
      ...pendingSyncSql(DEFAULT_QUEUE),
      ...edgeIdentitySql(),
      ...captureFunctionSql(DEFAULT_QUEUE),
      ...refuseTruncateSql(),
      ...guardFunctionSql(),
      ...primaryObjectsSql(),
      'CREATE TABLE public.notes (id uuid PRIMARY KEY, body text, extra json, tags text[])',
      ...captureTriggerSql({
        schema: 'public',
        name: 'notes',
        key: ['id'],
        textColumns: ['extra', 'tags'],
        columns: ['id', 'body', 'extra', 'tags'],
      }),
      ...guardTriggerSql({ schema: 'public', name: 'notes' }, ['id']),
    ]) {
      await edge.query(sql);
    }
  });

  after(async () => {
    await clusters.stop();
  });

  it('queues a write in its own transaction, with values as they were written', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    await edge.query(
      `INSERT INTO public.notes VALUES ('${id}', 'a', '{"b":  1,"b":2}', '[0:1]={x,y}')`,
    );
    await edge.query(`UPDATE public.notes SET body = 'b' WHERE id = '${id}'`);
    await edge.query(`DELETE FROM public.notes`);
    const rows = await edge.query(
      `SELECT operation, key, data, old_data, state FROM pgtopology.pending_sync ORDER BY seq`,
    );
    const row = (body: string) => ({ id, body, extra: '{"b":  1,"b":2}', tags: '[0:1]={x,y}' });
    assert.deepEqual(rows, [
      { operation: 'INSERT', key: { id }, data: row('a'), old_data: null, state: 'pending' },
      { operation: 'UPDATE', key: { id }, data: row('b'), old_data: row('a'), state: 'pending' },
      { operation: 'DELETE', key: { id }, data: null, old_data: row('b'), state: 'pending' },
    ]);
  });

  it('sends a column that came later in the right way as well', async () => {
    await edge.query('ALTER TABLE public.notes ADD COLUMN late json, ADD COLUMN plain integer');
    await edge.query(
      `INSERT INTO public.notes (id, late, plain) VALUES (gen_random_uuid(), '[1,  2]', 7)`,
    );
    const rows = await edge.query(
      `SELECT data ->> 'late' AS late, data -> 'plain' AS plain FROM pgtopology.pending_sync ORDER BY seq DESC LIMIT 1`,
    );
    assert.deepEqual(rows, [{ late: '[1,  2]', plain: 7 }]);
  });

  it('lets a json through that jsonb could not hold', async () => {
    const id = '00000000-0000-4000-8000-000000000003';
    const json = '{"zero": "\\u0000"}';
    await edge.query(`INSERT INTO public.notes (id, body, extra) VALUES ('${id}', 'c', '${json}')`);
    await edge.query(`UPDATE public.notes SET body = 'd' WHERE id = '${id}'`);
    const rows = await edge.query(
      `SELECT data ->> 'extra' AS extra, data ->> 'body' AS body, old_data ->> 'body' AS was, key
         FROM pgtopology.pending_sync ORDER BY seq DESC LIMIT 1`,
    );
    assert.deepEqual(rows, [{ extra: json, body: 'd', was: 'c', key: { id } }]);
  });

  it('refuses TRUNCATE, which it could not queue', async () => {
    await assert.rejects(
      edge.query('TRUNCATE public.notes'),
      /TRUNCATE of public.notes cannot be/u,
    );
  });

  it('does not queue what a subscription applies, and lets it replace the row', async () => {
    const count = async (): Promise<number> => {
      const rows = await edge.query('SELECT count(*)::int AS n FROM pgtopology.pending_sync');
      return Number(rows[0]?.['n']);
    };
    const before = await count();
    const id = '00000000-0000-4000-8000-000000000002';
    await edge.query(`INSERT INTO public.notes (id, body) VALUES ('${id}', 'mine')`);
    await edge.query(
      `BEGIN; SET LOCAL session_replication_role = replica;
       INSERT INTO public.notes (id, body) VALUES ('${id}', 'echo'); COMMIT`,
    );
    assert.equal(await count(), before + 1);
    const rows = await edge.query(`SELECT body FROM public.notes WHERE id = '${id}'`);
    assert.deepEqual(rows, [{ body: 'echo' }]);
  });
});
