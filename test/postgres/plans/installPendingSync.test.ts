import assert from 'node:assert/strict';
import { PENDING_SYNC_COMMENT } from '../../../src/core/plan/pendingSyncTable';
import { planInstallPendingSync } from '../../../src/core/plan/planInstallPendingSync';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { DeclaredQueue, TableName } from '../../../src/core/topology';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { makePatientGateway, never, nodeAt } from '../pg/support';
import { codes, PlanRig } from './planRig';

const TABLE: TableName = { schema: 'pgtopology', name: 'pending_sync' };
const REQUEST = { nodeId: 'edge', primaryId: 'central', table: TABLE };

forEachMajor('Install pending_sync Schema', function (major) {
  let clusters: Clusters;
  let edge: Cluster;
  let standby: Cluster;
  let rig: PlanRig;

  before(async function () {
    clusters = new Clusters(major);
    edge = await (await clusters.add('edge')).start();
    await createLogin(edge, 'watcher');
    await createLogin(edge, 'application');
    standby = await (await clusters.addStandby('standby', edge, { slot: 'standby' })).start();
    rig = new PlanRig({
      edge: { cluster: edge, admin: 'postgres' },
      standby: { cluster: standby, standbyOf: 'edge' },
    });
  });

  after(async () => {
    await clusters.stop();
  });

  /** The edge is watched by a role without rights; `central` is only declared. */
  async function contextOf(): Promise<PlanContext> {
    const context = await rig.context(['watcher']);
    const nodes = context.topology.nodes.map((node) =>
      node.id === 'edge' ? { ...node, connection: { ...node.connection, user: 'watcher' } } : node,
    );
    const central = nodeAt({ port: 1 }, { id: 'central' });
    return { ...context, topology: { ...context.topology, nodes: [...nodes, central] } };
  }

  const planOf = async (change: Partial<typeof REQUEST> = {}) =>
    planInstallPendingSync({ ...REQUEST, ...change }, await contextOf());

  async function watched(table: TableName) {
    const queue: DeclaredQueue = { primary: 'central', table, capture: 'application', tables: [] };
    const session = await makePatientGateway().open(
      nodeAt(edge, { params: { user: 'watcher' }, pendingSync: queue }),
      never(),
    );
    try {
      const slow = await session.readSlow(never());
      return { shape: slow.queueShape, facts: (await session.readFast(never())).queue };
    } finally {
      await session.close();
    }
  }

  it('makes a table that applications fill as before, and the monitor reads; the undo leaves nothing', async () => {
    const before = await rig.state();
    const plan = await planOf();
    assert.deepEqual(codes(plan), []);
    const report = await rig.done(plan);
    const [seen] =
      await edge.query(`SELECT obj_description('pgtopology.pending_sync'::regclass) AS comment,
      (SELECT count(*)::int FROM pg_index WHERE indrelid = 'pgtopology.pending_sync'::regclass AND indpred IS NOT NULL) AS partial`);
    assert.deepEqual(seen, { comment: PENDING_SYNC_COMMENT, partial: 3 });

    await edge.query(
      'GRANT USAGE ON SCHEMA pgtopology TO application; GRANT INSERT, SELECT ON pgtopology.pending_sync TO application',
    );
    await edge.query(
      `BEGIN;
       INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'INSERT', '{"id": 1}');
       INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'UPDATE', '{"id": 1}');
       COMMIT;
       INSERT INTO pgtopology.pending_sync (table_name, operation, data) VALUES ('jobs', 'DELETE', '{"id": 1}')`,
      undefined,
      { user: 'application' },
    );
    const rows = await edge.query<{ seq: string; same: boolean; table_schema: string }>(
      `SELECT seq, txid = first_value(txid) OVER (ORDER BY seq) AS same, table_schema, state FROM pgtopology.pending_sync
        WHERE synced_at IS NULL ORDER BY seq`,
    );
    assert.deepEqual(
      rows.map(({ seq, same }) => [seq, same]),
      [
        ['1', true],
        ['2', true],
        ['3', false],
      ],
    );
    assert.equal(rows[0]?.table_schema, 'public');
    for (const bad of [
      "(table_name, operation) VALUES ('jobs', 'TRUNCATE')",
      "(table_name, operation, state) VALUES ('jobs', 'INSERT', 'lost')",
      "(seq, table_name, operation) VALUES (1, 'jobs', 'INSERT')",
    ]) {
      await assert.rejects(edge.query(`INSERT INTO pgtopology.pending_sync ${bad}`));
    }
    const { shape, facts } = await watched(TABLE);
    assert.deepEqual([shape, facts?.waiting], ['current', 3]);

    const again = await planOf();
    assert.deepEqual([again.steps.length, codes(again)], [0, ['note nothingToDo edge']]);
    await rig.undo(report);
    assert.deepEqual(await rig.state(), before);
  });

  it('lets the watching role read a table that is there already', async () => {
    const report = await rig.done(await planOf());
    try {
      await edge.query('REVOKE SELECT ON pgtopology.pending_sync FROM watcher');
      assert.equal((await watched(TABLE)).facts, null);
      const plan = await planOf();
      assert.deepEqual(
        plan.steps.map(({ title }) => title),
        ['Let watcher read pgtopology.pending_sync'],
      );
      await rig.done(plan);
      assert.equal((await watched(TABLE)).facts?.waiting, 0);
    } finally {
      await rig.undo(report);
    }
  });

  it('an old table is recognised and left as it is; another table is not touched', async () => {
    const table = { schema: 'public', name: 'pending_sync' };
    await edge.query(`CREATE TABLE public.pending_sync (id uuid PRIMARY KEY, table_name varchar(255) NOT NULL,
      operation varchar(50) NOT NULL, data jsonb NOT NULL, created_at timestamptz, synced_at timestamptz, error text);
      GRANT SELECT ON public.pending_sync TO watcher`);
    try {
      const plan = await planOf({ table });
      assert.deepEqual([plan.steps.length, codes(plan)], [0, ['note oldShape edge']]);
      assert.equal((await watched(table)).shape, 'old');
      await edge.query('ALTER TABLE public.pending_sync DROP COLUMN synced_at');
      assert.deepEqual(codes(await planOf({ table })), ['error nameTaken edge']);
    } finally {
      await edge.query('DROP TABLE public.pending_sync');
    }
  });

  it('odd names, a role that may not, a standby, a publication of all tables', async () => {
    const before = await rig.state();
    const odd = { schema: `Od"d; --`, name: `pending "sync"` };
    await rig.undo(await rig.done(await planOf({ table: odd })));

    await edge.query('CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = insert)');
    assert.deepEqual(codes(await planOf()), ['warning allTables edge']);
    await edge.query('DROP PUBLICATION everything');

    const guest = new PlanRig({ edge: { cluster: edge, admin: 'application' } });
    const refused = planInstallPendingSync(REQUEST, {
      ...(await contextOf()),
      catalogs: (await guest.context()).catalogs,
    });
    assert.deepEqual(codes(refused), ['error privilege edge']);
    assert.match(await guest.forced(refused), /\(42501\)/);

    const onStandby = await planOf({ nodeId: 'standby' });
    assert.deepEqual(codes(onStandby), ['error standby standby']);
    assert.match(await rig.forced(onStandby), /\(25006\)/);
    assert.deepEqual(await rig.state(), before);
  });
});
