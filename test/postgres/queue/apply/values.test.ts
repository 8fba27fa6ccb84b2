import assert from 'node:assert/strict';
import { forEachMajor } from '../../../clusters/majors';
import { ApplyRig } from './applyRig';

/** Tables whose values are hard to carry. */
const TABLES = `
  CREATE TYPE public.mood AS ENUM ('sad', 'it''s "ok"');
  CREATE TYPE public.pair AS (a integer, b text);
  CREATE DOMAIN public.short AS varchar(5);
  CREATE DOMAIN public.tags AS text[];
  CREATE TABLE public.kinds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "Odd ""name""" text, t text, n numeric, n2 numeric(10,2), f double precision, r real, b bytea, ts timestamp, tz timestamptz,
    iv interval, j json, jb jsonb, x xml, m public.mood, d public.short, c char(4), bits bit(3), a int[], ta public.tags,
    p public.pair, ps public.pair[], rg int4range, mr int4multirange, twice numeric GENERATED ALWAYS AS (n2 * 2) STORED,
    ip inet, u uuid, v bit varying
  );
  CREATE TABLE public.parts (area integer, id integer, body text, PRIMARY KEY (area, id)) PARTITION BY LIST (area);
  CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES IN (1);
  CREATE TABLE public.parts_2 PARTITION OF public.parts FOR VALUES IN (2);
  CREATE SCHEMA "Odd schema";
  CREATE TABLE "Odd schema"."Tab'le" ("I D" text PRIMARY KEY, "select" text);
  CREATE TABLE public.deferred (id integer PRIMARY KEY DEFERRABLE, body text);`;

const VALUES = `
  INSERT INTO public.kinds ("Odd ""name""", t, n, f, r, tz, j, jb, x, m, d, c, bits, a, ta, p, ps, rg, mr, n2, b, iv, ts, ip, u, v) VALUES
    ('a''b\\"c', e'line\\nß\\U0001F600', 1.500, '-0', 'NaN', '2026-01-01 10:00:00.123456+02', '{"a":  1, "a":2}', '{"n": 1.50, "z": null}',
     '<a>1</a><b/>', 'it''s "ok"', 'abcde', 'ab', B'101', '[0:2]={1,NULL,3}', '{"x,y","","NULL",NULL}', '(1,"a,b")',
     ARRAY['(1,x)', NULL, '(,)']::public.pair[], '[1,5)', '{[1,2),[5,)}', 1234.50, '\\x00ff', '1 year -2 days 03:04:05.000006', 'infinity',
     '10.0.0.0/8', '00000000-0000-4000-8000-00000000000a', B'');
  INSERT INTO public.kinds (n, f, jb, a, rg, n2, tz) VALUES ('NaN', 'Infinity', 'null', '{}', 'empty', -0.01, '4713-01-01 BC'),
    (12345678901234567890.123456789012345678901234567890, 1e-300, '"null"', NULL, NULL, NULL, '-infinity');
  INSERT INTO public.kinds DEFAULT VALUES;`;

const TEXTS = `SELECT k FROM public.kinds AS k ORDER BY id`;

