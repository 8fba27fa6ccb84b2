import assert from 'node:assert/strict';
import { planInstallPendingSync } from '../../../../src/core/plan/planInstallPendingSync';
import { pendingSyncSql, queueShapeOf } from '../../../../src/core/plan/pendingSyncTable';
import { knownQueue } from '../../../../src/pg/catalog/queueShape';
import { declared, subscription } from '../describe/makeSnapshot';
import {
  catalog,
  column,
  context,
  findingLines,
  plainRole,
  planSql,
  publication,
  slotFacts,
  table,
  undoSql,
  type CatalogChange,
} from './catalogs';

const TABLE = { schema: 'pgtopology', name: 'pending_sync' };
const REQUEST = { nodeId: 'edge', primaryId: 'central', table: TABLE };
const OURS = [
  'id seq txid table_schema table_name operation key data old_data state attempts next_attempt_at',
  'error error_sqlstate created_at synced_at',
].flatMap((line) => line.split(' '));
const OLD = ['id', 'table_name', 'operation', 'data', 'created_at', 'synced_at', 'error'];

function queueTable(columns: readonly string[], change = {}) {
  return table('pending_sync', {
    schema: 'pgtopology',
    columns: columns.map((name) => column(name)),
    ...change,
  });
}

function planOf(change: CatalogChange = {}, request: Partial<typeof REQUEST> = {}) {
  const nodes = [declared('central'), declared('edge')];
  return planInstallPendingSync(
    { ...REQUEST, ...request },
    context([catalog('edge', change)], { nodes }),
  );
}

