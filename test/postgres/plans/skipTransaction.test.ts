import assert from 'node:assert/strict';
import { contentWords, transactionSql } from '../../../src/core/decoding/transactionSql';
import type { DecodedTransaction } from '../../../src/core/decoding/pgoutput';
import { formatLsn, parseLsn, type Lsn } from '../../../src/core/lsn';
import { planAlterSubscription } from '../../../src/core/plan/planAlterSubscription';
import { planEnableSubscription } from '../../../src/core/plan/planSwitchSubscription';
import { planSkipTransaction } from '../../../src/core/plan/planSkipTransaction';
import type { Plan } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { DeclaredSubscription } from '../../../src/core/topology';
import { peekTransaction } from '../../../src/operations/peekTransaction';
import { StoppedReader, type StopReason } from '../../../src/operations/stoppedReader';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { nodeOf, Watcher } from '../faults/watcher';
import { administered, makeGateways } from './changeSupport';
import { never } from '../pg/support';
import { codes, PlanRig, untilReady } from './planRig';

const REQUEST = { nodeId: 'edge', name: 'jobs_sub' };
const EDGE = 'logical/edge/jobs_sub';
const DECLARED: DeclaredSubscription = {
  name: 'jobs_sub',
  publisher: 'central',
  publications: ['jobs pub'],
  connection: null,
  slotName: 'jobs_sub',
  options: {},
};
const NOTHING = {
  publications: null,
  connection: null,
  enabled: null,
  connectionTest: { kind: 'notTried', why: 'it does not change' },
} as const;

const ODD = `it's a "row" \\ 'é' ; --`;

