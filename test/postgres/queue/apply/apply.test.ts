import assert from 'node:assert/strict';
import { refusalStatements } from '../../../../src/core/queue/applyOutcomes';
import { forEachMajor } from '../../../clusters/majors';
import type { QueueOperation } from '../../../../src/core/queue/operation';
import { waitFor } from '../../../clusters/waitFor';
import { ApplyRig, drainClient, EDGE_ID, run } from './applyRig';

forEachMajor('Applying operations', function (major) {
  let rig: ApplyRig;

  before(async function () {
    rig = await ApplyRig.start(major);
    await rig.install(
      `CREATE TABLE public.notes (id integer PRIMARY KEY, body text, updated_at timestamptz);
       CREATE TABLE public.bills (id integer PRIMARY KEY, body text, number integer, touched integer DEFAULT 0);
       CREATE TABLE public.bare (id integer PRIMARY KEY, body text, tags text[], doc jsonb, n numeric(10,2), day date);
       CREATE TABLE public.lines (a integer, b integer, body text UNIQUE, PRIMARY KEY (b, a));`,
      ['notes', 'bills', 'bare', 'lines'],
    );
    await rig.primary.query(`
      CREATE SEQUENCE public.numbers;
      CREATE FUNCTION public.number_bill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.body = 'unwanted' THEN RETURN NULL; END IF;
        NEW.number := coalesce(NEW.number, nextval('public.numbers')); NEW.touched := coalesce(NEW.touched, 0) + 1; RETURN NEW; END $$;
      CREATE TRIGGER number_bill BEFORE INSERT OR UPDATE ON public.bills FOR EACH ROW EXECUTE FUNCTION public.number_bill();`);
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

  it('lets a later edit pass where only the primary itself changed the row meanwhile', async () => {
    const ops = await rig.queued(`
      INSERT INTO bills VALUES (1, 'a');
      UPDATE bills SET body = 'b' WHERE id = 1;
      UPDATE bills SET body = 'c' WHERE id = 1`);
    assert.deepEqual(await rig.apply(ops.slice(0, 2)), ['applied', 'applied']);
    // The number that the primary gave stays: the edge never set one.
    assert.deepEqual(await rig.rows('SELECT * FROM public.bills'), ['(1,b,1,2)']);
    await rig.primary.query(`UPDATE public.bills SET number = 7`);
    assert.deepEqual(await rig.apply(ops.slice(2)), ['kept']);
    assert.deepEqual(await rig.rows('SELECT * FROM public.bills'), ['(1,b,7,3)']);
    // What was kept is nothing that a later edit of the edge goes on from.
    const later = await rig.queued(`UPDATE bills SET body = 'd' WHERE id = 1; DELETE FROM bills`);
    assert.deepEqual(await rig.apply(later), ['kept', 'kept']);
  });

  it('says nothing of an operation that a trigger suppressed', async () => {
    const ops = await rig.queued(`INSERT INTO bills VALUES (2, 'unwanted'), (3, 'wanted')`);
    assert.deepEqual(await rig.apply(ops), ['none', 'applied']);
  });

  it('keeps an operation of another edge for a stranger', async () => {
    const ops = await rig.queued(`
      INSERT INTO bills VALUES (4, 'a'); UPDATE bills SET body = 'b' WHERE id = 4`);
    const other = { edgeId: '00000000-0000-4000-8000-00000000000f' };
    assert.deepEqual(await rig.apply(ops.slice(0, 1), 'primary-wins', other), ['applied']);
    assert.deepEqual(await rig.apply(ops.slice(1)), ['kept']);
  });

  it('judges a row by its version when its lock was got, not when the statement began', async () => {
    const [first, ...ops] = await rig.queued(`
      INSERT INTO notes VALUES (31, 'a'), (32, 'a'), (33, 'a');
      DELETE FROM notes WHERE id = 33; INSERT INTO notes VALUES (33, 'again');
      UPDATE notes SET body = 'b' WHERE id = 31; DELETE FROM notes WHERE id = 32`);
    assert.ok(first !== undefined);
    await rig.apply([first, ...ops.slice(0, 2)]);
    const other = await drainClient(rig.server);
    try {
      await other.query(`BEGIN; UPDATE public.notes SET body = 'meanwhile' WHERE id IN (31, 32)`);
      await other.query(`DELETE FROM public.notes WHERE id = 33`);
      const applying = rig.apply(ops.slice(2));
      await waitFor(
        async () => {
          const rows = await rig.server.query(`SELECT FROM pg_locks WHERE NOT granted`);
          return rows.length > 0;
        },
        { what: 'the drain waits for the other transaction' },
      );
      await other.query('COMMIT');
      assert.deepEqual(await applying, ['same', 'applied', 'kept', 'kept']);
      const rows = await rig.rows('SELECT id, body FROM public.notes WHERE id > 30 ORDER BY id');
      assert.deepEqual(rows, ['(31,meanwhile)', '(32,meanwhile)', '(33,again)']);
    } finally {
      await other.end();
    }
  });

  it('leaves an operation alone whose row came while it was applied, and judges it next time', async () => {
    const ops = await rig.queued(`INSERT INTO notes VALUES (41, 'edge'), (42, 'edge')`);
    const other = await drainClient(rig.server);
    try {
      await other.query(`BEGIN; INSERT INTO public.notes VALUES (41, 'primary')`);
      const applying = rig.apply(ops);
      await waitFor(
        async () => {
          const rows = await rig.server.query(`SELECT FROM pg_locks WHERE NOT granted`);
          return rows.length > 0;
        },
        { what: 'the drain waits for the other transaction' },
      );
      await other.query('COMMIT');
      assert.deepEqual(await applying, ['none', 'applied']);
      assert.deepEqual(await rig.apply(ops), ['kept', 'applied']);
    } finally {
      await other.end();
    }
  });

  it('keeps what is refused as a conflict, once', async () => {
    const ops = await rig.queued(`INSERT INTO lines VALUES (1, 2, 'x')`);
    await rig.primary.query(`INSERT INTO public.lines VALUES (8, 8, 'x')`);
    await assert.rejects(rig.apply(ops), { code: '23505' });
    const refused = ops.map((source) => ({
      source,
      resolved: null,
      policy: 'merge' as const,
      refusal: {
        operationId: source.id,
        state: 'conflict' as const,
        conflict: 'constraint' as const,
        sqlstate: '23505',
        message: 'taken',
      },
    }));
    const batch = { edgeId: EDGE_ID, skewMs: 0 };
    for (let time = 0; time < 2; time += 1) {
      for (const statement of refusalStatements(refused, batch)) await run(rig.primary, statement);
    }
    assert.deepEqual(await rig.outcomes(ops), ['conflict/constraint']);
    assert.deepEqual(await rig.apply(ops), ['conflict/constraint']);
    const kept = await rig.rows(
      `SELECT state, key, base, edge_row, error, error_sqlstate FROM pgtopology.conflict WHERE operation_id = '${ops[0]?.id ?? ''}'`,
    );
    assert.deepEqual(kept, [
      '(open,"{""a"": 1, ""b"": 2}",,"{""a"": 1, ""b"": 2, ""body"": ""x""}",taken,23505)',
    ]);
  });

  describe('of an application', () => {
    let number = 0;
    const op = (operation: string, data: object | string, table = 'bare'): QueueOperation => {
      number += 1;
      return {
        id: `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
        seq: BigInt(1_000_000 + number),
        txid: null,
        table: { schema: 'public', name: table },
        operation,
        writtenBy: 'application',
        key: null,
        data: typeof data === 'string' ? data : JSON.stringify(data),
        oldData: null,
        bytes: 10,
        attempts: 0,
        createdAt: String(Date.UTC(2026, 0, 1, 12) * 1000),
      };
    };

    it('writes the columns that are there, as JSON has them', async () => {
      const ops = [
        op('INSERT', '{"id": 1, "tags": ["a", "b"], "doc": {"a": 1.50}, "n": 1.5}'),
        op('INSERT', { id: '2', body: 'b' }),
        op('UPDATE', { id: 2, day: '2026-01-02' }),
        op('INSERT', { body: 'no key' }),
        op('INSERT', { id: 3, unknown: 1 }),
      ];
      assert.deepEqual(await rig.apply(ops), [
        ...['applied', 'applied', 'applied'],
        ...['dead/Its data lacks the key column "id".', 'conflict/drift'],
      ]);
      assert.deepEqual(await rig.rows('SELECT * FROM public.bare ORDER BY id'), [
        '(1,,"{a,b}","{""a"": 1.50}",1.50,)',
        '(2,b,,,,2026-01-02)',
      ]);
      const again = [
        op('INSERT', '{"id": 1, "n": 1.5, "doc": {"a": 1.50}}'),
        op('DELETE', { id: 2, body: 'b' }),
      ];
      assert.deepEqual(await rig.apply(again), ['same', 'applied']);
    });

    it('takes a row for unchanged that was last written before the edge wrote', async () => {
      await rig.primary
        .query(`INSERT INTO public.notes VALUES (51, 'before', '2026-01-01 12:00:00Z'),
        (52, 'after', '2026-01-01 12:00:00.000001Z'), (53, 'never', NULL), (54, 'before', '2026-01-01 11:00:00Z'),
        (55, 'after', '2026-01-01 13:00:00Z')`);
      const edits = () => [51, 52, 53].map((id) => op('UPDATE', { id, body: 'edge' }, 'notes'));
      const deletes = () => [54, 55].map((id) => op('DELETE', { id }, 'notes'));
      const skewed = { skewMs: 2001 };
      const asked = [...edits(), ...deletes()];
      assert.deepEqual(
        new Set(await rig.apply(asked, 'primary-wins', skewed)),
        new Set(['conflict/clockSkew']),
      );
      assert.deepEqual(await rig.apply(edits()), ['applied', 'kept', 'kept']);
      assert.deepEqual(await rig.apply(deletes(), 'manual'), ['applied', 'conflict/changed']);
    });

    it('cannot know that a row is unchanged which keeps no time, but that it was its own', async () => {
      await rig.primary.query(`INSERT INTO public.bare VALUES (9, 'primary')`);
      assert.deepEqual(await rig.apply([op('UPDATE', { id: 9, body: 'edge' })], 'manual'), [
        'conflict/changed',
      ]);
      const own = [
        op('INSERT', { id: 10, body: 'a' }),
        op('UPDATE', { id: 10, body: 'b' }),
        op('DELETE', { id: 10 }),
      ];
      assert.deepEqual(await rig.apply(own), ['applied', 'applied', 'applied']);
    });
  });
});