describe('planInstallPendingSync', () => {
  it('schema, table, indexes, comment and grants in one transaction', () => {
    const plan = planOf();
    assert.equal(plan.title, 'Install the queue pgtopology.pending_sync on edge');
    assert.deepEqual(planSql(plan), [
      'edge: CREATE SCHEMA "pgtopology"',
      `edge: CREATE TABLE "pgtopology"."pending_sync" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  txid xid8 DEFAULT pg_current_xact_id(),
  table_schema text NOT NULL DEFAULT 'public',
  table_name text NOT NULL,
  operation text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
  key jsonb,
  data jsonb,
  old_data jsonb,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'conflict', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error text,
  error_sqlstate text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz
)`,
      `edge: CREATE INDEX "pending_sync_pending" ON "pgtopology"."pending_sync" (seq) WHERE state = 'pending'`,
      `edge: CREATE INDEX "pending_sync_pending_txid" ON "pgtopology"."pending_sync" (txid, seq) WHERE state = 'pending'`,
      `edge: CREATE INDEX "pending_sync_conflict" ON "pgtopology"."pending_sync" (seq) WHERE state IN ('conflict', 'dead')`,
      `edge: COMMENT ON TABLE "pgtopology"."pending_sync" IS 'Postgres Topology: offline queue, version 2'`,
      'edge: GRANT USAGE ON SCHEMA "pgtopology" TO "monitor"',
      'edge: GRANT SELECT ON "pgtopology"."pending_sync" TO "monitor"',
    ]);
    assert.deepEqual(undoSql(plan), [
      'edge: DROP TABLE "pgtopology"."pending_sync"',
      'edge: DROP SCHEMA "pgtopology"',
    ]);
    assert.equal(plan.steps[0]?.isTransactional, true);
    assert.deepEqual(findingLines(plan), []);
    assert.deepEqual(plan.fileChanges, [
      { path: ['nodes', 'edge', 'pendingSync'], value: { primary: 'central' } },
    ]);
  });

  it('a schema that is there stays when the table is taken back', () => {
    const schemas = [{ name: 'pgtopology', owner: 'postgres', canCreate: true, canUse: true }];
    const plan = planOf({ schemas });
    assert.doesNotMatch(planSql(plan).join('\n'), /CREATE SCHEMA/);
    assert.deepEqual(undoSql(plan), [
      'edge: DROP TABLE "pgtopology"."pending_sync"',
      'edge: REVOKE USAGE ON SCHEMA "pgtopology" FROM "monitor"',
    ]);
    const byItself = planOf({ schemas, role: { name: 'monitor' } });
    assert.doesNotMatch(planSql(byItself).join('\n'), /GRANT/);
  });

  it('a long name of its own', () => {
    const name = 'ü'.repeat(31);
    const [, pending] = pendingSyncSql({ schema: 'q', name });
    assert.equal(
      pending,
      `CREATE INDEX "${'ü'.repeat(27)}_pending" ON "q"."${name}" (seq) WHERE state = 'pending'`,
    );
    const plan = planOf({}, { table: { schema: 'q.x', name: 'queue' } });
    assert.deepEqual(plan.fileChanges[0]?.value, { primary: 'central', table: ['q.x', 'queue'] });
  });

  it('what is there: ours, an old one, part of ours, something else', () => {
    const ours = planOf({ relations: [queueTable(OURS)] });
    assert.deepEqual(
      [ours.steps.length, findingLines(ours)],
      [0, ['note nothingToDo edge: pgtopology.pending_sync on edge is the queue already.']],
    );
    const closed = planOf({ relations: [queueTable(OURS, { notReadableBy: ['monitor'] })] });
    assert.deepEqual(planSql(closed), [
      'edge: GRANT USAGE ON SCHEMA "pgtopology" TO "monitor"',
      'edge: GRANT SELECT ON "pgtopology"."pending_sync" TO "monitor"',
    ]);
    const old = planOf({ relations: [queueTable(OLD)] });
    assert.deepEqual(
      [old.steps.length, findingLines(old)],
      [
        0,
        [
          'note oldShape edge: pgtopology.pending_sync on edge is a queue that an application made: it is watched, and left as it is.',
        ],
      ],
    );
    assert.deepEqual(old.fileChanges[0]?.value, { primary: 'central', capture: 'application' });
    const part = OURS.filter((name) => name !== 'key' && name !== 'txid');
    assert.deepEqual(findingLines(planOf({ relations: [queueTable(part)] })), [
      'error nameTaken edge: pgtopology.pending_sync on edge is a queue of another shape: it lacks txid, key. / Rename it, or name another table as "pendingSync.table" in the file.',
    ]);
    assert.deepEqual(findingLines(planOf({ relations: [queueTable(['id'])] })), [
      'error nameTaken edge: pgtopology.pending_sync on edge exists already and is no queue. / Rename it, or name another table as "pendingSync.table" in the file.',
    ]);
    assert.deepEqual(findingLines(planOf({ relations: [queueTable(OURS, { kind: 'view' })] })), [
      'error nameTaken edge: pgtopology.pending_sync on edge is a view. / Rename it, or name another table as "pendingSync.table" in the file.',
    ]);
  });

  it('who may, and where it may not be', () => {
    assert.deepEqual(findingLines(planOf({ role: plainRole() })), [
      'error privilege edge: deployer may not create a schema in the database app on edge (42501). / Grant it, or let another role do it ("adminUser" in the file).',
      '  GRANT CREATE ON DATABASE "app" TO "deployer";',
    ]);
    const inPublic = { table: { schema: 'public', name: 'pending_sync' } };
    const schemas = [{ name: 'public', owner: 'postgres', canCreate: false, canUse: true }];
    assert.deepEqual(findingLines(planOf({ role: plainRole(), schemas }, inPublic)), [
      'error privilege edge: deployer may not create tables in the schema public on edge (42501). / Grant it, or let another role do it ("adminUser" in the file).',
      '  GRANT USAGE, CREATE ON SCHEMA "public" TO "deployer";',
    ]);
    assert.deepEqual(findingLines(planOf({}, { table: { schema: 'pg_queue', name: 'q' } })), [
      "error illegalName edge: pg_queue cannot be a schema of yours: names that begin with pg_ are Postgres' own (42939). / Use pgtopology.",
    ]);
    assert.deepEqual(findingLines(planOf({ server: { isInRecovery: true } })), [
      'error standby edge: edge is a standby and takes no changes (25006). / Use its primary.',
    ]);
    assert.match(findingLines(planOf({}, { primaryId: 'edge' }))[0] ?? '', /^error sameServer/);
    assert.match(findingLines(planOf({}, { primaryId: 'other' }))[0] ?? '', /^error notFound/);
  });

  it('a publication that takes it in by itself, and who stops', () => {
    const nodes = [
      declared('central', { subscriptions: [subscription('edge_sub', 'edge')] }),
      declared('edge'),
    ];
    const edge = catalog('edge', {
      publications: [
        publication('app_pub', [], { allTables: true }),
        publication('some_pub', ['jobs']),
      ],
      slots: [slotFacts('edge_sub'), slotFacts('stranger'), slotFacts('pg_16385_sync_16390_7')],
    });
    assert.deepEqual(findingLines(planInstallPendingSync(REQUEST, context([edge], { nodes }))), [
      'warning allTables edge: app_pub on edge would publish pgtopology.pending_sync by itself, and the queue belongs to edge alone: edge_sub on central, whoever reads the slot stranger may stop at the first queued write. / Let the publication name its tables, or create the table on its subscribers first.',
    ]);
  });

  it('an application that queues by itself is told what it needs', () => {
    const queue = { primary: 'central', table: TABLE, capture: 'application', tables: [] } as const;
    const nodes = [declared('central'), declared('edge', { pendingSync: queue })];
    const plan = planInstallPendingSync(REQUEST, context([catalog('edge')], { nodes }));
    assert.deepEqual(plan.fileChanges, []);
    assert.deepEqual(findingLines(plan), [
      'note privilege edge: The application on edge queues by itself, so its role must be allowed to. / Put its role in the place of "application".',
      '  GRANT USAGE ON SCHEMA "pgtopology" TO "application";',
      '  GRANT INSERT, SELECT ON "pgtopology"."pending_sync" TO "application";',
    ]);
  });

  it('the monitor knows the same shapes', () => {
    const watched = { current: 'current', partial: 'current', old: 'old', other: 'other' } as const;
    for (const columns of [OURS, OURS.filter((name) => name !== 'key'), OLD, ['id']]) {
      const seen = knownQueue({ columns: [...columns], indexedColumns: [], isReadable: true });
      assert.equal(seen.shape, watched[queueShapeOf(new Set(columns))]);
    }
  });
});
