import assert from 'node:assert/strict';
import { DRAIN_LOCK } from '../../../../src/core/queue/drainLock';
import { forEachMajor } from '../../../clusters/majors';
import { Proxy } from '../../../clusters/proxy';
import { BEFORE_UNUSED_CLOSE_MS, waitFor } from '../../../clusters/waitFor';
import { QueueRig } from '../queueRig';
import { cancelWaitingDrain } from './cancelledDrain';
import { drain, preview, through, untilUnlocked } from './drainRig';
import { KEYED_TABLES, KEYED_NAMES, keepsOrderOfEachKey } from './keyOrder';

const TABLES = `
  CREATE TABLE public.notes (id int PRIMARY KEY, body text, extra jsonb, code int UNIQUE);
  CREATE TABLE public.parent (id int PRIMARY KEY);
  CREATE TABLE public.child (id int PRIMARY KEY, parent_id int);
  CREATE TABLE public.left_half (id int PRIMARY KEY, other_id int);
  CREATE TABLE public.right_half (id int PRIMARY KEY, other_id int);
  ${KEYED_TABLES}`;

forEachMajor('Draining a queue', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(TABLES);
    await rig.primary.query(
      `ALTER TABLE public.child ADD FOREIGN KEY (parent_id) REFERENCES public.parent;
       ALTER TABLE public.notes ADD CHECK (body <> 'poison');
       ALTER TABLE public.left_half ADD FOREIGN KEY (other_id) REFERENCES public.right_half DEFERRABLE INITIALLY DEFERRED;
       ALTER TABLE public.right_half ADD FOREIGN KEY (other_id) REFERENCES public.left_half DEFERRABLE INITIALLY DEFERRED`,
    );
    await rig.install([
      'public.notes',
      'public.parent',
      'public.child',
      'public.left_half',
      'public.right_half',
      ...KEYED_NAMES,
    ]);
  });

  after(async () => {
    await rig.stop();
  });

  afterEach(async () => {
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
  });

  /** Both ends empty, and nothing queued. */
  async function clear(): Promise<void> {
    for (const cluster of [rig.edge, rig.primary]) {
      await cluster.query(
        'DELETE FROM public.child; DELETE FROM public.parent; DELETE FROM public.notes',
      );
    }
    await rig.edge.query('DELETE FROM pgtopology.pending_sync');
  }

  async function assertSame(table: string): Promise<void> {
    assert.deepEqual(await rig.rows(rig.primary, table), await rig.rows(rig.edge, table));
  }

  async function states(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of await rig.queued()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  /** Transactions that drains have counted on the primary: their beginning, and batches. */
  async function batches(): Promise<number> {
    const rows = await rig.primary.query('SELECT batches::int AS n FROM pgtopology.edge');
    return Number(rows[0]?.['n']);
  }

  it('takes every write to the primary, in order, and marks it', async () => {
    await clear();
    await rig.edge.query(
      `INSERT INTO public.notes SELECT i, 'n' || i FROM generate_series(1, 1200) AS i`,
    );
    await rig.edge.query(`UPDATE public.notes SET body = body || '!' WHERE id % 3 = 0`);
    await rig.edge.query(`DELETE FROM public.notes WHERE id % 10 = 0`);
    const told = await preview(rig);
    assert.equal(told.total, 1720);
    assert.equal(told.counts.applied, 1720);
    assert.deepEqual(await rig.rows(rig.primary, 'public.notes'), []);

    const report = await drain(rig);
    assert.deepEqual(report.end, { kind: 'drained' });
    assert.equal(report.counts.applied, 1720);
    assert.equal(report.left, 0);
    assert.deepEqual(await states(), { done: 1720 });
    await assertSame('public.notes');
    const again = await drain(rig);
    assert.equal(again.counts.applied, 0);
    const [metric] = await rig.primary.query(
      `SELECT sum(drained)::int AS drained, max(edge) AS edge FROM pgtopology.sync_metric`,
    );
    assert.deepEqual(metric, { drained: 1720, edge: 'edge' });
  });

  it('takes a transaction that is larger than a batch in one of the primary', async () => {
    await clear();
    await rig.edge.query(
      `BEGIN; INSERT INTO public.notes (id, body) SELECT i, 'x' FROM generate_series(1, 3000) AS i; COMMIT`,
    );
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (9000, repeat('y', 3000000))`);
    const batchesBefore = await batches();
    const report = await drain(rig);
    assert.deepEqual(report.end, { kind: 'drained' });
    assert.equal(await batches(), batchesBefore + 3);
    await assertSame('public.notes');
    assert.deepEqual(await states(), { done: 3001 });
  });

  it('takes rows that refer to each other also beside a transaction that is refused at COMMIT', async () => {
    await clear();
    await rig.edge.query(
      `BEGIN; INSERT INTO public.left_half VALUES (1, 1); INSERT INTO public.right_half VALUES (1, 1); COMMIT`,
    );
    await rig.edge.query(`INSERT INTO public.left_half VALUES (2, 77)`);
    await rig.edge.query(
      `BEGIN; INSERT INTO public.left_half VALUES (3, 3); INSERT INTO public.right_half VALUES (3, 3); COMMIT`,
    );
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    const ids = async (table: string): Promise<readonly number[]> =>
      (await rig.primary.query<{ id: number }>(`SELECT id FROM public.${table} ORDER BY id`)).map(
        ({ id }) => id,
      );
    assert.deepEqual(
      [await ids('left_half'), await ids('right_half')],
      [
        [1, 3],
        [1, 3],
      ],
    );
    const open = (await rig.queued()).filter(({ state }) => state !== 'done');
    assert.deepEqual(
      open.map(({ state, error_sqlstate }) => `${state} ${String(error_sqlstate)}`),
      ['pending 23503'],
    );
  });

  it('forgets on both ends what was done 30 days ago, whatever is younger or set aside in front of it', async () => {
    await clear();
    await rig.edge.query(`INSERT INTO public.notes VALUES (1, 'young'), (100, 'poison')`);
    await rig.edge.query(
      `INSERT INTO public.notes SELECT i, 'old' FROM generate_series(1001, 2500) AS i`,
    );
    assert.deepEqual((await drain(rig)).end, { kind: 'drained' });
    const aged = await rig.edge.query<{ id: string }>(`
      UPDATE pgtopology.pending_sync SET synced_at = synced_at - interval '31 days'
       WHERE state = 'done' AND data ->> 'body' = 'old' RETURNING id::text AS id`);
    assert.equal(aged.length, 1500);
    const inLedger = async () =>
      rig.primary.query(
        'SELECT FROM pgtopology.applied_operation WHERE operation_id = ANY ($1::uuid[])',
        [aged.map(({ id }) => id)],
      );
    assert.equal((await inLedger()).length, 1500);
    await drain(rig);
    assert.deepEqual(await states(), { done: 1, dead: 1 });
    assert.deepEqual(await inLedger(), []);
  });

  it('forgets what edges left that are not known any more, once it is old', async () => {
    await clear();
    const [known] = await rig.primary.query<{ id: string }>(
      'SELECT edge_id::text AS id FROM pgtopology.edge',
    );
    const edges = [known?.id ?? '', '00000000-0000-4000-8000-00000000dead'];
    const rows = edges.flatMap((edge) => [29, 31].map((days) => [edge, days] as const));
    for (const [edge, days] of rows) {
      await rig.primary.query(
        `INSERT INTO pgtopology.sync_metric (edge_id, edge, at, depth, drained, conflicts) VALUES ($1, 'stray', now() - make_interval(days => $2), 0, 0, 0)`,
        [edge, days],
      );
      await rig.primary.query(
        `INSERT INTO pgtopology.applied_operation (operation_id, edge_id, seq, outcome, applied_at)
         VALUES (gen_random_uuid(), $1, -1, 'applied', now() - make_interval(days => $2))`,
        [edge, days],
      );
    }
    await drain(rig);
    const left = async (sql: string) =>
      (await rig.primary.query<{ edge: string; days: number }>(sql)).map(
        ({ edge, days }) => `${edge === edges[0] ? 'known' : 'stray'} ${days}`,
      );
    const days = (time: string) =>
      `round(extract(epoch FROM now() - ${time}) / 86400)::int AS days`;
    assert.deepEqual(
      await left(
        `SELECT edge_id::text AS edge, ${days('at')} FROM pgtopology.sync_metric WHERE edge = 'stray' ORDER BY edge_id = '${edges[1] ?? ''}', 2`,
      ),
      ['known 29', 'stray 29'],
    );
    // An entry of an edge that is known goes with its operation, which may still be sent again.
    assert.deepEqual(
      await left(
        `SELECT edge_id::text AS edge, ${days('applied_at')} FROM pgtopology.applied_operation WHERE seq = -1 ORDER BY edge_id = '${edges[1] ?? ''}', 2`,
      ),
      ['known 29', 'known 31', 'stray 29'],
    );
    await rig.primary.query('DELETE FROM pgtopology.applied_operation WHERE seq = -1');
  });

  // A minute of two cores: too dear for each run.
  if (major === 18 && process.env['SOAK'] === '1') {
    it('takes a row of 60 MB, lets one be dead that is larger than any message, and holds neither', async function () {
      await clear();
      const before = process.memoryUsage().rss;
      let highest = before;
      const watch = setInterval(() => {
        highest = Math.max(highest, process.memoryUsage().rss);
      }, 20);
      await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (1, repeat('x', 60000000))`);
      await rig.edge.query(`UPDATE public.notes SET code = 1 WHERE id = 1`);
      await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (2, 'small')`);
      const { end } = await drain(rig);
      clearInterval(watch);
      assert.deepEqual(end, { kind: 'drained' });
      const rows = await rig.primary.query(
        'SELECT id, length(body) AS length, code FROM public.notes ORDER BY id',
      );
      assert.deepEqual(rows, [
        { id: 1, length: 60_000_000, code: null },
        { id: 2, length: 5, code: null },
      ]);
      const queue = await rig.edge.query(
        'SELECT state, error, error_sqlstate FROM pgtopology.pending_sync ORDER BY seq',
      );
      assert.deepEqual(
        queue.map(({ state, error, error_sqlstate }) => [
          state as unknown,
          error as unknown,
          error_sqlstate as unknown,
        ]),
        [
          ['done', null, null],
          ['dead', 'It is larger than 100 MB.', '54000'],
          ['done', null, null],
        ],
      );
      const grownMb = Math.round((highest - before) / 1e6);
      assert.ok(grownMb < 600, `${grownMb} MB`);
    });
  }

  it('sets an operation aside that the primary refuses, and lets other keys go on', async () => {
    await clear();
    await rig.primary.query(`INSERT INTO public.notes (id, code) VALUES (500, 77)`);
    await rig.edge.query(`
      INSERT INTO public.notes (id, body) SELECT i, 'fine' FROM generate_series(1, 40) AS i;
      INSERT INTO public.notes (id, body) VALUES (100, 'poison'), (101, 'poison');
      INSERT INTO public.notes (id, code) VALUES (102, 77);
      INSERT INTO public.child VALUES (1, 1)`);
    await rig.edge.query(`UPDATE public.notes SET body = 'later' WHERE id IN (1, 100)`);
    await rig.queueByApplication('public.parent', 'INSERT', { id: 'no number' });
    await rig.queueByApplication('public.gone', 'INSERT', { id: 1 });
    const told = await preview(rig);
    const report = await drain(rig);
    assert.deepEqual(told.counts, report.counts);
    assert.deepEqual(report.end, { kind: 'drained' });
    assert.deepEqual(report.counts, {
      applied: 41,
      skipped: 0,
      kept: 0,
      replaced: 0,
      merged: 0,
      conflicts: 2,
      dead: 3,
      waiting: 2,
    });
    const aside = (await rig.queued())
      .filter(({ state }) => state !== 'done')
      .map(({ table_name, key, data, state, error_sqlstate, attempts }) => {
        const { id } = JSON.parse(key ?? data ?? '{}') as { id: unknown };
        return `${table_name} ${String(id)} ${state} ${String(error_sqlstate)} ${attempts}`;
      });
    assert.deepEqual(aside, [
      'notes 100 dead 23514 1',
      'notes 101 dead 23514 1',
      'notes 102 conflict 23505 1',
      'child 1 pending 23503 2',
      'notes 100 pending null 0',
      'parent no number dead 22P02 1',
      'gone 1 conflict 42P01 1',
    ]);
    const [row] = await rig.primary.query(`SELECT body FROM public.notes WHERE id = 1`);
    assert.deepEqual(row, { body: 'later' });
  });

  it('tries a row again that waits for another one, and gives it up after five times', async () => {
    await clear();
    await rig.edge.query('INSERT INTO public.child VALUES (1, 1), (2, 2)');
    await drain(rig);
    await rig.primary.query('INSERT INTO public.parent VALUES (1)');
    const now = 'UPDATE pgtopology.pending_sync SET next_attempt_at = NULL';
    for (let left = 5; left > 0; left -= 1) {
      await rig.edge.query(now);
      await drain(rig);
    }
    assert.deepEqual(await states(), { done: 1, dead: 1 });
    assert.deepEqual(await rig.rows(rig.primary, 'public.child'), ['(1,1)']);
  });

  it('stops behind what is set aside where order is strict', async () => {
    await clear();
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (1, 'a')`);
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (2, 'poison')`);
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (3, 'c')`);
    await drain(rig, { isStrict: true });
    await drain(rig, { isStrict: true });
    assert.deepEqual(await states(), { done: 1, dead: 1, pending: 1 });
  });

  it('says who drains, and begins when the other has ended', async () => {
    await clear();
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (1, 'a')`);
    const other = await rig.edge.connect();
    const { rows } = await other.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid FROM pg_advisory_lock(${DRAIN_LOCK.classId}, ${DRAIN_LOCK.objectId})`,
    );
    await other.query(
      `UPDATE pgtopology.edge_identity SET drainer = 'anna on desk-7', draining_since = '2026-01-01 12:03Z'`,
    );
    const report = await drain(rig);
    assert.deepEqual(report.end, {
      kind: 'busy',
      pid: rows[0]?.pid,
      sinceMs: Date.UTC(2026, 0, 1, 12, 3),
      who: 'anna on desk-7',
    });
    await other.end();
    await waitFor(async () => (await drain(rig)).end.kind === 'drained', {
      what: 'the lock is free',
    });
    assert.equal(await rig.depth(), 0);
  });

  it('lets the next one drain though its server has not missed its session yet', async () => {
    await clear();
    const proxy = await Proxy.start(rig.edge);
    try {
      await proxy.setMode({ kind: 'keepSessions' });
      const edgeNode = through(rig.edgeNode(), proxy);
      for (const id of [1, 2]) {
        await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (${id}, 'a')`);
        assert.deepEqual((await preview(rig, { edgeNode })).refusals, []);
        assert.equal((await drain(rig, { edgeNode })).end.kind, 'drained');
      }
      const kept = await rig.edge.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND datname = current_database()`,
      );
      assert.ok(kept.length >= 4, 'the trap was not there');
    } finally {
      await proxy.stop();
    }
    assert.equal(await rig.depth(), 0);
  });

  it('is cancelled within a second and leaves nothing half done', async () => {
    await clear();
    await rig.edge.query(
      `INSERT INTO public.notes (id, body) SELECT i, 'n' FROM generate_series(1, 400) AS i`,
    );
    const blocker = await rig.primary.connect();
    await blocker.query('BEGIN; LOCK TABLE public.notes IN ACCESS EXCLUSIVE MODE');
    const { end, tookMs, mayTakeMs } = await cancelWaitingDrain(rig, rig.primary);
    await blocker.query('ROLLBACK');
    await blocker.end();
    assert.deepEqual(end, { kind: 'cancelled' });
    assert.ok(tookMs < mayTakeMs, `${tookMs} of ${mayTakeMs} ms`);
    await waitFor(
      async () => {
        const left = await rig.primary.query(
          `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
        );
        return left.length === 0;
      },
      { what: 'no session is left', timeoutMs: BEFORE_UNUSED_CLOSE_MS },
    );
    await untilUnlocked(rig);
    assert.deepEqual(await rig.rows(rig.primary, 'public.notes'), []);
    assert.deepEqual(await states(), { pending: 400 });
    assert.equal((await drain(rig)).counts.applied, 400);
  });

  it('lets done operations and their ledger entries go together when they are old enough', async () => {
    await clear();
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (1, 'old')`);
    await drain(rig);
    await rig.edge.query(
      `UPDATE pgtopology.pending_sync SET synced_at = now() - interval '31 days'`,
    );
    const [old] = await rig.queued();
    await rig.edge.query(`INSERT INTO public.notes (id, body) VALUES (2, 'poison')`);
    await drain(rig);
    const kept = await rig.queued();
    assert.deepEqual(
      kept.map(({ state }) => state),
      ['dead'],
    );
    const left = await rig.primary.query(
      `SELECT FROM pgtopology.applied_operation WHERE operation_id = '${old?.id ?? ''}'`,
    );
    assert.deepEqual(left, []);
  });

  keepsOrderOfEachKey(() => rig);
});
