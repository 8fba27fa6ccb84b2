import assert from 'node:assert/strict';
import type pg from 'pg';
import { forEachMajor } from '../../../clusters/majors';
import { waitFor } from '../../../clusters/waitFor';
import { QueueRig } from '../queueRig';
import { Random } from './random';
import { RigDrainer } from './rigDrainer';

const IS_SOAK = process.env['SOAK'] === '1';
const LOAD_MS = IS_SOAK ? 60_000 : 3_000;
/** A busy machine goes on for longer, until each side has written as often. */
const LEAST_WRITES = 150;

const TABLES_SQL = `
  CREATE TABLE public.customer (id integer PRIMARY KEY, name text, doc jsonb, updated_at timestamptz);
  CREATE TABLE public.visit (customer_id integer REFERENCES public.customer, day integer, note text, PRIMARY KEY (customer_id, day))`;

forEachMajor('An edge that is a subscriber too', function (major) {
  let rig: QueueRig;
  let drainer: RigDrainer;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(TABLES_SQL);
    await rig.install(['public.customer', 'public.visit'], { guard: true, subscribe: true });
    // Of what both sides write the edge's version stays, so that both end alike.
    rig.policy('public.customer', 'edge-wins');
    rig.policy('public.visit', 'edge-wins');
    drainer = new RigDrainer(rig);
  });

  after(async () => {
    await rig.stop();
  });

  /** Backends of what stands for the application here: a key that it inserts twice is its own to mend. */
  const applications: number[] = [];
  /** What stops a subscription that gets its own rows back. A deadlock with the application only delays it. */
  const stops = (): readonly string[] =>
    rig.edge
      .readLog()
      .split('\n')
      .filter((line) => /ERROR: .*(?:duplicate key value|conflict detected)/u.test(line))
      .filter((line) => !applications.some((pid) => line.includes(`[${pid}]`)));

  it(`goes on through ${LOAD_MS / 1000} s of writes on both sides that are drained and come back`, async function () {
    this.timeout(LOAD_MS + 360_000);
    const random = new Random(Number(process.env['ECHO_SEED'] ?? '1'));
    const [edge, primary] = [await rig.edge.connect(), await rig.primary.connect()];
    const { rows } = await edge.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    applications.push(...rows.map(({ pid }) => pid));
    const [bySide, until] = [{ edge: 0, primary: 0 }, Date.now() + LOAD_MS];
    let drains = 0;
    const isOver = (): boolean =>
      Date.now() >= until && Math.min(bySide.edge, bySide.primary) >= LEAST_WRITES;
    const load = async (session: pg.Client, side: 'edge' | 'primary'): Promise<void> => {
      while (!isOver()) {
        // What the other side did meanwhile may stand against it: an application would see the same.
        await session.query(statement(random, side)).catch(() => undefined);
        bySide[side] += 1;
      }
    };
    const drain = async (): Promise<void> => {
      while (!isOver()) {
        await drainer.drain('edge');
        drains += 1;
      }
    };
    try {
      await Promise.all([load(edge, 'edge'), load(primary, 'primary'), drain()]);
    } finally {
      await Promise.all([edge.end(), primary.end()]);
    }
    await untilRest();
    assert.deepEqual(stops(), []);
    for (const table of ['public.customer', 'public.visit']) {
      assert.deepEqual(await rig.rows(rig.edge, table), await rig.rows(rig.primary, table), table);
    }
    const [row] = await rig.primary.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pgtopology.applied_operation',
    );
    assert.ok((row?.count ?? 0) > 20, String(row?.count));
    console.log(
      `      Postgres ${major}: ${bySide.edge} writes on the edge, ${bySide.primary} on the primary, ${drains} drains, ${row?.count ?? 0} operations, subscription never stopped`,
    );
  });

  /** Nothing waits, and everything has come back. What waits for a row that never comes is let go. */
  async function untilRest(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await drainer.drain('edge');
      if ((await rig.depth()) === 0) break;
      await rig.edge.query(
        `UPDATE pgtopology.pending_sync SET next_attempt_at = NULL WHERE state = 'pending'`,
      );
    }
    await rig.edge.query(
      `UPDATE pgtopology.pending_sync SET state = 'done', synced_at = now() WHERE state <> 'done'`,
    );
    const [mark] = await rig.primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
    await waitFor(
      async () => {
        const rows = await rig.primary.query(
          `SELECT FROM pg_stat_replication WHERE replay_lsn >= $1::pg_lsn`,
          [mark?.lsn],
        );
        return rows.length === 1;
      },
      { what: 'the subscription has caught up' },
    );
  }

  it('waits for an application that inserts the same key, and forgets none of its changes meanwhile', async function () {
    const [first, second] = [await rig.edge.connect(), await rig.edge.connect()];
    const since = stops().length;
    try {
      // It would else wait for ever where the subscription does.
      await second.query(`SET statement_timeout = '2min'`);
      await first.query(`INSERT INTO public.customer (id, name) VALUES (6000, 'own')`);
      await first.query(`BEGIN; INSERT INTO public.customer (id, name) VALUES (6001, 'own')`);
      await rig.primary.query(
        `BEGIN; INSERT INTO public.customer (id, name) VALUES (6000, 'came'); INSERT INTO public.customer (id, name) VALUES (6001, 'came'); COMMIT`,
      );
      await waitFor(
        async () => {
          const rows = await rig.edge.query(
            `SELECT FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%worker' AND wait_event_type = 'Lock'`,
          );
          return rows.length === 1;
        },
        { what: 'the subscription waits for the application' },
      );
      // The row that was just replaced can be referred to, and be changed once what replaced it is there.
      await second.query(`INSERT INTO public.visit VALUES (6000, 1, 'refers')`);
      const edited = second.query(
        `UPDATE public.customer SET doc = '{"edited": 1}' WHERE id = 6000`,
      );
      await waitFor(
        async () => {
          const rows = await rig.edge.query(
            `SELECT FROM pg_locks AS l WHERE NOT l.granted AND l.locktype = 'transactionid'`,
          );
          return rows.length === 2;
        },
        { what: 'the application waits for the subscription' },
      );
      await first.query('COMMIT');
      assert.equal((await edited).rowCount, 1);
      await waitFor(
        async () => (await rig.rows(rig.edge, 'public.customer')).includes('(6001,came,,)'),
        { what: 'the row has come' },
      );
      assert.deepEqual(stops().slice(since), []);
      const rows = await rig.rows(rig.edge, 'public.customer');
      assert.deepEqual(
        rows.filter((row) => row.startsWith('(600')),
        ['(6000,came,"{""edited"": 1}",)', '(6001,came,,)'],
      );
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
    await untilRest();
  });

  it('is not drained without its guard, and is told why; by hand the subscription stops', async function () {
    await rig.edge.query(`ALTER TABLE public.visit DISABLE TRIGGER pgtopology_echo_guard`);
    await rig.edge.query(`INSERT INTO public.customer (id, name) VALUES (5000, 'guarded')`);
    await rig.edge.query(`INSERT INTO public.visit VALUES (5000, 1, 'naive')`);
    const waiting = await rig.depth();
    const report = await drainer.drain('edge');
    assert.equal(report.end.kind, 'refused', JSON.stringify(report.end));
    const reasons = report.end.reasons.join(' ');
    assert.match(reasons, /visit/u);
    assert.match(reasons, /guard/u);
    assert.equal(await rig.depth(), waiting);

    // What was refused: the same row, sent by hand.
    const since = stops().length;
    await rig.primary.query(`INSERT INTO public.customer (id, name) VALUES (5000, 'guarded')`);
    await rig.primary.query(`INSERT INTO public.visit VALUES (5000, 1, 'naive')`);
    await waitFor(
      () =>
        stops()
          .slice(since)
          .some((line) => line.includes('visit')),
      {
        what: 'the subscription has stopped',
      },
    );

    await rig.edge.query(`ALTER TABLE public.visit ENABLE REPLICA TRIGGER pgtopology_echo_guard`);
    await waitFor(
      async () => {
        const report = await drainer.drain('edge');
        return report.end.kind === 'drained' && (await rig.depth()) === 0;
      },
      { what: 'the edge is drained' },
    );
    await untilRest();
  });
});

/** Both sides write the same few rows. */
function statement(random: Random, side: string): string {
  const id = random.int(1, 30);
  const day = random.int(1, 3);
  const text = `${side} ${random.int(1, 1_000_000)}`;
  const dice = random.next();
  if (dice < 0.3) {
    return `INSERT INTO public.customer VALUES (${id}, '${text}', '{"by": "${side}"}', clock_timestamp())
      ON CONFLICT (id) DO UPDATE SET name = excluded.name`;
  }
  if (dice < 0.6) {
    return `UPDATE public.customer SET name = '${text}', updated_at = clock_timestamp() WHERE id = ${id}`;
  }
  if (dice < 0.85) {
    return `INSERT INTO public.visit SELECT id, ${day}, '${text}' FROM public.customer WHERE id = ${id}
      ON CONFLICT (customer_id, day) DO UPDATE SET note = excluded.note`;
  }
  return `DELETE FROM public.visit WHERE customer_id = ${id} AND day = ${day}`;
}
