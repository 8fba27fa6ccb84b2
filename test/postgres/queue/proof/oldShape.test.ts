import assert from 'node:assert/strict';
import { isRunnable } from '../../../../src/core/plan/plan';
import { UPGRADE_LIMIT_MS } from '../../../../src/core/plan/queue/upgradeQueue';
import type { Cluster } from '../../../clusters/cluster';
import { forEachMajor } from '../../../clusters/majors';
import { sleep, waitFor } from '../../../clusters/waitFor';
import { QueueRig } from '../queueRig';
import { plannedSetUp, requestOf } from '../setUpSupport';
import { RigDrainer } from './rigDrainer';

const QUEUE = { schema: 'public', name: 'pending_sync' };
const ROWS = 7_000;
const UPDATES = 2_500;
const DELETES = 500;

/** As applications have it that know nothing of us. */
const OLD_QUEUE = `CREATE TABLE public.pending_sync (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), table_name text NOT NULL,
  operation text NOT NULL, data jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz, error text)`;

const NOTES = `CREATE TABLE public.notes (id integer PRIMARY KEY, body text, tags text[], extra jsonb, updated_at timestamptz)`;

forEachMajor('A queue that an application made', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(NOTES);
    await rig.edge.query(OLD_QUEUE);
    await writeAsApplication(rig.edge);
  });

  after(async () => {
    await rig.stop();
  });

  it(`is upgraded with ${ROWS + UPDATES + DELETES} rows and drained, while the application goes on`, async function () {
    const application = new Application(rig.edge);
    const running = application.run();
    try {
      const request = requestOf(
        { 'public.notes': 'newest-wins' },
        { queue: QUEUE, capture: 'application' },
      );
      const plan = await plannedSetUp(rig.plans, request);
      assert.ok(isRunnable(plan), JSON.stringify(plan.findings));
      await waitFor(() => application.written > 3, { what: 'the application writes' });
      await rig.plans.done(plan);
      const atUpgrade = application.written;
      await waitFor(() => application.written > atUpgrade + 3, { what: 'the application goes on' });

      const numbered = await rig.edge.query(
        `SELECT FROM (SELECT seq, row_number() OVER (ORDER BY created_at, id) AS wanted FROM public.pending_sync) AS q WHERE seq <> wanted`,
      );
      assert.equal(numbered.length, 0);
      const [left] = await rig.edge.query(
        `SELECT count(*) FILTER (WHERE synced_at IS NULL)::int AS open, count(*) FILTER (WHERE state = 'done')::int AS done FROM public.pending_sync`,
      );
      assert.equal(left?.['done'], 1);
      assert.ok(Number(left['open']) >= ROWS + UPDATES + DELETES);
    } finally {
      application.stop();
      await running;
    }
    assert.deepEqual(application.errors, []);
    assert.ok(application.longestMs < UPGRADE_LIMIT_MS, String(application.longestMs));

    const drainer = new RigDrainer(rig, { table: QUEUE, capture: 'application' });
    rig.policy('public.notes', 'newest-wins');
    const report = await drainer.drain('edge');
    assert.equal(report.end.kind, 'drained', JSON.stringify(report.end));
    const states = await rig.edge.query(
      'SELECT state, count(*)::int AS count, min(error) AS error FROM public.pending_sync GROUP BY 1',
    );
    const count = 1 + ROWS + UPDATES + DELETES + application.written;
    assert.deepEqual(states, [{ state: 'done', count, error: null }]);
    assert.deepEqual(
      await rig.rows(rig.primary, 'public.notes'),
      await rig.rows(rig.edge, 'public.notes'),
    );
    // What the application counts itself.
    const [waiting] = await rig.edge.query(
      'SELECT count(*)::int AS count FROM public.pending_sync WHERE synced_at IS NULL',
    );
    assert.deepEqual(waiting, { count: 0 });
    console.log(
      `      Postgres ${major}: ${count} rows drained; the application wrote ${application.written} meanwhile and waited ${Math.round(application.longestMs)} ms at most`,
    );
  });

  it('names what cannot be resolved, and sets it aside alone', async () => {
    const put = (table: string, operation: string, data: string): Promise<unknown> =>
      rig.edge.query(
        'INSERT INTO public.pending_sync (table_name, operation, data) VALUES ($1, $2, $3)',
        [table, operation, data],
      );
    await put('notes', 'INSERT', '{"body": "no key"}');
    await put('nowhere', 'INSERT', '{"id": 1}');
    await put('notes', 'INSERT', '[1, 2]');
    await put('notes', 'INSERT', '{"id": 900001, "body": "fine"}');
    await new RigDrainer(rig, { table: QUEUE, capture: 'application' }).drain('edge');
    const rows = await rig.edge.query<{ state: string; error: string | null }>(
      'SELECT state, error FROM public.pending_sync ORDER BY seq DESC LIMIT 4',
    );
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['done', 'dead', 'conflict', 'dead'],
    );
    for (const { state, error } of rows) assert.equal(error === null, state === 'done');
  });

  it('finds the table of the file that a name means, and says which ones it may mean', async () => {
    const tables = [
      'app.users',
      '"App"."Users"',
      'app.both',
      'other.both',
      'app.here',
      'public.here',
    ];
    for (const schema of ['app', '"App"', 'other']) await rig.everywhere(`CREATE SCHEMA ${schema}`);
    for (const table of tables) {
      await rig.everywhere(`CREATE TABLE ${table} (id integer PRIMARY KEY, v text)`);
    }
    for (const table of tables.slice(0, 5)) {
      rig.policy(table.replaceAll('"', ''), table === 'app.users' ? 'manual' : 'primary-wins');
    }
    const named = [
      ...['users', 'app.users', '"app"."users"', 'APP.Users'],
      ...['"App"."Users"', 'App.Users', '"Users"'],
      ...['both', 'app.both', 'here', 'app.here'],
    ];
    for (const [id, name] of named.entries()) {
      await rig.edge.query(
        `INSERT INTO public.pending_sync (table_name, operation, data) VALUES ($1, 'INSERT', $2)`,
        [name, JSON.stringify({ id, v: name })],
      );
    }
    // One row under two names, of which the first is a conflict.
    await rig.primary.query(`INSERT INTO app.users VALUES (100, 'primary')`);
    for (const name of ['users', 'app.users']) {
      await rig.edge.query(
        `INSERT INTO public.pending_sync (table_name, operation, data) VALUES ($1, 'INSERT', '{"id": 100, "v": "edge"}')`,
        [name],
      );
    }
    await new RigDrainer(rig, { table: QUEUE, capture: 'application' }).drain('edge');
    const rows = await rig.edge.query<{ name: string; state: string; error: string | null }>(
      `SELECT table_name AS name, state, error FROM public.pending_sync WHERE data ? 'v' ORDER BY seq`,
    );
    const ambiguous = ['both', 'here', 'App.Users'];
    assert.deepEqual(
      rows.slice(0, named.length).map(({ name, state }) => `${name} ${state}`),
      named.map((name) => `${name} ${ambiguous.includes(name) ? 'dead' : 'done'}`),
    );
    assert.deepEqual(
      rows.slice(named.length).map(({ name, state }) => `${name} ${state}`),
      ['users conflict', 'app.users pending'],
    );
    assert.match(
      rows.find(({ name }) => name === 'both')?.error ?? '',
      /may be app\.both or other\.both/u,
    );
    assert.match(
      rows.find(({ name }) => name === 'here')?.error ?? '',
      /may be public\.here or app\.here/u,
    );
    const found: Record<string, readonly string[]> = {};
    for (const table of tables) {
      const there = await rig.primary.query<{ v: string }>(`SELECT v FROM ${table} ORDER BY id`);
      found[table] = there.map(({ v }) => v);
    }
    assert.deepEqual(found, {
      'app.users': ['users', 'app.users', '"app"."users"', 'APP.Users', 'primary'],
      '"App"."Users"': ['"App"."Users"', '"Users"'],
      'app.both': ['app.both'],
      'other.both': [],
      'app.here': ['app.here'],
      'public.here': [],
    });
  });
});

