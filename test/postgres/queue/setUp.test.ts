import assert from 'node:assert/strict';
import { isRunnable } from '../../../src/core/plan/plan';
import { shownSql } from '../../../src/core/plan/sqlText';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import { edgeSetUpSql, primarySetUpSql } from '../../../src/core/queue/setUpSql';
import { scramVerifier } from '../../../src/host/scramVerifier';
import { createLogin } from '../../clusters/access';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { codes, PlanRig } from '../plans/planRig';
import { drain, preview } from './drain/drainRig';
import { QueueRig } from './queueRig';
import { objectsOf, OLDER_GUARD, plannedSetUp, requestOf } from './setUpSupport';

const DRAINER = 'drain"er';
const TABLES = { 'public.jobs': 'newest-wins', '"Od""d"."ta.ble"': 'edge-wins' } as const;

forEachMajor('Set Up Edge', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(
      `CREATE TABLE public.jobs (id uuid PRIMARY KEY, title text, updated_at timestamptz);
       CREATE SCHEMA "Od""d"; CREATE TABLE "Od""d"."ta.ble" (k text, "Val'ue" jsonb, part int, PRIMARY KEY (k, part)) PARTITION BY LIST (part);
       CREATE TABLE "Od""d".p1 PARTITION OF "Od""d"."ta.ble" DEFAULT;
       CREATE TABLE public.bare (a int); CREATE TABLE public.keyed (a int PRIMARY KEY, b text)`,
    );
    for (const cluster of rig.clusters.all) await createLogin(cluster, 'watcher');
  });

  after(async () => {
    await rig.stop();
  });

  const full = () =>
    requestOf(TABLES, {
      drainer: { name: DRAINER, verifier: { secret: 'verifier' } },
      subscription: {
        publication: 'to_edge',
        create: {
          nodeId: 'edge',
          name: 'from_primary',
          publisherId: 'primary',
          publications: ['to_edge'],
          connection: [
            { keyword: 'host', value: '127.0.0.1' },
            { keyword: 'port', value: String(rig.primary.port) },
            { keyword: 'dbname', value: 'postgres' },
            { keyword: 'user', value: 'postgres' },
          ],
          connectionTest: { kind: 'notTried', why: 'This is a test.' },
          slotName: 'from_primary',
          usesExistingSlot: false,
          copyData: true,
          options: {},
        },
      },
    });
  const users = { edge: 'watcher', primary: 'watcher' };
  const secrets = () => ({ verifier: scramVerifier('c4n4ry') });

  it('makes everything on both nodes by one plan, finds nothing to do then, and takes it all back', async () => {
    const before = [await objectsOf(rig.edge), await objectsOf(rig.primary)];
    await rig.primary.query(
      `INSERT INTO public.jobs VALUES ('00000000-0000-4000-8000-000000000001', 'copied')`,
    );
    await rig.edge.query(
      `INSERT INTO public.jobs VALUES ('00000000-0000-4000-8000-000000000001', 'stale')`,
    );
    const plan = await plannedSetUp(rig.plans, full(), users);
    assert.deepEqual(
      plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`),
      [
        'edge: Try the connection from edge to primary',
        'primary: Create the ledger of drained operations',
        'primary: Let watcher use pgtopology.edge, pgtopology.conflict, pgtopology.sync_metric',
        `primary: Create role ${DRAINER}`,
        `primary: Grant what ${DRAINER} needs`,
        'edge: Create the table pgtopology.pending_sync',
        'edge: Create what knows the edge and queues its writes',
        'edge: Let watcher use pgtopology.pending_sync, pgtopology.edge_identity',
        `edge: Create role ${DRAINER}`,
        `edge: Let ${DRAINER} use pgtopology.pending_sync, pgtopology.edge_identity`,
        'edge: Guard public.jobs against its own echo',
        'edge: Guard "Od""d"."ta.ble" against its own echo',
        'edge: Capture the writes of public.jobs',
        'edge: Capture the writes of "Od""d"."ta.ble"',
        'primary: Create publication to_edge',
        'edge: Create subscription from_primary',
      ],
    );
    assert.ok(
      !plan.steps
        .flatMap(({ statements }) => statements.map(shownSql))
        .join()
        .includes('c4n4ry'),
    );
    assert.deepEqual(plan.fileChanges[0], {
      path: ['nodes', 'edge', 'pendingSync'],
      value: {
        primary: 'primary',
        drainUser: DRAINER,
        tables: { 'public.jobs': 'newest-wins', '"Od""d"."ta.ble"': 'edge-wins' },
      },
    });
    const report = await rig.plans.done(plan, secrets());
    await waitFor(async () => (await rig.rows(rig.edge, 'public.jobs')).join().includes('copied'), {
      what: 'the copy has replaced the stale row',
    });

    await rig.edge.query(`UPDATE public.jobs SET title = 'edited'`);
    await rig.edge.query(`INSERT INTO "Od""d"."ta.ble" VALUES ('a', '{}', 1)`);
    for (const table of ['public.jobs', '"Od""d"."ta.ble"', '"Od""d".p1']) {
      await assert.rejects(rig.edge.query(`TRUNCATE ${table}`), /cannot be queued/u);
    }
    assert.deepEqual(
      (await rig.queued()).map(({ table_name, operation }) => [table_name, operation]),
      [
        ['jobs', 'UPDATE'],
        ['ta.ble', 'INSERT'],
      ],
    );
    await asDrainerAndWatcher();

    const again = await plannedSetUp(rig.plans, full(), users);
    assert.deepEqual(
      [again.steps.map(({ title }) => title), codes(again)],
      [[], ['note nothingToDo edge']],
    );

    await rig.edge.query(OLDER_GUARD);
    const upgrade = await plannedSetUp(rig.plans, full(), users);
    assert.deepEqual(
      upgrade.steps.map(({ title, risk, statements }) => [title, risk, statements.length]),
      [['Upgrade the functions of its triggers', 'safe', 2]],
    );
    await rig.plans.done(upgrade);
    assert.equal((await plannedSetUp(rig.plans, full(), users)).steps.length, 0);

    await rig.edge.query(
      `CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER "a BEFORE INSERT" BEFORE INSERT OR UPDATE OF title ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.look();
       CREATE TRIGGER after AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.look();
       CREATE TRIGGER zero BEFORE INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.look();
       CREATE TRIGGER ordinary BEFORE INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.look();
       ALTER TABLE public.jobs ENABLE ALWAYS TRIGGER "a BEFORE INSERT", ENABLE ALWAYS TRIGGER after, ENABLE REPLICA TRIGGER zero`,
    );
    const twice = await plannedSetUp(rig.plans, full(), users);
    assert.deepEqual(codes(twice), ['warning firingTrigger edge', 'note nothingToDo edge']);
    assert.match(
      twice.findings[0]?.text ?? '',
      /^The trigger a BEFORE INSERT of public\.jobs .* twice/u,
    );
    await rig.edge.query('DROP FUNCTION public.look CASCADE');

    await rig.edge.query('ALTER TABLE public.jobs ADD COLUMN late json');
    await rig.primary.query('ALTER TABLE public.jobs ADD COLUMN late json');
    await rig.edge.query(`CREATE TABLE "Od""d".p7 PARTITION OF "Od""d"."ta.ble" FOR VALUES IN (7)`);
    const later = await plannedSetUp(rig.plans, full(), users);
    assert.deepEqual(
      later.steps.map(({ title }) => title),
      ['Capture the writes of public.jobs', 'Refuse TRUNCATE of partitions of "Od""d"."ta.ble"'],
    );
    await rig.plans.done(later);
    await assert.rejects(rig.edge.query('TRUNCATE "Od""d".p7'), /cannot be queued/u);
    await rig.edge.query('DROP TABLE "Od""d".p7');
    await rig.everywhere('ALTER TABLE public.jobs DROP COLUMN late');

    await rig.plans.undo(report);
    assert.deepEqual([await objectsOf(rig.edge), await objectsOf(rig.primary)], before);
    await rig.everywhere(`TRUNCATE public.jobs, "Od""d"."ta.ble"`);
  });

  /** Least privilege: what a drain and a monitor do works, and nothing else does. */
  async function asDrainerAndWatcher(): Promise<void> {
    const user = DRAINER;
    await rig.edge.query(
      `SELECT data FROM pgtopology.pending_sync; UPDATE pgtopology.pending_sync SET attempts = 0;
       UPDATE pgtopology.edge_identity SET batches = 0; SELECT system_identifier FROM pg_control_system()`,
      undefined,
      { user },
    );
    await rig.primary.query(
      `INSERT INTO pgtopology.edge (edge_id, name, system_identifier) VALUES (gen_random_uuid(), 'x', '1');
       INSERT INTO pgtopology.sync_metric (edge_id, edge, depth, drained, conflicts) VALUES (gen_random_uuid(), 'x', 0, 0, 0);
       DELETE FROM pgtopology.edge; DELETE FROM pgtopology.sync_metric; DELETE FROM pgtopology.conflict; DELETE FROM pgtopology.applied_operation;
       INSERT INTO public.jobs VALUES (gen_random_uuid(), 'by the drainer'); DELETE FROM public.jobs WHERE title = 'by the drainer'`,
      undefined,
      { user },
    );
    for (const [cluster, sql] of [
      [rig.edge, 'INSERT INTO public.jobs VALUES (gen_random_uuid())'],
      [rig.edge, 'SELECT FROM public.jobs'],
      [
        rig.edge,
        `INSERT INTO pgtopology.pending_sync (table_name, operation) VALUES ('a', 'INSERT')`,
      ],
      [rig.primary, 'SELECT FROM public.bare'],
      [rig.primary, 'TRUNCATE public.jobs'],
      [rig.primary, 'CREATE TABLE pgtopology.mine (a int)'],
    ] as const) {
      await assert.rejects(cluster.query(sql, undefined, { user }), /permission denied/u, sql);
    }
    await rig.edge.query('SELECT FROM pgtopology.pending_sync', undefined, { user: 'watcher' });
    await rig.primary.query(
      'SELECT FROM pgtopology.conflict; SELECT FROM pgtopology.sync_metric',
      undefined,
      { user: 'watcher' },
    );
    await assert.rejects(
      rig.edge.query('DELETE FROM pgtopology.pending_sync', undefined, { user: 'watcher' }),
      /permission denied/u,
    );
  }

  it('takes generated and identity columns, domains, enums, composites and whatever else has a text', async () => {
    await rig.everywhere(
      `CREATE TYPE public.mood AS ENUM ('so', 'la la'); CREATE DOMAIN public.short AS text CHECK (length(value) < 9);
       CREATE TYPE public.pair AS (a int, b text);
       CREATE TABLE public.odd (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice int GENERATED ALWAYS AS (3 * 2) STORED,
         m public.mood, s public.short, p public.pair, ps public.pair[], r int4range, b bytea, i interval,
         f float8, j json, x xml)`,
    );
    const request = requestOf({ 'public.odd': 'primary-wins' });
    const plan = await plannedSetUp(rig.plans, request);
    assert.deepEqual(codes(plan), ['warning uniqueKey edge']);
    const report = await rig.plans.done(plan);
    await rig.edge.query(
      `SET bytea_output = escape; SET intervalstyle = postgres_verbose;
       INSERT INTO public.odd (m, s, p, ps, r, b, i, f, j, x)
       VALUES ('la la', 'short', (1, 'a"b'), ARRAY[(1, NULL)]::public.pair[], '[1,5)', '\\x00ff', '1 day', '-0', '{"a": 1,  "a": 2}', '<a/>')`,
    );
    const [queued] = await rig.queued();
    assert.deepEqual(JSON.parse(queued?.data ?? ''), {
      id: 1,
      twice: 6,
      m: 'la la',
      s: 'short',
      p: '(1,"a""b")',
      ps: '{"(1,)"}',
      r: '[1,5)',
      b: '\\x00ff',
      i: 'P1D',
      f: '-0',
      j: '{"a": 1,  "a": 2}',
      x: '<a/>',
    });
    await rig.plans.undo(report);
    await rig.everywhere(
      'DROP TABLE public.odd; DROP TYPE public.pair; DROP TYPE public.mood; DROP DOMAIN public.short',
    );
  });

  it('drains as the role that it made, which needs no other right, and never past row-level security', async () => {
    const before = [await objectsOf(rig.edge), await objectsOf(rig.primary)];
    await rig.everywhere(
      `CREATE SCHEMA kinds; CREATE TYPE kinds.mood AS ENUM ('so', 'la la'); CREATE DOMAIN kinds.word AS kinds.mood;
       CREATE TABLE public.typed (id int PRIMARY KEY, m kinds.mood, ms kinds.mood[], w kinds.word);
       CREATE TABLE public.kept (id int PRIMARY KEY, n int)`,
    );
    const request = requestOf(
      { 'public.typed': 'edge-wins', 'public.kept': 'primary-wins' },
      { drainer: { name: 'least', verifier: null } },
    );
    const report = await rig.plans.done(await plannedSetUp(rig.plans, request));
    const pendingSync = {
      ...{ primary: 'primary', table: request.queue, capture: request.capture },
      ...{ tables: request.tables, drainUser: 'least' },
    };
    const edgeNode = { ...rig.edgeNode(), pendingSync };
    await rig.primary.query(
      `INSERT INTO public.typed VALUES (1, 'so'); INSERT INTO public.kept VALUES (1, 1)`,
    );
    await rig.edge.query(
      `INSERT INTO public.typed VALUES (1, 'la la', '{so}', 'so'), (2, 'so', NULL, NULL), (3, 'so', NULL, NULL); INSERT INTO public.kept VALUES (1, 2), (2, 2), (3, 3);
       UPDATE public.typed SET ms = '{so,la la}' WHERE id = 2; DELETE FROM public.typed WHERE id = 3`,
    );
    const drained = await drain(rig, { edgeNode });
    assert.equal(await rig.depth(), 0, JSON.stringify(drained.end));
    assert.deepEqual(await rig.rows(rig.primary, 'public.typed'), [
      '(1,"la la",{so},so)',
      '(2,so,"{so,""la la""}",)',
    ]);
    assert.deepEqual(await rig.rows(rig.primary, 'public.kept'), ['(1,1)', '(2,2)', '(3,3)']);

    await rig.primary.query(
      'ALTER TABLE public.kept ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON public.kept USING (false)',
    );
    const warned = await plannedSetUp(rig.plans, request);
    assert.deepEqual(codes(warned), ['warning privilege primary', 'note nothingToDo edge']);
    await rig.edge.query('DELETE FROM public.kept WHERE id = 2');
    const stopped = await drain(rig, { edgeNode });
    assert.match(JSON.stringify(stopped.end), /row-level security|42501/u);
    assert.deepEqual(await rig.rows(rig.primary, 'public.kept'), ['(1,1)', '(2,2)', '(3,3)']);
    assert.equal(await rig.depth(), 1);
    await rig.primary.query(warned.findings[0]?.fix?.copy ?? '');
    assert.deepEqual(codes(await plannedSetUp(rig.plans, request)), ['note nothingToDo edge']);

    // A role under which no foreign key is checked, and that may not say otherwise.
    await rig.primary.query('ALTER ROLE least SET session_replication_role = replica');
    const refused = await drain(rig, { edgeNode });
    assert.match(JSON.stringify(refused.end), /session_replication_role/u);
    assert.equal(await rig.depth(), 1);
    await rig.primary.query('ALTER ROLE least RESET session_replication_role');
    await drain(rig, { edgeNode });
    assert.deepEqual(await rig.rows(rig.primary, 'public.kept'), ['(1,1)', '(3,3)']);

    await rig.plans.undo(report);
    await rig.everywhere('DROP TABLE public.typed, public.kept; DROP SCHEMA kinds CASCADE');
    assert.deepEqual([await objectsOf(rig.edge), await objectsOf(rig.primary)], before);
  });

  it('refuses a database that knows no characters as an edge, also one that was set up', async () => {
    await rig.edge.query(
      `CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    const plans = new PlanRig({
      primary: { cluster: rig.primary },
      edge: { cluster: rig.edge, database: 'bytes' },
    });
    const bytes = await rig.edge.connect({ database: 'bytes' });
    await bytes.query('CREATE TABLE public.keyed (a int PRIMARY KEY, b text)');
    const plan = await plannedSetUp(plans, requestOf({ 'public.keyed': 'primary-wins' }));
    assert.equal(isRunnable(plan), false);
    assert.deepEqual(codes(plan), ['error columnType edge']);
    assert.match(plan.findings[0]?.text ?? '', /database on edge is SQL_ASCII/u);

    await rig.primary.query(`CREATE SCHEMA pgtopology`);
    for (const sql of primarySetUpSql()) await rig.primary.query(sql);
    const setUp = { queue: DEFAULT_QUEUE, captured: [], guarded: [] };
    for (const sql of edgeSetUpSql(setUp)) await bytes.query(sql);
    await bytes.query(
      `INSERT INTO pgtopology.pending_sync (table_name, operation, data)
       VALUES ('keyed', 'INSERT', jsonb_build_object('a', 1, 'b', convert_from('\\xe4', 'SQL_ASCII')))`,
    );
    await bytes.end();
    const node = rig.edgeNode();
    const edgeNode = { ...node, connection: { ...node.connection, dbname: 'bytes' } };
    const { refusals } = await preview(rig, { edgeNode });
    const { end } = await drain(rig, { edgeNode });
    await rig.edge.query('DROP DATABASE bytes');
    await rig.primary.query('DROP SCHEMA pgtopology CASCADE');
    assert.match(refusals.join(), /database on edge is SQL_ASCII/u);
    assert.deepEqual(end, { kind: 'refused', reasons: refusals });
  });

  it('takes a time without zone for none', async () => {
    await rig.everywhere(
      'CREATE TABLE public.zoned (id int PRIMARY KEY, updated_at timestamp); CREATE TABLE public.zoned_too (id int PRIMARY KEY, updated_at timestamp(3))',
    );
    const request = requestOf({ 'public.zoned': 'newest-wins', 'public.zoned_too': 'merge' });
    const plan = await plannedSetUp(rig.plans, request);
    assert.deepEqual(codes(plan).toSorted(), [
      'error missingColumn primary',
      'warning columnType primary',
    ]);
    for (const { fix, nodeId } of plan.findings) {
      if (nodeId === 'primary') await rig.everywhere(fix?.copy ?? '');
    }
    assert.deepEqual(codes(await plannedSetUp(rig.plans, request)), []);
    await rig.everywhere('DROP TABLE public.zoned, public.zoned_too');
  });

  it('refuses by name what cannot work, before anything is made', async () => {
    const before = [await objectsOf(rig.edge), await objectsOf(rig.primary)];
    const refusals = async (
      table: string,
      policy: 'primary-wins' | 'newest-wins' = 'primary-wins',
    ) =>
      codes(await plannedSetUp(rig.plans, requestOf({ 'public.jobs': policy, [table]: policy })));
    assert.deepEqual(await refusals('public.nowhere'), [
      'error missingTable edge',
      'error missingTable primary',
    ]);
    assert.deepEqual(await refusals('public.bare'), [
      'error unfitTable edge',
      'error unfitTable primary',
    ]);
    assert.deepEqual(await refusals('public.keyed', 'newest-wins'), [
      'error missingColumn primary',
    ]);
    assert.deepEqual(await refusals('"Od""d"."ta.ble"'), []);
    assert.deepEqual(
      codes(
        await plannedSetUp(
          rig.plans,
          requestOf({ '"Od""d"."ta.ble"': 'manual', '"Od""d".p1': 'manual' }),
        ),
      ),
      ['error unfitTable edge'],
    );
    await rig.edge.query(
      'ALTER TABLE public.keyed ADD COLUMN own int, ALTER COLUMN b TYPE varchar(9)',
    );
    await rig.primary.query('ALTER TABLE public.keyed ADD COLUMN updated_at text');
    assert.deepEqual(await refusals('public.keyed', 'newest-wins'), [
      'error missingColumn primary',
      'error missingColumn primary',
      'warning columnType primary',
    ]);
    await rig.edge.query(
      'ALTER TABLE public.keyed DROP CONSTRAINT keyed_pkey, DROP COLUMN own, ADD PRIMARY KEY (b)',
    );
    assert.deepEqual(await refusals('public.keyed'), [
      'error uniqueKey edge',
      'warning columnType primary',
    ]);
    await rig.edge.query(
      `ALTER TABLE public.keyed DROP CONSTRAINT keyed_pkey, ADD PRIMARY KEY (a);
       CREATE TABLE public.child (id int PRIMARY KEY, a int REFERENCES public.keyed ON UPDATE CASCADE)`,
    );
    await rig.primary.query('CREATE TABLE public.child (id int PRIMARY KEY, a int)');
    assert.deepEqual(
      codes(
        await plannedSetUp(
          rig.plans,
          requestOf({ 'public.keyed': 'primary-wins', 'public.child': 'primary-wins' }),
        ),
      ),
      ['error unfitTable edge', 'warning columnType primary'],
    );
    await rig.everywhere('DROP TABLE public.child');

    await rig.everywhere(
      `CREATE FUNCTION public.count_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE keyed SET b = b; RETURN NULL; END';
       CREATE TRIGGER counts AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.count_it()`,
    );
    const twice = await plannedSetUp(
      rig.plans,
      requestOf({ 'public.jobs': 'manual', 'public.keyed': 'manual' }),
    );
    assert.deepEqual(codes(twice), ['warning columnType primary', 'warning firingTrigger edge']);
    assert.match(twice.findings[1]?.text ?? '', /counts of public\.jobs .* public\.keyed/u);
    await rig.everywhere('DROP FUNCTION public.count_it CASCADE');
    await rig.everywhere(
      'ALTER TABLE public.keyed DROP COLUMN IF EXISTS updated_at, ALTER COLUMN b TYPE text',
    );

    // A publication of all tables on the primary would send the ledger to a subscriber without it.
    await rig.primary.query(`CREATE PUBLICATION everything FOR ALL TABLES`);
    await rig.edge.query(
      `CREATE SUBSCRIPTION sweep CONNECTION '${rig.primary.conninfo({ database: 'postgres' })}' PUBLICATION everything WITH (copy_data = false)`,
    );
    try {
      const swept = await plannedSetUp(rig.plans, requestOf({ 'public.jobs': 'manual' }));
      assert.deepEqual(codes(swept), ['error allTables edge']);
      await rig.plans.applyFixes(swept);
      assert.deepEqual(
        codes(await plannedSetUp(rig.plans, requestOf({ 'public.jobs': 'manual' }))),
        [],
      );
    } finally {
      await rig.edge.query('DROP SUBSCRIPTION sweep');
      await rig.edge.query('DROP SCHEMA pgtopology CASCADE');
      await rig.primary.query('DROP PUBLICATION everything');
    }
    assert.deepEqual([await objectsOf(rig.edge), await objectsOf(rig.primary)], before);
  });
});