forEachMajor('Skipping a transaction', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    const format = { 14: 'csvlog', 15: 'stderr', 16: 'csvlog', 17: 'jsonlog', 18: 'stderr' }[
      major as 14
    ];
    edge = await (
      await clusters.add('edge', {
        conf: {
          logging_collector: true,
          log_destination: format,
          wal_retrieve_retry_interval: 200,
        },
      })
    ).start();
    const table =
      'CREATE TABLE "Odd jobs" (id int PRIMARY KEY, note text, number int GENERATED ALWAYS AS IDENTITY)';
    await central.query(`${table}; CREATE TABLE runs (id int PRIMARY KEY);
      CREATE PUBLICATION "jobs pub" FOR TABLE "Odd jobs", runs`);
    await edge.query(`${table}; CREATE TABLE runs (id int PRIMARY KEY)`);
    await edge.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION "jobs pub"`,
    );
    await untilReady({ cluster: edge }, 'jobs_sub', ['"Odd jobs"', 'runs']);
    if (major >= 15) await edge.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = true)');
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
  });

  after(async () => {
    await clusters.stop();
  });

  async function slots(): Promise<unknown> {
    return central.query(
      'SELECT slot_name, restart_lsn, confirmed_flush_lsn, catalog_xmin FROM pg_replication_slots',
    );
  }

  async function peek(finishLsn: Lsn | null): Promise<DecodedTransaction | null> {
    const session = await makeGateways().changes.openChange(
      administered(central, null, { id: 'central' }),
      { user: null, mayWrite: false },
      never(),
    );
    const [origin] = await edge.query<{ lsn: string }>(
      `SELECT pg_replication_origin_progress('pg_' || oid, false)::text AS lsn FROM pg_subscription`,
    );
    try {
      return await peekTransaction(
        session,
        {
          slotName: 'jobs_sub',
          publications: ['jobs pub'],
          finishLsn,
          appliedLsn: parseLsn(origin?.lsn ?? ''),
          copyName: 'pg_topology_peek',
        },
        never(),
      );
    } finally {
      await session.close();
    }
  }

  async function stopReason(): Promise<StopReason> {
    const { topology, catalogs } = await rig.context();
    const [publisher, subscriber] = topology.nodes;
    const subscription = catalogs.get('edge')?.subscriptions[0];
    assert.ok(publisher !== undefined && subscriber !== undefined && subscription !== undefined);
    return new StoppedReader(rig.changes).read(
      { subscriber, publisher, subscription },
      null,
      never(),
    );
  }

  /** A row that is on the edge already, in a transaction with others. */
  async function conflict(id: number): Promise<void> {
    await edge.query(`INSERT INTO "Odd jobs" (id, note) VALUES (${id}, 'mine')`);
    await central.query(`BEGIN; INSERT INTO "Odd jobs" (id, note) VALUES (${id}, $odd$${ODD}$odd$);
      INSERT INTO runs VALUES (${id}), (${id + 1}); UPDATE runs SET id = ${id + 2} WHERE id = ${id + 1};
      DELETE FROM runs WHERE id = ${id}; COMMIT`);
    await central.query(`INSERT INTO runs VALUES (${id + 100})`);
    await waitFor(
      async () => {
        const [row] = await edge.query<{ stopped: boolean }>(
          major >= 15
            ? 'SELECT NOT subenabled AS stopped FROM pg_subscription'
            : 'SELECT pid IS NULL AS stopped FROM pg_stat_subscription WHERE relid IS NULL',
        );
        return row?.stopped;
      },
      { what: 'the conflict stops it', everyMs: 20 },
    );
    if (major < 15) await edge.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    // Only when its process is gone, statistics have its error, and nothing moves the slot.
    await waitFor(
      async () => {
        const workers = await edge.query(
          `SELECT FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%worker'`,
        );
        const readers = await central.query('SELECT FROM pg_replication_slots WHERE active');
        return workers.length + readers.length === 0;
      },
      { what: 'its worker is gone, and nobody reads the slot' },
    );
  }

  const arrives = async (id: number): Promise<unknown> =>
    waitFor(async () => (await edge.query('SELECT FROM runs WHERE id = $1', [id])).length === 1, {
      what: `row ${id} arrives`,
    });

  async function planOf(transaction: DecodedTransaction): Promise<Plan> {
    return planSkipTransaction(
      {
        nodeId: 'edge',
        name: 'jobs_sub',
        finishLsn: formatLsn(transaction.finishLsn),
        content: contentWords(transaction),
        endLsn: transaction.endLsn === null ? null : formatLsn(transaction.endLsn),
      },
      await rig.context(),
    );
  }

  it('is found, shown from a copy that leaves the live slot alone, skipped, and can be replayed by hand', async function () {
    await conflict(7);
    const before = await slots();
    const found = await peek(null);
    assert.ok(found !== null);
    assert.deepEqual(contentWords(found), ['1 row of public.Odd jobs', '4 rows of public.runs']);
    assert.deepEqual(
      found.changes.map((change) => change.kind),
      ['insert', 'insert', 'insert', 'update', 'delete'],
    );
    assert.deepEqual(await peek(found.finishLsn), found);
    assert.deepEqual(await slots(), before, 'neither moved nor left behind');

    // The log is written by a process of its own, a moment later.
    const reason = await waitFor(
      async () => {
        const told = await stopReason();
        return major < 15 || told.error !== null ? told : null;
      },
      { what: 'the log says why' },
    );
    assert.deepEqual(reason.transaction, found);
    assert.equal(reason.why, null);
    if (major >= 15) {
      const { error } = reason;
      assert.equal(error?.finishLsn, formatLsn(found.finishLsn), 'the log says the same');
      assert.equal(error.relation, 'public.Odd jobs');
      assert.match(error.message, /duplicate key|conflict detected/);
      assert.match(error.detail ?? '', /\(id\)=\(7\)/);
    }

    const plan = await planOf(found);
    if (major < 15) {
      assert.deepEqual(codes(plan), ['error unsupportedOption edge']);
      await assert.rejects(
        edge.query(`ALTER SUBSCRIPTION jobs_sub SKIP (lsn = '${formatLsn(found.finishLsn)}')`),
      );
      for (const line of (plan.findings[0]?.fix?.copy ?? '').split('\n')) await edge.query(line);
    } else {
      assert.deepEqual(codes(plan), []);
      await rig.done(plan);
    }
    await arrives(107);
    const after = await stopReason();
    assert.deepEqual([after.error, after.transaction], [null, null], 'what is over is not told');
    assert.equal((await edge.query('SELECT FROM runs WHERE id = 9')).length, 0);

    await edge.query('DELETE FROM "Odd jobs" WHERE id = 7');
    await edge.query(transactionSql(found, ['What was skipped.\nDROP TABLE runs;']));
    const rows = 'SELECT id, note, number FROM "Odd jobs"';
    assert.deepEqual(await edge.query(rows), await central.query(rows));
    assert.equal((await edge.query('SELECT FROM runs WHERE id = 9')).length, 1);
  });

  /** The file says whose subscription it is, and what the monitor has seen of it. */
  async function watched(snapshot: TopologySnapshot | null): Promise<PlanContext> {
    const context = await rig.context();
    const nodes = context.topology.nodes.map((node) => ({
      ...node,
      subscriptions: node.id === 'edge' ? [DECLARED] : [],
    }));
    return { ...context, topology: { ...context.topology, nodes }, snapshot };
  }

  const watch = (): Watcher =>
    new Watcher([nodeOf(central), nodeOf(edge, { subscriptions: [DECLARED] })]);

  async function errorCount(): Promise<number> {
    const [row] = await edge.query<{ count: number }>(
      `SELECT apply_error_count::int AS count FROM pg_stat_subscription_stats`,
    );
    return row?.count ?? 0;
  }

  if (major >= 15) {
    it('enabled as it is, what an error stopped stops again, as the plan says; with the row away it goes on', async function () {
      const watcher = watch();
      try {
        await conflict(20);
        const before = await errorCount();
        await edge.query('ALTER SUBSCRIPTION jobs_sub ENABLE');
        await waitFor(async () => (await errorCount()) === before + 1, {
          what: 'the error is counted again',
        });
        const found = await watcher.until('it is stopped', ({ edges }) =>
          edges.some(({ verdict }) => verdict.code === 'stoppedByError'),
        );
        const plan = planEnableSubscription(REQUEST, await watched(found));
        assert.deepEqual(codes(plan), ['warning stoppedByError edge']);
        await edge.query('DELETE FROM "Odd jobs" WHERE id = 20');
        await rig.done(plan);
        await arrives(120);
      } finally {
        await watcher.close();
      }
    });
  }

  it('a worker that fails again and again looks enabled and takes nothing; a plan lets the error stop it', async function () {
    if (major >= 15) await edge.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = false)');
    const watcher = watch();
    try {
      await watcher.untilEdge(EDGE, 'idle');
      await edge.query('INSERT INTO runs VALUES (200)');
      await central.query('INSERT INTO runs VALUES (200)');
      await central.query('INSERT INTO runs VALUES (201)');
      const loop = await watcher.untilEdge(EDGE, 'applyErrorLoop');
      assert.equal(loop.verdict.health, 'error');
      const enabled = 'SELECT subenabled FROM pg_subscription';
      assert.deepEqual(await edge.query(enabled), [{ subenabled: true }], 'it looks healthy');
      const stop = planAlterSubscription(
        { ...REQUEST, ...NOTHING, options: { disableOnError: true } },
        await watched(null),
      );
      if (major < 15) {
        assert.deepEqual(codes(stop), ['error unsupportedOption edge']);
      } else {
        await rig.done(stop);
        const untilStopped = async (): Promise<unknown> =>
          waitFor(async () => (await edge.query(`${enabled} WHERE subenabled`)).length === 0, {
            what: 'the next error stops it',
          });
        await untilStopped();
        await edge.query('ALTER SUBSCRIPTION jobs_sub ENABLE');
        // The row is still in the way. A worker that is on its way to stop it would do so after it was enabled for good.
        await untilStopped();
      }
      assert.deepEqual(await edge.query('SELECT FROM runs WHERE id = 201'), []);
      await edge.query('DELETE FROM runs WHERE id = 200');
      if (major >= 15) {
        await edge.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = false)');
        await edge.query('ALTER SUBSCRIPTION jobs_sub ENABLE');
      }
      await arrives(201);
    } finally {
      await watcher.close();
    }
  });

  if (major >= 15) {
    it('an LSN that is not the failing one skips nothing, and that is said', async function () {
      await edge.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = false)');
      await edge.query('INSERT INTO runs VALUES (300)');
      await central.query('INSERT INTO runs VALUES (300)');
      const found = await waitFor(async () => (await peek(null)) ?? undefined, {
        what: 'it waits',
      });
      const late = { ...found, finishLsn: found.finishLsn + 8n };
      const wrong = await planOf(late);
      const short = wrong.steps.map((step) => ({
        ...step,
        settle: step.settle === null ? null : { ...step.settle, limitMs: 1_000 },
      }));
      const report = await rig.run({ ...wrong, steps: short });
      assert.equal(report.outcomes[0]?.state, 'failed');
      assert.match(report.outcomes[0].failure?.text ?? '', /has not skipped/);
      await rig.done(await planOf(found));
      await central.query('INSERT INTO runs VALUES (301)');
      await arrives(301);
    });
  }
});
