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

  /** Makes a table `public.<name>` whose writes are captured. */
  const capture = async (
    name: string,
    columns: string,
    key: readonly string[],
    textColumns: readonly string[],
  ) => {
    const names = columns.split(', ').map((column) => column.split(' ')[0] ?? '');
    const table = { schema: 'public', name, key, textColumns, columns: names };
    for (const sql of [`CREATE TABLE public.${name} (${columns})`, ...captureTriggerSql(table)]) {
      await edge.query(sql);
    }
  };

  const queuedOf = (name: string) =>
    edge.query<{ key: unknown; data: unknown; old: unknown }>(
      'SELECT key, data, old_data AS old FROM pgtopology.pending_sync WHERE table_name = $1 ORDER BY seq',
      [name],
    );

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

  it('lets every json through, also what jsonb could not hold', async () => {
    const values = ['{"zero": "\\u0000"}', '"\\ud800"', '[1e1000000]'];
    for (const json of values) {
      await edge.query(
        `INSERT INTO public.notes (id, body, extra) VALUES (gen_random_uuid(), 'c', $1)`,
        [json],
      );
      await edge.query(`UPDATE public.notes SET body = 'd' WHERE body = 'c'`);
      const rows = await edge.query(
        `SELECT data ->> 'extra' AS extra, data ->> 'body' AS body, old_data ->> 'body' AS was, key -> 'id' = data -> 'id' AS keyed
           FROM pgtopology.pending_sync ORDER BY seq DESC LIMIT 1`,
      );
      assert.deepEqual(rows, [{ extra: json, body: 'd', was: 'c', keyed: true }]);
    }
  });

  it('goes on when columns are dropped, renamed or get another type', async () => {
    await capture('altered', 'id int PRIMARY KEY, doc json, n int', ['id'], ['doc']);
    await edge.query(
      `ALTER TABLE public.altered DROP COLUMN doc; INSERT INTO public.altered VALUES (1, 2);
       ALTER TABLE public.altered RENAME COLUMN id TO number; UPDATE public.altered SET n = 3;
       ALTER TABLE public.altered ALTER COLUMN n TYPE jsonb USING 'null'; DELETE FROM public.altered`,
    );
    assert.deepEqual(await queuedOf('altered'), [
      { key: { id: 1 }, data: { id: 1, n: 2 }, old: null },
      { key: { number: 1 }, data: { number: 1, n: 3 }, old: { number: 1, n: 2 } },
      { key: { number: 1 }, data: null, old: { number: 1, n: 'null' } },
    ]);
    await edge.query(
      `DO $$ BEGIN EXECUTE (SELECT 'ALTER TABLE public.altered ' || string_agg(format('ADD COLUMN w%s float8', n), ', ') FROM generate_series(1, 200) AS n); END $$;
       INSERT INTO public.altered (number, w1, w200) VALUES (2, 0.1, 'NaN')`,
    );
    const [, , , wide] = await queuedOf('altered');
    assert.ok(wide);
    const { w1, w100, w200, ...others } = wide.data as Readonly<Record<string, unknown>>;
    assert.deepEqual([w1, w100, w200, Object.keys(others).length], ['0.1', null, 'NaN', 199]);
  });

  it('knows the table as it is where the transaction sees an older catalog, or has it tried again', async () => {
    await capture('steady', 'id int PRIMARY KEY, n numeric, doc json', ['id'], ['doc']);
    const session = await edge.connect();
    try {
      await session.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO public.steady VALUES (1, 1.50, '[ 1 ]'); COMMIT`,
      );
      assert.deepEqual(await queuedOf('steady'), [
        { key: { id: 1 }, data: { id: 1, n: 1.5, doc: '[ 1 ]' }, old: null },
      ]);
      for (const change of ['ADD COLUMN later json', 'DROP COLUMN doc']) {
        await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT');
        await session.query('SELECT FROM pg_class');
        await edge.query(`ALTER TABLE public.steady ${change}`);
        await assert.rejects(session.query('UPDATE public.steady SET n = 2'), { code: '40001' });
        await session.query('ROLLBACK');
      }
    } finally {
      await session.end();
    }
  });

  it('runs nothing that the owner of a table or of a type defined', async () => {
    await edge.query('CREATE ROLE owner LOGIN; CREATE SCHEMA own AUTHORIZATION owner');
    const session = await edge.connect({ user: 'owner' });
    const escalate = (name: string, takes: string, gives: string, answer: string) =>
      `CREATE FUNCTION own.${name}(${takes}) RETURNS ${gives} LANGUAGE plpgsql AS $f$ BEGIN
         IF current_user <> 'owner' THEN ALTER ROLE owner SUPERUSER; END IF; RETURN ${answer}; END $f$`;
    try {
      for (const sql of [
        `CREATE TYPE own.pair AS (a int, b text); CREATE TYPE own.mood AS ENUM ('well')`,
        `${escalate('pair_text', 'own.pair', 'text', `'stolen'`)}; CREATE CAST (own.pair AS text) WITH FUNCTION own.pair_text(own.pair) AS IMPLICIT`,
        `${escalate('mood_json', 'own.mood', 'json', `'{}'`)}; CREATE CAST (own.mood AS json) WITH FUNCTION own.mood_json(own.mood)`,
        `${escalate('pair_json', 'own.pair', 'json', `'{}'`)}; CREATE CAST (own.pair AS json) WITH FUNCTION own.pair_json(own.pair)`,
        `${escalate('checks', 'text', 'bool', 'true')}; CREATE DOMAIN own.word AS text CHECK (own.checks(value))`,
        `${escalate('equal', 'own.pair, own.pair', 'bool', 'true')}; CREATE OPERATOR own.= (LEFTARG = own.pair, RIGHTARG = own.pair, FUNCTION = own.equal)`,
        `CREATE TABLE own.trap (id int PRIMARY KEY, p own.pair, ps own.pair[], m own.mood, w own.word, to_jsonb int)`,
        escalate('format', 'text, own.pair', 'text', `'stolen'`),
        `CREATE FUNCTION own.looks_here() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
           PERFORM set_config('search_path', 'own, pg_catalog', false); RETURN NEW; END $f$;
         CREATE TRIGGER a BEFORE INSERT OR UPDATE ON own.trap FOR EACH ROW EXECUTE FUNCTION own.looks_here();
         CREATE TRIGGER b AFTER INSERT OR UPDATE ON own.trap FOR EACH ROW EXECUTE FUNCTION own.looks_here()`,
      ]) {
        await session.query(sql);
      }
      const columns = ['id', 'p', 'ps', 'm', 'w', 'to_jsonb'];
      for (const sql of captureTriggerSql({
        ...{ schema: 'own', name: 'trap', key: ['id'], columns },
        textColumns: ['p', 'ps', 'm', 'w'],
      })) {
        await edge.query(sql);
      }
      const isSuperuser = async () =>
        edge.query(`SELECT rolsuper FROM pg_roles WHERE rolname = 'owner'`);
      for (const level of ['READ COMMITTED', 'REPEATABLE READ']) {
        await session.query(
          `BEGIN ISOLATION LEVEL ${level};
           INSERT INTO own.trap VALUES (1, (1, NULL), ARRAY[(2, 'b')]::own.pair[], 'well', 'said', 7);
           UPDATE own.trap SET p = ROW(NULL, NULL)::own.pair; DELETE FROM own.trap; COMMIT`,
        );
        assert.deepEqual(await isSuperuser(), [{ rolsuper: false }]);
      }
      const [first, second] = await queuedOf('trap');
      assert.deepEqual(
        [first?.data, second?.data],
        [
          { id: 1, p: '(1,)', ps: '{"(2,b)"}', m: 'well', w: 'said', to_jsonb: 7 },
          { id: 1, p: '(,)', ps: '{"(2,b)"}', m: 'well', w: 'said', to_jsonb: 7 },
        ],
      );
      // A column of a function's name that is gone would else be a call of it.
      await session.query('ALTER TABLE own.trap DROP COLUMN to_jsonb, ADD COLUMN late own.mood');
      await session.query(`INSERT INTO own.trap (id, late) VALUES (2, 'well')`);
      assert.deepEqual(await isSuperuser(), [{ rolsuper: false }]);
    } finally {
      await session.end();
    }
  });

  it('runs triggers of the queue as its owner, not as who made the function', async () => {
    await edge.query(
      `CREATE ROLE keeper LOGIN; ALTER TABLE pgtopology.pending_sync OWNER TO keeper; GRANT USAGE ON SCHEMA pgtopology TO keeper;
       CREATE SCHEMA kept AUTHORIZATION keeper`,
    );
    try {
      for (const sql of captureFunctionSql(DEFAULT_QUEUE)) await edge.query(sql);
      await edge.query(
        `CREATE FUNCTION kept.who() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.error := current_user; RETURN NEW; END $f$;
         CREATE TRIGGER who BEFORE INSERT ON pgtopology.pending_sync FOR EACH ROW EXECUTE FUNCTION kept.who()`,
        undefined,
        { user: 'keeper' },
      );
      await edge.query(`INSERT INTO public.notes (id, body) VALUES (gen_random_uuid(), 'e')`);
      const rows = await edge.query(
        `SELECT error, has_schema_privilege('keeper', 'pgtopology', 'CREATE') AS may FROM pgtopology.pending_sync ORDER BY seq DESC LIMIT 1`,
      );
      assert.deepEqual(rows, [{ error: 'keeper', may: false }]);
    } finally {
      await edge.query(
        `DROP TRIGGER IF EXISTS who ON pgtopology.pending_sync; ALTER TABLE pgtopology.pending_sync OWNER TO postgres;
         ALTER FUNCTION pgtopology.capture_write() OWNER TO postgres`,
      );
    }
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
