import assert from 'node:assert/strict';
import { pendingSyncSql } from '../../../src/core/plan/pendingSyncTable';
import { guardFunctionSql, guardTriggerSql } from '../../../src/core/queue/echoGuard';
import {
  captureFunctionSql,
  captureTriggerSql,
  edgeIdentitySql,
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

  /** What a subscription does with a row, as far as triggers go. */
  const applied = (sql: string) =>
    edge.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);

  // [what, table, key, row that is there, row that arrives, what is there then]
  for (const [what, shape, key, own, arriving, expected] of [
    [
      'names that need quotes, dropped and generated columns',
      `(gone int, "I""d" int PRIMARY KEY, "Va'lue %s" text, twice int GENERATED ALWAYS AS ("I""d" * 2) STORED)`,
      'I"d',
      `("I""d", "Va'lue %s") VALUES (1, 'own')`,
      `("I""d", "Va'lue %s") VALUES (1, 'new'), (2, 'fresh')`,
      ['(1,new,2)', '(2,fresh,4)'],
    ],
    [
      'an identity as its key',
      `(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text)`,
      'id',
      `(a) VALUES ('own')`,
      `OVERRIDING SYSTEM VALUE VALUES (1, 'new'), (9, 'fresh')`,
      ['(1,new)', '(9,fresh)'],
    ],
    [
      'an identity beside its key, which no UPDATE may set',
      `(id int PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, a text)`,
      'id',
      `(id, a) VALUES (1, 'own')`,
      `OVERRIDING SYSTEM VALUE VALUES (1, 7, 'new'), (2, 8, 'fresh')`,
      ['(1,7,new)', '(2,8,fresh)'],
    ],
    [
      'nothing but its key',
      `(id int PRIMARY KEY)`,
      'id',
      'VALUES (1)',
      'VALUES (1), (2)',
      ['(1)', '(2)'],
    ],
    [
      'nothing but an identity',
      `(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)`,
      'id',
      'DEFAULT VALUES',
      'OVERRIDING SYSTEM VALUE VALUES (1), (2)',
      ['(1)', '(2)'],
    ],
    [
      'a key that is equal and not the same',
      `(id numeric PRIMARY KEY, a text)`,
      'id',
      `VALUES (1.0, 'own')`,
      `VALUES (1.00, 'new')`,
      ['(1.00,new)'],
    ],
    [
      'partitions',
      `(id int PRIMARY KEY, a text) PARTITION BY RANGE (id)`,
      'id',
      `VALUES (1, 'own'), (11, 'own')`,
      `VALUES (1, 'new'), (11, 'new'), (12, 'fresh')`,
      ['(1,new)', '(11,new)', '(12,fresh)'],
    ],
    [
      'a deferrable key',
      `(id int PRIMARY KEY DEFERRABLE, a text)`,
      'id',
      `VALUES (1, 'own')`,
      `VALUES (1, 'new'), (2, 'fresh')`,
      ['(1,new)', '(2,fresh)'],
    ],
    [
      'a rule',
      `(id int PRIMARY KEY, a text); CREATE RULE calm AS ON UPDATE TO public.shape WHERE false DO INSTEAD NOTHING`,
      'id',
      `VALUES (1, 'own')`,
      `VALUES (1, 'new'), (2, 'fresh')`,
      ['(1,new)', '(2,fresh)'],
    ],
  ] as const) {
    it(`lets a row replace its own in a table with ${what}`, async () => {
      await edge.query(`CREATE TABLE public.shape ${shape}`);
      try {
        if (what === 'partitions') {
          await edge.query('CREATE TABLE public.shape_1 PARTITION OF public.shape DEFAULT');
        }
        for (const sql of guardTriggerSql({ schema: 'public', name: 'shape' }, [key])) {
          await edge.query(sql);
        }
        if (what === 'partitions') {
          await edge.query(
            'CREATE TABLE public.shape_2 PARTITION OF public.shape FOR VALUES FROM (10) TO (20)',
          );
        }
        if (shape.includes('gone')) await edge.query('ALTER TABLE public.shape DROP COLUMN gone');
        await edge.query(`INSERT INTO public.shape ${own}`);
        await applied(`INSERT INTO public.shape ${arriving}`);
        const rows = await edge.query('SELECT s::text AS row FROM public.shape AS s ORDER BY s');
        assert.deepEqual(
          rows.map(({ row }) => row as unknown),
          expected,
        );
      } finally {
        await edge.query('DROP TABLE public.shape');
      }
    });
  }

  it('replaces a row by a column that came in between, and one that a trigger of the table writes', async () => {
    await edge.query(
      `CREATE TABLE public.sum (id int PRIMARY KEY, n int); CREATE TABLE public.item (id int PRIMARY KEY, sum int);
       CREATE FUNCTION public.count_item() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.sum VALUES (NEW.sum, NEW.id); RETURN NULL; END';
       CREATE TRIGGER counts AFTER INSERT ON public.item FOR EACH ROW EXECUTE FUNCTION public.count_item();
       ALTER TABLE public.item ENABLE ALWAYS TRIGGER counts`,
    );
    for (const name of ['sum', 'item']) {
      for (const sql of guardTriggerSql({ schema: 'public', name }, ['id'])) await edge.query(sql);
    }
    await edge.query('INSERT INTO public.sum VALUES (1, 0)');
    await applied(
      `INSERT INTO public.item VALUES (5, 1); ALTER TABLE public.item ADD COLUMN late text; INSERT INTO public.item VALUES (6, 1, 'late')`,
    );
    const [row] = await edge.query(
      `SELECT (SELECT json_agg(i) FROM public.item AS i) AS items, (SELECT json_agg(s) FROM public.sum AS s) AS sums`,
    );
    assert.deepEqual(row, {
      items: [
        { id: 5, sum: 1, late: null },
        { id: 6, sum: 1, late: 'late' },
      ],
      sums: [{ id: 1, n: 6 }],
    });
    await edge.query('DROP TABLE public.item, public.sum; DROP FUNCTION public.count_item');
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