/** Inserts, then changes, then deletions, each in the table and in the queue, as one transaction. One was drained long ago. */
async function writeAsApplication(edge: Cluster): Promise<void> {
  const queue = (operation: string): string =>
    `INSERT INTO public.pending_sync (table_name, operation, data) SELECT 'notes', '${operation}', to_jsonb(n) FROM written AS n ORDER BY id`;
  for (const sql of [
    `INSERT INTO public.pending_sync (table_name, operation, data, synced_at) VALUES ('notes', 'INSERT', '{"id": 0}', now())`,
    `WITH written AS (INSERT INTO public.notes SELECT n, 'note ' || n, ARRAY['a', 'b "c"', NULL], jsonb_build_object('n', n), clock_timestamp()
       FROM generate_series(1, ${ROWS}) AS n RETURNING *) ${queue('INSERT')}`,
    `WITH written AS (UPDATE public.notes SET body = body || ' changed', updated_at = clock_timestamp() WHERE id <= ${UPDATES} RETURNING *) ${queue('UPDATE')}`,
    `WITH written AS (DELETE FROM public.notes WHERE id > ${ROWS - DELETES} RETURNING *) ${queue('DELETE')}`,
  ]) {
    await edge.query(sql);
  }
}

/** Writes a note and queues it, over and over, with the one INSERT that it has always had. */
class Application {
  written = 0;
  longestMs = 0;
  readonly errors: string[] = [];
  private isStopped = false;

  constructor(private readonly edge: Cluster) {}

  async run(): Promise<void> {
    const session = await this.edge.connect();
    try {
      while (!this.isStopped) {
        const startedMs = performance.now();
        try {
          await session.query(
            `WITH written AS (INSERT INTO public.notes VALUES ($1, 'meanwhile', NULL, NULL, clock_timestamp()) RETURNING *)
             INSERT INTO public.pending_sync (table_name, operation, data) SELECT 'notes', 'INSERT', to_jsonb(n) FROM written AS n`,
            [100_000 + this.written],
          );
          this.written += 1;
        } catch (error) {
          this.errors.push(String(error));
        }
        this.longestMs = Math.max(this.longestMs, performance.now() - startedMs);
        await sleep(5);
      }
    } finally {
      await session.end();
    }
  }

  stop(): void {
    this.isStopped = true;
  }
}