forEachMajor('Values of applied operations', function (major) {
  let rig: ApplyRig;

  before(async function () {
    rig = await ApplyRig.start(major);
    await rig.install(TABLES, ['kinds', 'parts', 'deferred']);
  });

  after(async () => {
    await rig.stop();
  });

  it('carries every value as it was written, through INSERT, UPDATE and DELETE', async () => {
    const inserts = await rig.queued(VALUES);
    assert.deepEqual(await rig.apply(inserts), ['applied', 'applied', 'applied', 'applied']);
    assert.deepEqual(await rig.rows(TEXTS), await rig.edgeRows(TEXTS));
    const updates =
      await rig.queued(`UPDATE public.kinds SET n = n + 1, t = 'x', j = '{"b" :1}', jb = jb || '{"k": null}', a = '[5:6]={1,2}', d = 'z'
      WHERE id = 1; UPDATE public.kinds SET f = 0 WHERE id = 2; UPDATE public.kinds SET jb = 'null' WHERE id = 4`);
    assert.deepEqual(await rig.apply(updates), ['applied', 'applied', 'applied']);
    assert.deepEqual(await rig.rows(TEXTS), await rig.edgeRows(TEXTS));
    assert.deepEqual(await rig.rows('SELECT jb IS NULL AS n, jb FROM public.kinds WHERE id = 4'), [
      '(f,null)',
    ]);
    const deletes = await rig.queued('DELETE FROM public.kinds WHERE id <> 2');
    assert.deepEqual(await rig.apply(deletes), ['applied', 'applied', 'applied']);
    assert.deepEqual(await rig.rows(TEXTS), await rig.edgeRows(TEXTS));
  });

  it('sees the slightest change of a value', async () => {
    const changes = [
      ...[
        `f = '-0'`,
        `n = 1.50`,
        `n2 = NULL`,
        `j = '{"a" :1}'`,
        `jb = '{"n": 1.0}'`,
        `a = '[2:3]={1,2}'`,
      ],
      ...[
        `c = 'b'`,
        `x = '<a ></a>'`,
        `p = '(1,)'`,
        `t = ''`,
        `tz = tz + '1 microsecond'`,
        `r = 0.30000004`,
      ],
    ];
    await rig.edge.query(
      `SET session_replication_role = replica; DELETE FROM public.kinds; RESET session_replication_role`,
    );
    await rig.primary.query('DELETE FROM public.kinds');
    await rig.queued('SELECT 1');
    const inserts =
      await rig.queued(`INSERT INTO public.kinds (f, n, n2, j, jb, a, c, x, p, t, tz, r)
      SELECT 0, 1.5, 0, '{"a":1}', '{"n": 1}', '{1,2}', 'a', '<a></a>', '(1,"")', NULL, '2026-01-01 10:00:00Z', 0.3 FROM generate_series(1, ${changes.length})`);
    assert.equal(new Set(await rig.apply(inserts)).size, 1);
    const ids = inserts.map(({ key }) => Number(/\d+/u.exec(key ?? '')?.[0]));
    for (const [index, change] of changes.entries()) {
      await rig.primary.query(`UPDATE public.kinds SET ${change} WHERE id = ${ids[index] ?? 0}`);
    }
    const before = await rig.rows(TEXTS);
    const updates = await rig.queued(`UPDATE public.kinds SET v = B'1'`);
    assert.deepEqual(
      await rig.apply(updates),
      changes.map(() => 'kept'),
    );
    assert.deepEqual(await rig.rows(TEXTS), before, 'the primary wins byte for byte');
  });

  it('refuses what assigning to the column refuses, and cuts nothing', async () => {
    await rig.primary.query('ALTER TABLE public.kinds ALTER t TYPE varchar(3)');
    const ops = await rig.queued(`INSERT INTO public.kinds (t) VALUES ('abcd')`);
    await assert.rejects(rig.apply(ops), { code: '22001' });
    await rig.primary.query('ALTER TABLE public.kinds ALTER t TYPE text');
  });

  it('applies to partitioned tables, also where the row moves', async () => {
    const ops = await rig.queued(`
      INSERT INTO public.parts VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c');
      UPDATE public.parts SET body = 'd' WHERE id = 1;
      UPDATE public.parts SET area = 2 WHERE id = 2;
      DELETE FROM public.parts WHERE area = 2 AND id = 1`);
    assert.equal(new Set(await rig.apply(ops)).size, 1);
    const sql = 'SELECT tableoid::regclass, p FROM public.parts AS p ORDER BY id';
    assert.deepEqual(await rig.rows(sql), [
      '(public.parts_1,"(1,1,d)")',
      '(public.parts_2,"(2,2,b)")',
    ]);
  });

  it('applies where the key is deferrable, so that ON CONFLICT cannot name it', async () => {
    const ops = await rig.queued(`INSERT INTO public.deferred VALUES (1, 'a'), (2, 'b')`);
    await rig.primary.query(`INSERT INTO public.deferred VALUES (2, 'primary')`);
    assert.deepEqual(await rig.apply(ops), ['applied', 'kept']);
    assert.deepEqual(await rig.apply(ops), ['applied', 'kept']);
  });

  it('knows a row whose key was changed on both sides alike', async () => {
    await rig.queued('DELETE FROM public.deferred');
    await rig.primary.query('DELETE FROM public.deferred');
    await rig.apply(await rig.queued(`INSERT INTO public.deferred VALUES (1, 'a'), (2, 'b')`));
    const ops = await rig.queued(`UPDATE public.deferred SET id = id + 10`);
    await rig.primary.query('UPDATE public.deferred SET id = 11 WHERE id = 1');
    assert.deepEqual(await rig.apply(ops), ['same', 'applied']);
    assert.deepEqual(await rig.rows('SELECT * FROM public.deferred ORDER BY id'), [
      '(11,a)',
      '(12,b)',
    ]);
  });
});
