import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  planRemoveQueue,
  type RemoveQueueRequest,
} from '../../../src/core/plan/queue/planRemoveQueue';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import { forEachMajor } from '../../clusters/majors';
import { codes } from '../plans/planRig';
import { QueueRig } from './queueRig';
import { objectsOf, plannedSetUp, queueContext, requestOf } from './setUpSupport';

forEachMajor('Remove Queue', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(
      `CREATE TABLE public.jobs (id uuid PRIMARY KEY, title text);
       CREATE TABLE public.parts (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE public.part_1 PARTITION OF public.parts DEFAULT`,
    );
  });

  after(async () => {
    await rig.stop();
  });

  const planned = async (change: Partial<RemoveQueueRequest> = {}) => {
    const request = {
      nodeId: 'edge',
      primaryId: 'primary',
      queue: DEFAULT_QUEUE,
      dropsAddedColumns: false,
      ...change,
    };
    return planRemoveQueue(request, await queueContext(rig.plans, [], request.queue));
  };
  const state = async () => [await objectsOf(rig.edge), await objectsOf(rig.primary)];

  it('leaves nothing on either node, and says what waits', async () => {
    const before = await state();
    await rig.install(['public.jobs', 'public.parts']);
    await rig.edge.query(`INSERT INTO public.jobs VALUES (gen_random_uuid(), 'waits')`);
    const plan = await planned();
    assert.deepEqual(codes(plan), ['warning losesChanges edge']);
    assert.match(plan.findings[0]?.text ?? '', /^1 operation waits in pgtopology\.pending_sync/u);
    assert.deepEqual(
      plan.steps.map(({ nodeId, title, risk }) => `${nodeId}: ${title} (${risk})`),
      [
        'edge: Take our triggers from public.jobs (interrupts)',
        'edge: Take our triggers from public.parts (interrupts)',
        'edge: Drop the table pgtopology.pending_sync (losesData)',
        'edge: Drop what knew the edge and queued its writes (losesData)',
        'primary: Drop the ledger of drained operations (losesData)',
      ],
    );
    await rig.plans.done(plan);
    assert.deepEqual(await state(), before);
    await rig.edge.query(
      'INSERT INTO public.jobs VALUES (gen_random_uuid()); TRUNCATE public.parts',
    );
    const again = await planned();
    assert.deepEqual([again.steps.length, codes(again)], [0, ['note nothingToDo edge']]);
  });

  it('is done by hand as well, by the script that the documentation shows', async () => {
    const roles = 'SELECT rolname FROM pg_roles WHERE oid >= 16384 ORDER BY rolname';
    const everything = async () => [
      await state(),
      await rig.edge.query(roles),
      await rig.primary.query(roles),
    ];
    const before = await everything();
    const tables = ['public.jobs', 'public.parts'];
    await rig.install(tables);
    // The partition's own trigger, and a role with its rights.
    await rig.plans.done(
      await plannedSetUp(
        rig.plans,
        requestOf(Object.fromEntries(tables.map((table) => [table, 'manual'] as const)), {
          drainer: { name: 'queue_drainer', verifier: null },
        }),
      ),
    );
    assert.notDeepEqual(await everything(), before);
    for (const { where, sql } of scriptOfDocumentation()) {
      for (const [name, cluster] of [
        ['edge', rig.edge],
        ['primary', rig.primary],
      ] as const) {
        if (where === name || where === 'both') await cluster.query(sql);
      }
    }
    assert.deepEqual(await everything(), before);
    await rig.edge.query(
      'INSERT INTO public.jobs VALUES (gen_random_uuid()); TRUNCATE public.parts',
    );
  });

  it('leaves the ledger to other edges, and a schema in which something else stands', async () => {
    await rig.install(['public.jobs']);
    await rig.everywhere('CREATE TABLE pgtopology.of_somebody_else (a int)');
    // One edge is registered, and it is another one: it stands in another file, and this one has never drained.
    const register = (id: string) =>
      rig.primary.query(
        `INSERT INTO pgtopology.edge (edge_id, name, system_identifier) VALUES ($1, 'edge', '1')`,
        [id],
      );
    const other = '00000000-0000-4000-8000-000000000001';
    const early = await planned();
    await register(other);
    const plan = await planned();
    assert.deepEqual(codes(plan), ['warning stillTaken primary']);
    assert.match(plan.findings[0]?.text ?? '', new RegExp(other, 'u'));
    assert.ok(plan.steps.every(({ nodeId }) => nodeId === 'edge'));
    await rig.primary.query('DELETE FROM pgtopology.edge');
    const [own] = await rig.edge.query<{ id: string }>(
      'SELECT edge_id::text AS id FROM pgtopology.edge_identity',
    );
    await register(own?.id ?? '');
    assert.equal((await planned()).steps.at(-1)?.nodeId, 'primary');
    // It registers after the plan was made.
    await register(other);
    const report = await rig.plans.run(early);
    assert.deepEqual(
      report.outcomes.map(({ state: outcome }) => outcome),
      ['done', 'done', 'done', 'failed'],
    );
    await rig.edge.query('SELECT FROM pgtopology.of_somebody_else');
    await rig.primary.query('DELETE FROM pgtopology.edge');
    await rig.plans.done(await planned());
    await rig.everywhere('DROP TABLE pgtopology.of_somebody_else; DROP SCHEMA pgtopology');
  });

  it('keeps the table of an application, and takes what was added only when asked', async () => {
    const queue = { schema: 'public', name: 'pending_sync' };
    await rig.edge.query(
      `CREATE TABLE public.pending_sync (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), table_name text, operation text, data jsonb,
         created_at timestamptz DEFAULT now(), synced_at timestamptz, error text);
       INSERT INTO public.pending_sync (table_name, operation, data) VALUES ('jobs', 'INSERT', '{}')`,
    );
    const before = await state();
    await rig.plans.done(
      await plannedSetUp(
        rig.plans,
        requestOf({ 'public.jobs': 'manual' }, { queue, capture: 'application' }),
      ),
    );
    const kept = await planned({ queue });
    assert.deepEqual(codes(kept), ['warning losesChanges edge', 'note oldShape edge']);
    assert.ok(!kept.steps.some(({ title }) => title.includes('pending_sync')));
    await rig.plans.done(await planned({ queue, dropsAddedColumns: true }));
    assert.deepEqual(await state(), before);
    assert.equal((await rig.edge.query('SELECT FROM public.pending_sync')).length, 1);
  });
});

interface ScriptPart {
  readonly where: string;
  readonly sql: string;
}

/** The parts of the SQL that docs/queue.md ends with, each with the node that its comment names. */
function scriptOfDocumentation(): readonly ScriptPart[] {
  const text = fs.readFileSync(path.join('docs', 'queue.md'), 'utf8');
  const section = text.slice(text.indexOf('## How to remove it all'));
  const script = /```sql\n([^]*?)```/u.exec(section)?.[1] ?? '';
  const parts = script.split(/^(?=-- On )/mu).map((sql) => ({
    where: /^-- On (?:the )?(edge|primary|both)/u.exec(sql)?.[1] ?? '',
    sql,
  }));
  assert.deepEqual(
    parts.map(({ where }) => where),
    ['edge', 'primary', 'both', 'both'],
  );
  return parts;
}
