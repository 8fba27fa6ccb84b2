import assert from 'node:assert/strict';
import type { TableName } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { forEachMajor } from '../../clusters/majors';
import { sleep, waitFor } from '../../clusters/waitFor';
import { codes } from '../plans/planRig';
import { QueueRig } from './queueRig';
import { objectsOf, plannedSetUp, requestOf } from './setUpSupport';

const QUEUE: TableName = { schema: 'public', name: 'pending_sync' };
const ROWS = 10_000;

/** As applications make it; rows lie in another order than they were written in. */
const OLD_TABLE = `CREATE TABLE public.pending_sync (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), table_name varchar(255) NOT NULL,
    operation varchar(50) NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')), data jsonb NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp(), synced_at timestamptz, error text);
  CREATE INDEX idx_pending_sync_created ON public.pending_sync (created_at)`;

const APPLICATION_INSERT = `INSERT INTO public.pending_sync (table_name, operation, data) VALUES ('jobs', 'INSERT', jsonb_build_object('id', gen_random_uuid()))`;

forEachMajor('A queue of an application', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere('CREATE TABLE public.jobs (id uuid PRIMARY KEY, title text)');
  });

  after(async () => {
    await rig.stop();
  });

  beforeEach(async () => {
    await rig.edge.query(OLD_TABLE);
  });

  afterEach(async () => {
    await rig.edge.query(
      'DROP TABLE public.pending_sync; DROP SCHEMA IF EXISTS pgtopology CASCADE',
    );
    await rig.primary.query('DROP SCHEMA IF EXISTS pgtopology CASCADE');
  });

  const planned = (capture: 'application' | 'trigger' = 'application') =>
    plannedSetUp(rig.plans, requestOf({ 'public.jobs': 'manual' }, { queue: QUEUE, capture }));

  it(`keeps ${ROWS} rows in the order of their times while the application goes on`, async () => {
    await rig.edge.query(
      `INSERT INTO public.pending_sync (table_name, operation, data, created_at, synced_at, error)
       SELECT 'jobs', 'INSERT', jsonb_build_object('id', gen_random_uuid(), 'n', n), '2020-01-01'::timestamptz - n * interval '1 s',
              CASE WHEN n % 4 = 0 THEN now() END, CASE WHEN n % 9 = 0 THEN 'failed' END
         FROM generate_series(1, ${ROWS}) AS n;
       ANALYZE public.pending_sync`,
    );
    const kept = `SELECT md5(string_agg(concat_ws('|', id, table_name, operation, data, created_at, synced_at, error), ',' ORDER BY id)) AS kept
      FROM public.pending_sync WHERE data ? 'n'`;
    const [before] = await rig.edge.query(kept);
    const plan = await planned();
    assert.ok(
      plan.findings.some(({ text }) => /ACCESS EXCLUSIVE.*about 10000,.*at most 60 s/u.test(text)),
    );
    const application = new Application(rig.edge);
    try {
      await waitFor(() => application.written > 5, { what: 'the application writes' });
      await rig.plans.done(plan);
      const since = application.written;
      await waitFor(() => application.written > since + 5, { what: 'the application goes on' });
    } finally {
      await application.stop();
    }
    assert.deepEqual(application.failures, []);
    assert.deepEqual(await rig.edge.query(kept), [before]);
    const [facts] = await rig.edge.query(
      `SELECT count(*)::int = ${ROWS} + ${application.written} AS complete, count(DISTINCT seq)::int = count(*)::int AS distinct,
         bool_and((state = 'done') = (synced_at IS NOT NULL)) AS state,
         bool_and(txid IS NULL) FILTER (WHERE data ? 'n') AS unknown, bool_or(txid IS NOT NULL) FILTER (WHERE NOT data ? 'n') AS known,
         (SELECT count(*)::int FROM (SELECT created_at < lag(created_at) OVER (ORDER BY seq) AS back FROM public.pending_sync WHERE data ? 'n') AS o WHERE back) AS backward,
         max(seq) FILTER (WHERE data ? 'n') < min(seq) FILTER (WHERE NOT data ? 'n' AND txid IS NOT NULL) AS later
       FROM public.pending_sync`,
    );
    assert.deepEqual(facts, {
      complete: true,
      distinct: true,
      state: true,
      unknown: true,
      known: true,
      backward: 0,
      later: true,
    });
    const again = await planned();
    assert.deepEqual([again.steps.length, codes(again)], [0, ['note nothingToDo edge']]);
  });

  it('is one that a trigger fills as well, and becomes what it was when the plan is taken back', async () => {
    await rig.edge.query(APPLICATION_INSERT);
    const before = await objectsOf(rig.edge);
    const report = await rig.plans.done(await planned('trigger'));
    await rig.edge.query(
      `INSERT INTO public.jobs VALUES (gen_random_uuid()); DELETE FROM public.jobs`,
    );
    await rig.edge.query(APPLICATION_INSERT);
    const rows = await rig.edge.query(
      `SELECT operation, key IS NULL AS "by application", data IS NULL AS "without row" FROM public.pending_sync ORDER BY seq`,
    );
    assert.deepEqual(
      rows.map((row): readonly unknown[] => Object.values(row)),
      [
        ['INSERT', true, false],
        ['INSERT', false, false],
        ['DELETE', false, true],
        ['INSERT', true, false],
      ],
    );
    await rig.plans.undo(report);
    assert.deepEqual(await objectsOf(rig.edge), before);
    await rig.edge.query(APPLICATION_INSERT);
  });

  it('is refused by name where it cannot become one', async () => {
    for (const [change, words] of [
      ['ADD COLUMN key text', /key \(text\)/u],
      ['DROP COLUMN data', /lacks data/u],
      ['ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE text', /id \(text\)/u],
      ['ADD COLUMN origin text NOT NULL', /a value for origin/u],
    ] as const) {
      await rig.edge.query(`ALTER TABLE public.pending_sync ${change}`);
      const plan = await planned('trigger');
      const [first] = plan.findings;
      assert.match(`${first?.severity ?? ''} ${first?.text ?? ''}`, words);
      assert.equal(first?.severity, 'error');
      await rig.edge.query(`DROP TABLE public.pending_sync; ${OLD_TABLE}`);
    }
  });

  it('names each column that a drain could not use, and what mends it', async () => {
    await rig.edge.query(
      `ALTER TABLE public.pending_sync ALTER COLUMN created_at TYPE timestamp, ALTER COLUMN synced_at TYPE timestamp(3),
         ALTER COLUMN data TYPE json, ALTER COLUMN error TYPE varchar(20), ALTER COLUMN error SET NOT NULL,
         ALTER COLUMN operation DROP DEFAULT, ALTER COLUMN table_name TYPE varchar(30)`,
    );
    const plan = await planned('trigger');
    assert.deepEqual(codes(plan), ['error nameTaken edge']);
    const [found] = plan.findings;
    for (const column of ['created_at', 'synced_at', 'data', 'error', 'table_name']) {
      assert.match(found?.text ?? '', new RegExp(`\\b${column} (?:has|is) `, 'u'));
    }
    assert.match(found?.fix?.text ?? '', /time zone that the application writes in/u);
    await rig.edge.query(found?.fix?.copy ?? '');
    await rig.plans.done(await planned('trigger'));
    await rig.edge.query(APPLICATION_INSERT);
  });

  it('gives up on the lock soon, and the application has only waited', async () => {
    const reader = await rig.edge.connect();
    await reader.query('BEGIN; SELECT FROM public.pending_sync');
    const application = new Application(rig.edge);
    try {
      const report = await rig.plans.run(await planned());
      assert.equal(
        report.outcomes.find(({ state }) => state === 'failed')?.failure?.sqlstate,
        '55P03',
      );
      const since = application.written;
      await waitFor(() => application.written > since, { what: 'the application goes on' });
    } finally {
      await application.stop();
      await reader.end();
    }
    assert.deepEqual(application.failures, []);
    await rig.plans.done(await planned());
  });
});

/** Writes to its queue again and again, and keeps what went wrong. */
class Application {
  written = 0;
  readonly failures: string[] = [];
  #isEnding = false;
  readonly #work: Promise<void>;

  constructor(edge: Cluster) {
    this.#work = this.#write(edge);
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#work;
  }

  async #write(edge: Cluster): Promise<void> {
    const client = await edge.connect({ applicationName: 'application' });
    while (!this.#isEnding) {
      try {
        await client.query(APPLICATION_INSERT);
        this.written += 1;
      } catch (error) {
        this.failures.push(String(error));
      }
      await sleep(5);
    }
    await client.end();
  }
}
