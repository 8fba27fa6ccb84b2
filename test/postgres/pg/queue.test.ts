import assert from 'node:assert/strict';
import { DEPTH_CAP, type QueueFacts } from '../../../src/core/facts';
import { edgeIdentitySql } from '../../../src/core/queue/edgeObjects';
import { DRAIN_LOCK } from '../../../src/core/queue/drainLock';
import { pendingSyncSql } from '../../../src/core/plan/pendingSyncTable';
import { primaryObjectsSql } from '../../../src/core/queue/primaryObjects';
import type { NodeSession } from '../../../src/core/ports/nodeGateway';
import type { TableName } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { makePatientGateway, never, nodeAt } from './support';

const CURRENT = `CREATE TABLE pgtopology.pending_sync (
    id uuid DEFAULT gen_random_uuid(), seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text NOT NULL, operation text NOT NULL, data jsonb, state text NOT NULL DEFAULT 'pending',
    attempts int NOT NULL DEFAULT 0, error text, error_sqlstate text,
    created_at timestamptz NOT NULL DEFAULT now(), synced_at timestamptz);
  CREATE INDEX ON pgtopology.pending_sync (seq) WHERE state = 'pending';
  CREATE INDEX ON pgtopology.pending_sync (seq) WHERE state IN ('conflict', 'dead')`;

const OLD = `CREATE TABLE public.pending_sync (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY, table_name text NOT NULL, operation text NOT NULL,
    data jsonb, created_at timestamptz DEFAULT now(), synced_at timestamptz, error text);
  CREATE INDEX ON public.pending_sync (created_at);
  CREATE INDEX ON public.pending_sync (synced_at) WHERE synced_at IS NULL`;

const CURRENT_TABLE: TableName = { schema: 'pgtopology', name: 'pending_sync' };
const OLD_TABLE: TableName = { schema: 'public', name: 'pending_sync' };

forEachMajor('Queues', function (major) {
  let clusters: Clusters;
  let edge: Cluster;
  const open: NodeSession[] = [];
  const gateway = makePatientGateway();

  before(async function () {
    clusters = new Clusters(major);
    edge = await (await clusters.add('edge')).start();
    await edge.query('CREATE ROLE watcher LOGIN');
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(async () => {
    await edge.query(`DROP SCHEMA IF EXISTS pgtopology CASCADE; CREATE SCHEMA pgtopology;
      DROP TABLE IF EXISTS public.pending_sync`);
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((session) => session.close()));
  });

  async function session(table: TableName, user = 'postgres'): Promise<NodeSession> {
    const queue = { primary: 'central', table, capture: 'trigger', tables: [] } as const;
    const opened = await gateway.open(
      nodeAt(edge, { params: { user }, pendingSync: queue }),
      never(),
    );
    open.push(opened);
    return opened;
  }

  async function queueOf(table: TableName): Promise<QueueFacts | null> {
    const opened = await session(table);
    await opened.readSlow(never());
    return (await opened.readFast(never())).queue;
  }

  it('our own shape: waiting, conflicts, dead, failed, oldest and the last error', async () => {
    await edge.query(`${CURRENT};
      INSERT INTO pgtopology.pending_sync (table_name, operation, state, error, created_at, synced_at) VALUES
        ('t', 'INSERT', 'done', NULL, '2026-01-01 00:00+00', '2026-01-01 00:05+00'),
        ('t', 'INSERT', 'pending', NULL, '2026-01-02 00:00+00', NULL),
        ('t', 'INSERT', 'pending', 'first error', '2026-01-03 00:00+00', NULL),
        ('t', 'INSERT', 'conflict', '${'long '.repeat(100)}', '2026-01-04 00:00+00', NULL),
        ('t', 'INSERT', 'dead', NULL, '2026-01-05 00:00+00', NULL)`);
    assert.deepEqual(await queueOf(CURRENT_TABLE), {
      shape: 'current',
      waiting: 2,
      conflicts: 1,
      dead: 1,
      failed: 1,
      oldestAtMs: Date.UTC(2026, 0, 2),
      lastDoneAtMs: null,
      lastError: 'long '.repeat(40),
      tables: [{ schema: null, name: 't', open: 4, waiting: 2, oldestAtMs: Date.UTC(2026, 0, 2) }],
    });
    await edge.query(
      `UPDATE pgtopology.pending_sync SET state = 'done', error = NULL, synced_at = '2026-02-01 00:00+00'`,
    );
    assert.deepEqual(await queueOf(CURRENT_TABLE), {
      shape: 'current',
      waiting: 0,
      conflicts: 0,
      dead: 0,
      failed: 0,
      oldestAtMs: null,
      lastDoneAtMs: Date.UTC(2026, 1, 1),
      lastError: null,
      tables: [],
    });
  });

  it('what an application marked itself is done, whatever its state says', async () => {
    await edge.query(`${CURRENT};
      INSERT INTO pgtopology.pending_sync (table_name, operation, synced_at)
        SELECT 't', 'INSERT', now() FROM generate_series(1, 5);
      INSERT INTO pgtopology.pending_sync (table_name, operation) VALUES ('t', 'INSERT')`);
    assert.equal((await queueOf(CURRENT_TABLE))?.waiting, 1);
  });

  it('open operations are told by table, conflicts and dead ones among them', async () => {
    await edge.query(`${[...pendingSyncSql(CURRENT_TABLE)].join(';')};
      INSERT INTO pgtopology.pending_sync (table_schema, table_name, operation, state, created_at) VALUES
        ('public', 'a', 'INSERT', 'pending', '2026-01-01 00:00+00'), ('public', 'a', 'INSERT', 'conflict', '2025-01-01 00:00+00'),
        ('app', 'b', 'INSERT', 'pending', '2026-01-02 00:00+00'), ('app', 'b', 'INSERT', 'pending', '2026-01-03 00:00+00'),
        ('app', 'b', 'DELETE', 'dead', '2026-01-03 00:00+00'), ('app', 'c', 'DELETE', 'done', '2026-01-03 00:00+00')`);
    assert.deepEqual((await queueOf(CURRENT_TABLE))?.tables, [
      { schema: 'app', name: 'b', open: 3, waiting: 2, oldestAtMs: Date.UTC(2026, 0, 2) },
      { schema: 'public', name: 'a', open: 2, waiting: 1, oldestAtMs: Date.UTC(2026, 0, 1) },
    ]);
    await edge.query(`${OLD};
      INSERT INTO public.pending_sync (table_name, operation, created_at) VALUES ('a', 'INSERT', '2026-01-01 00:00+00')`);
    assert.deepEqual((await queueOf(OLD_TABLE))?.tables, [
      { schema: null, name: 'a', open: 1, waiting: 1, oldestAtMs: Date.UTC(2026, 0, 1) },
    ]);
  });

  it('who drains is told while its lock is held, and not after', async () => {
    await edge.query([...pendingSyncSql(CURRENT_TABLE), ...edgeIdentitySql()].join(';'));
    const opened = await session(CURRENT_TABLE);
    await opened.readSlow(never());
    const identity = async () => (await opened.readFast(never())).queue?.identity;
    assert.equal((await identity())?.drainer, null);
    await edge.query(`UPDATE pgtopology.edge_identity SET drainer = 'anna', draining_since = '2026-01-01 12:03+00',
        drained_at = '2026-01-01 12:04+00'`);
    // Left by a drain that was killed.
    assert.equal((await identity())?.drainer, null);
    const drain = await edge.connect();
    try {
      const { rows } = await drain.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid, pg_advisory_lock(${DRAIN_LOCK.classId}, ${DRAIN_LOCK.objectId})`,
      );
      const found = await identity();
      assert.deepEqual(found?.drainer, {
        pid: rows[0]?.pid,
        who: 'anna',
        sinceMs: Date.UTC(2026, 0, 1, 12, 3),
      });
      assert.equal(found.drainedAtMs, Date.UTC(2026, 0, 1, 12, 4));
    } finally {
      await drain.end();
    }
    await waitFor(async () => (await identity())?.drainer === null, { what: 'nobody drains' });
    await edge.query('DROP TABLE pgtopology.edge_identity');
    assert.equal(await identity(), undefined);
    assert.equal((await opened.readFast(never())).queue?.waiting, 0);
  });

  it('what drains wrote on the primary is told in steps of five minutes, for the edges of the file', async () => {
    await edge.query('CREATE SCHEMA IF NOT EXISTS pgtopology');
    const opened = await gateway.open({ ...nodeAt(edge), drainedFrom: ['vengeance'] }, never());
    open.push(opened);
    assert.equal((await opened.readSlow(never())).queueMetrics, undefined);
    const mine = '00000000-0000-4000-8000-000000000001';
    const other = '00000000-0000-4000-8000-000000000002';
    await edge.query(`${primaryObjectsSql().join(';')};
      INSERT INTO pgtopology.edge (edge_id, name, system_identifier) VALUES ('${mine}', 'vengeance', '1'), ('${other}', 'other', '2');
      INSERT INTO pgtopology.sync_metric (edge_id, edge, at, depth, drained, conflicts, latency_ms)
        SELECT '${mine}', 'vengeance', to_timestamp(floor(extract(epoch FROM now()) / 300) * 300 - 3600) + at, depth, drained, conflicts, latency
          FROM (VALUES (interval '10 s', 500, 100, 1, 30.5), ('4 min', 400, 200, 0, NULL), ('6 min', 0, 400, 2, 20)) v (at, depth, drained, conflicts, latency);
      INSERT INTO pgtopology.sync_metric (edge_id, edge, at, depth, drained, conflicts) VALUES
        ('${mine}', 'vengeance', now() - interval '25 hours', 9, 9, 9), ('${other}', 'other', now(), 9, 9, 9)`);
    const metrics = (await opened.readSlow(never())).queueMetrics ?? [];
    const [first] = metrics;
    assert.deepEqual(
      metrics.map(({ atMs, edgeId, edge: name, ...rest }) => [
        atMs - (first?.atMs ?? 0),
        edgeId,
        name,
        rest,
      ]),
      [
        [0, mine, 'vengeance', { depth: 500, drained: 300, conflicts: 1, latencyMs: 30.5 }],
        [300_000, mine, 'vengeance', { depth: 0, drained: 400, conflicts: 2, latencyMs: 20 }],
      ],
    );
    await edge.query('DROP TABLE pgtopology.sync_metric');
    assert.equal((await opened.readSlow(never())).queueMetrics, undefined);
    assert.equal(opened.isClosed, false);
  });

  it('an error that holds a password is told without it, cut off or whole', async () => {
    const cut = `${'x'.repeat(170)} postgresql://u:c4n4ry${'y'.repeat(60)}@h/d`;
    await edge.query(CURRENT);
    for (const error of ['failed: host=h password=c4n4ry', 'postgresql://u:c4n4ry@h/d', cut]) {
      await edge.query(
        `TRUNCATE pgtopology.pending_sync; INSERT INTO pgtopology.pending_sync
           (table_name, operation, error) VALUES ('t', 'INSERT', '${error}')`,
      );
      const lastError = (await queueOf(CURRENT_TABLE))?.lastError ?? '';
      assert.match(lastError, /\*\*\*/);
      assert.doesNotMatch(lastError, /c4n4ry/);
    }
  });

  it('the shape that applications made: waiting, failed, oldest', async () => {
    await edge.query(`${OLD};
      INSERT INTO public.pending_sync (table_name, operation, created_at, synced_at, error) VALUES
        ('t', 'INSERT', '2026-01-01 00:00+00', '2026-01-01 00:05+00', NULL),
        ('t', 'INSERT', '2026-01-02 00:00+00', NULL, NULL),
        ('t', 'INSERT', '2026-01-03 00:00+00', NULL, 'no such table')`);
    assert.deepEqual(await queueOf(OLD_TABLE), {
      shape: 'old',
      waiting: 2,
      conflicts: 0,
      dead: 0,
      failed: 1,
      oldestAtMs: Date.UTC(2026, 0, 2),
      lastDoneAtMs: null,
      lastError: 'no such table',
      tables: [{ schema: null, name: 't', open: 2, waiting: 2, oldestAtMs: Date.UTC(2026, 0, 2) }],
    });
    await edge.query(
      `UPDATE public.pending_sync SET synced_at = '2026-02-01 00:00+00', error = NULL`,
    );
    const drained = await queueOf(OLD_TABLE);
    assert.equal(drained?.waiting, 0);
    assert.equal(drained.lastDoneAtMs, Date.UTC(2026, 1, 1));
  });

  it('counting stops at the cap', async () => {
    await edge.query(`${CURRENT};
      INSERT INTO pgtopology.pending_sync (table_name, operation) SELECT 't', 'INSERT' FROM generate_series(1, 12000)`);
    assert.equal((await queueOf(CURRENT_TABLE))?.waiting, DEPTH_CAP);
    await edge.query(`${OLD};
      INSERT INTO public.pending_sync (table_name, operation) SELECT 't', 'INSERT' FROM generate_series(1, 12000)`);
    assert.equal((await queueOf(OLD_TABLE))?.waiting, DEPTH_CAP);
  });

  it('the queue is no part of a poll before its table was seen', async () => {
    await edge.query(CURRENT);
    const opened = await session(CURRENT_TABLE);
    assert.equal((await opened.readFast(never())).queue, null);
    assert.equal((await opened.readSlow(never())).queueShape, 'current');
    assert.equal((await opened.readFast(never())).queue?.waiting, 0);
  });

  it('absent and other tables are told as such, and polled without', async () => {
    const opened = await session(CURRENT_TABLE);
    assert.equal((await opened.readSlow(never())).queueShape, 'absent');
    assert.equal((await opened.readFast(never())).queue, null);
    await edge.query('CREATE TABLE pgtopology.pending_sync (id int, whatever text)');
    assert.equal((await opened.readSlow(never())).queueShape, 'other');
    assert.equal((await opened.readFast(never())).queue, null);
  });

  it('a table that appears is read after the next slow read, one that goes is no failure', async () => {
    const opened = await session(CURRENT_TABLE);
    await opened.readSlow(never());
    await edge.query(CURRENT);
    assert.equal((await opened.readSlow(never())).queueShape, 'current');
    assert.equal((await opened.readFast(never())).queue?.waiting, 0);
    await edge.query('DROP TABLE pgtopology.pending_sync');
    const fast = await opened.readFast(never());
    assert.equal(fast.queue, null);
    assert.equal(fast.database, 'postgres');
    assert.equal(opened.isClosed, false);
  });

  it('a table that changes its shape while it is polled is read by its new one', async () => {
    await edge.query(OLD);
    const opened = await session(OLD_TABLE);
    await opened.readSlow(never());
    assert.equal((await opened.readFast(never())).queue?.shape, 'old');
    await edge.query('ALTER TABLE public.pending_sync RENAME COLUMN error TO trouble');
    assert.equal((await opened.readFast(never())).queue, null);
    await edge.query(`DROP TABLE public.pending_sync; CREATE TABLE public.pending_sync
      (seq bigint PRIMARY KEY, state text, error text, created_at timestamptz, synced_at timestamptz)`);
    await opened.readSlow(never());
    assert.equal((await opened.readFast(never())).queue?.shape, 'current');
  });

  it('a queue that the role may not read is told, and the rest of the poll goes on', async () => {
    await edge.query(CURRENT);
    const opened = await session(CURRENT_TABLE, 'watcher');
    const slow = await opened.readSlow(never());
    assert.equal(slow.queueShape, 'current');
    assert.equal(slow.queueProblem, 'watcher may not read pgtopology.pending_sync on central.');
    assert.equal((await opened.readFast(never())).queue, null);

    await edge.query(
      'GRANT USAGE ON SCHEMA pgtopology TO watcher; GRANT SELECT ON pgtopology.pending_sync TO watcher',
    );
    assert.equal((await opened.readSlow(never())).queueProblem, undefined);
    assert.equal((await opened.readFast(never())).queue?.waiting, 0);

    await edge.query('REVOKE SELECT ON pgtopology.pending_sync FROM watcher');
    const fast = await opened.readFast(never());
    assert.equal(fast.queue, null);
    assert.equal(fast.isInRecovery, false);
  });

  it('odd names of schema and table are quoted', async () => {
    const odd = { schema: `Od"d; --`, name: `pending "sync"` };
    const name = `"Od""d; --"."pending ""sync"""`;
    await edge.query(`CREATE SCHEMA "Od""d; --"; CREATE TABLE ${name}
      (created_at timestamptz, synced_at timestamptz, error text); INSERT INTO ${name} VALUES (now())`);
    try {
      assert.equal((await queueOf(odd))?.waiting, 1);
    } finally {
      await edge.query('DROP SCHEMA "Od""d; --" CASCADE');
    }
  });

  it('a lock on the queue hides the queue alone', async () => {
    await edge.query(CURRENT);
    const opened = await session(CURRENT_TABLE);
    await opened.readSlow(never());
    await opened.readFast(never());
    const locker = await edge.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE pgtopology.pending_sync IN ACCESS EXCLUSIVE MODE');
      const fast = await opened.readFast(never());
      assert.equal(fast.queue, null);
      assert.ok(fast.currentLsn !== null);
      // A session that is ended has its locks for a moment more.
      await locker.query('ROLLBACK');
    } finally {
      await locker.end();
    }
    assert.equal((await opened.readFast(never())).queue?.waiting, 0);
  });
});
