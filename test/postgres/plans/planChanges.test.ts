import assert from 'node:assert/strict';
import { draftChanges } from '../../../src/core/plan/changes/planChanges';
import type { Plan, PlanStep } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import { requirePasswords } from '../../clusters/access';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor, SUPPORTED_MAJORS } from '../../clusters/majors';
import { TopologySource } from '../../clusters/topology/topologySource';
import { waitFor } from '../../clusters/waitFor';
import { untilNoSessions } from '../pg/support';
import { ChangesRig, LOGIN, PASSWORD } from './changesRig';
import { PlanProcesses } from './planProcesses';
import { codes, untilReady, type RigNode } from './planRig';

const IS_SOAK = process.env['SOAK'] === '1';
const EXAMPLE = TopologySource.example('centralcloud');

forEachMajor('Plan Changes', function (major) {
  // The loss of a server looks the same to all versions: the oldest and the newest lose one, and in the soak all do.
  const isAtAnEnd = IS_SOAK || major === SUPPORTED_MAJORS[0] || major === SUPPORTED_MAJORS.at(-1);
  let clusters: Clusters;
  let central: RigNode;
  let singularity: RigNode;
  let genesis: RigNode;
  let rig: ChangesRig;

  before(async function () {
    clusters = new Clusters(major);
    const [publisher, edge] = await Promise.all(
      // After a loss its workers try again soon.
      ['central', 'edge'].map(async (name) =>
        (await clusters.add(name, { conf: { wal_retrieve_retry_interval: 200 } })).start(),
      ),
    );
    assert.ok(publisher !== undefined && edge !== undefined);
    await publisher.query('CREATE DATABASE central_services');
    await edge.query('CREATE DATABASE singularity');
    await edge.query('CREATE DATABASE genesis');
    central = { cluster: publisher, database: 'central_services' };
    singularity = { cluster: edge, database: 'singularity' };
    genesis = { cluster: edge, database: 'genesis' };
    await on(central, tablesAlone(EXAMPLE.setupSql('central') ?? ''));
    await requirePasswords(publisher);
    rig = new ChangesRig({ central, singularity, genesis }, EXAMPLE.topologyFileText());
  });

  after(async () => {
    await clusters.stop();
  });

  const on = async <Row extends object>(node: RigNode, sql: string) =>
    node.cluster.query<Row>(sql, undefined, { database: node.database ?? 'postgres' });

  async function untilHealthy(): Promise<void> {
    await untilReady(singularity, 'patterns_sub', ['approved_patterns']);
    await untilReady(genesis, 'job_stats_sub', ['job_statistics']);
    await untilReady(genesis, 'metrics_sub', ['execution_metrics']);
  }

  /** Every object that a plan of changes makes, by name. Slots of table copies that ended are gone a moment later. */
  async function made(): Promise<unknown> {
    const [upstream] = await on<{ made: unknown }>(
      central,
      `SELECT json_build_object(
         'roles', (SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles WHERE oid >= 16384),
         'publications', (SELECT json_agg(pubname ORDER BY pubname) FROM pg_publication),
         'slots', (SELECT json_agg(slot_name ORDER BY slot_name) FROM pg_replication_slots)) AS made`,
    );
    const downstream = await Promise.all(
      [singularity, genesis].map((node) =>
        on<{ made: unknown }>(
          node,
          `SELECT json_build_object(
             'tables', (SELECT json_agg(c.relname ORDER BY c.relname) FROM pg_class AS c
                         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace),
             'subscriptions', (SELECT json_agg(s.subname ORDER BY s.subname) FROM pg_subscription AS s
                                WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))) AS made`,
        ),
      ),
    );
    return [upstream?.made, ...downstream.map(([row]) => row?.made)];
  }

  const END = [
    {
      roles: [LOGIN],
      publications: [
        'approved_patterns_pub',
        'execution_metrics_pub',
        'job_statistics_pub',
        'sync_log_pub',
      ],
      slots: ['job_stats_sub', 'metrics_sub', 'patterns_sub'],
    },
    { tables: ['approved_patterns'], subscriptions: ['patterns_sub'] },
    {
      tables: ['execution_metrics', 'job_statistics'],
      subscriptions: ['job_stats_sub', 'metrics_sub'],
    },
  ];

  async function untilMade(expected: unknown): Promise<void> {
    await waitFor(
      async () => {
        const found = await made();
        assert.deepEqual(found, expected);
        return true;
      },
      { what: 'everything of the plan is there, and nothing else' },
    );
  }

  /**
   * A server that is killed between the end of a table copy and the dropping of its slot leaves that for ever, whoever made the
   * subscription. No copy is under way.
   */
  async function dropLostCopySlots(): Promise<void> {
    await on(
      central,
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^pg_[0-9]+_sync_' AND NOT active`,
    );
  }

  /** Everything as before the first plan. */
  async function strip(): Promise<void> {
    for (const [node, names] of [
      [singularity, ['patterns_sub']],
      [genesis, ['job_stats_sub', 'metrics_sub']],
    ] as const) {
      for (const name of names) await on(node, `DROP SUBSCRIPTION ${name}`);
      await on(node, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    }
    await on(
      central,
      `DROP PUBLICATION approved_patterns_pub, job_statistics_pub, execution_metrics_pub, sync_log_pub;
       DROP OWNED BY ${LOGIN}; DROP ROLE ${LOGIN}`,
    );
  }

  it('brings empty subscribers and a bare publisher to the file, and then finds nothing to do', async function () {
    const context = await rig.context([LOGIN]);
    const plan = rig.planOf(context);
    assert.deepEqual(titles(plan), STEPS);
    assert.deepEqual(
      codes(plan).filter(
        (code) => !/passwordExposed|untestedConninfo|sameServer|hbaRule/u.test(code),
      ),
      [],
    );
    await rig.done(plan, rig.secrets);
    await untilHealthy();
    await untilMade(END);
    const foreseen = draftChanges(rig.request(context), context).context;
    assert.deepEqual(seenOf(foreseen), seenOf(await rig.context([LOGIN])));
    const [rows] = await on<{ n: number }>(
      singularity,
      'SELECT count(*)::int AS n FROM approved_patterns',
    );
    assert.equal(rows?.n, 200);
    await on(central, `INSERT INTO job_statistics (job) VALUES ('after the copy')`);
    await waitFor(
      async () =>
        (await on(genesis, `SELECT FROM job_statistics WHERE job = 'after the copy'`)).length === 1,
      { what: 'what is written afterwards arrives' },
    );
    await assertNothingToDo();
    const sent = JSON.stringify([rig.audit.entries, rig.audit.notes]);
    assert.doesNotMatch(sent, /c4n4ry|SCRAM-SHA-256\$/u);
    const stored = await on<{ password: string }>(
      central,
      `SELECT rolpassword AS password FROM pg_authid WHERE rolname = '${LOGIN}'`,
    );
    assert.match(stored[0]?.password ?? '', /^SCRAM-SHA-256\$/u);
    assert.doesNotMatch(central.cluster.readLog(), new RegExp(PASSWORD.slice(0, 6), 'u'));
  });

  async function assertNothingToDo(): Promise<void> {
    const second = await rig.planned();
    assert.deepEqual(titles(second), []);
    assert.deepEqual(
      second.findings.map(({ text }) => text),
      [NOTHING],
    );
  }

  it('says of a node that could not be read no more than that', async () => {
    const why = 'genesis does not answer (ECONNREFUSED).';
    const plan = await rig.planned({ unread: [{ nodeId: 'genesis', why }] }, ['genesis']);
    assert.deepEqual(titles(plan), []);
    assert.deepEqual(
      plan.findings.map(({ text }) => text),
      [
        `genesis was not looked at: ${why}`,
        'central, singularity are as the file says: there is nothing to do.',
      ],
    );
  });

  // Every place at which something can end; by induction over the steps, since each plan must be the rest of the one before.
  for (const end of isAtAnEnd
    ? (['session', 'publisher', 'subscriber'] as const)
    : (['session'] as const)) {
    it(`goes on to the same end after the ${end} was lost between any two steps`, async function () {
      await strip();
      let plan = await rig.planned();
      assert.deepEqual(titles(plan), STEPS);
      let dials = 0;
      while (plan.steps.length > 0) {
        const { dialing, changing } = apart(await interrupted(plan, end));
        assert.deepEqual(titles(changing), titles(plan).slice(1));
        // Once the role is there, subscribers dial before anything else is made; that changes nothing, once is enough.
        if (dials === 0 && dialing.steps.length > 0) {
          dials = dialing.steps.length;
          await rig.done(dialing, rig.secrets);
        }
        plan = changing;
      }
      assert.equal(dials, 3);
      await untilHealthy();
      if (end !== 'session') await dropLostCopySlots();
      await untilMade(END);
      await assertNothingToDo();
    });
  }

  if (isAtAnEnd) {
    it('goes on to the same end after the process that ran it was killed, between steps and within them', async function () {
      const processes = await PlanProcesses.make();
      let kills = 0;
      try {
        for (const round of ROUNDS) {
          await strip();
          for (const { dieBefore, delayMs } of round) {
            const plan = await rig.planned();
            if (plan.steps.length === 0) break;
            const dials = apart(plan).dialing.steps.length;
            const at = Math.min(dials + dieBefore, plan.steps.length - 1);
            const { nodes, secrets } = rig;
            await processes.killed({ plan, nodes, secrets, dieBefore: at, delayMs });
            kills += 1;
            // What it asked for last is over.
            await Promise.all(
              [central, singularity].map(({ cluster }) => untilNoSessions(cluster)),
            );
            // Whatever is there belongs to the end, so the next plan knows it.
            assertWithin(await made());
          }
          const rest = await rig.planned();
          if (rest.steps.length > 0) await rig.done(rest, rig.secrets);
          await untilHealthy();
          await untilMade(END);
          await assertNothingToDo();
        }
      } finally {
        processes.end();
      }
      console.log(`      ${kills} kills of the process that ran the plan`);
      assert.ok(kills >= 3);
    });
  }

  /** Names of the end, and of slots of table copies, which end by themselves. */
  function assertWithin(found: unknown): void {
    const known = new Set(JSON.stringify(END).match(/\w+/gu));
    const strange = (JSON.stringify(found).match(/\w+/gu) ?? []).filter(
      (name) => !known.has(name) && name !== 'null' && !/^pg_\d+_sync_/u.test(name),
    );
    assert.deepEqual(strange, []);
  }

  it('heals every kind of drift, and drops nothing that the file does not mention', async function () {
    rig.declare(
      EXAMPLE.topologyFileText()
        .replace('["public.job_statistics"]', '["public.job_statistics", "public.sync_log"]')
        .replace(
          '"publications": ["execution_metrics_pub"]',
          '"publications": ["execution_metrics_pub", "approved_patterns_pub"], "streaming": true',
        ),
    );
    await on(singularity, 'ALTER SUBSCRIPTION patterns_sub DISABLE');
    await waitFor(
      async () =>
        (
          await on(
            central,
            'SELECT FROM pg_replication_slots AS s JOIN pg_stat_activity AS a ON a.pid = s.active_pid',
          )
        ).length === 2,
      { what: 'the slots of the other two are read' },
    );
    await on(genesis, 'ALTER TABLE execution_metrics DROP COLUMN details');
    await on(
      central,
      `CREATE PUBLICATION extra_pub FOR TABLE sync_log;
       ALTER PUBLICATION approved_patterns_pub ADD TABLE execution_metrics;
       INSERT INTO sync_log (source, message) VALUES ('test', 'before the copy')`,
    );
    const plan = await rig.planned();
    assert.deepEqual(titles(plan), [
      'singularity: Create table public.execution_metrics',
      'genesis: Create table public.sync_log',
      'genesis: Create table public.approved_patterns',
      'genesis: Add details to public.execution_metrics',
      `central: Let ${LOGIN} read public.sync_log`,
      'central: Change publication job_statistics_pub',
      'genesis: Refresh subscription job_stats_sub',
      'singularity: Enable subscription patterns_sub',
      'singularity: Refresh subscription patterns_sub',
      'genesis: Set streaming of metrics_sub',
      'genesis: Set the publications of metrics_sub',
    ]);
    assert.deepEqual(
      plan.findings.filter(({ severity }) => severity !== 'warning').map(({ text }) => text),
      [KEPT],
    );
    await rig.done(plan);
    await untilReady(singularity, 'patterns_sub', ['approved_patterns', 'execution_metrics']);
    await untilReady(genesis, 'job_stats_sub', ['job_statistics', 'sync_log']);
    await untilReady(genesis, 'metrics_sub', ['approved_patterns', 'execution_metrics']);
    const second = await rig.planned();
    assert.deepEqual(titles(second), []);
    assert.deepEqual(
      second.findings.map(({ text }) => text),
      [KEPT, NOTHING],
    );
    const publications = await on<{ name: string }>(
      central,
      `SELECT pubname AS name FROM pg_publication WHERE pubname = 'extra_pub'`,
    );
    assert.equal(publications.length, 1);
  });

  it('drops what the file does not mention when it is asked to', async function () {
    const address = `${central.cluster.conninfo({ database: 'central_services', user: LOGIN })} password=''${PASSWORD.replaceAll("'", "\\''")}''`;
    await on(
      singularity,
      `CREATE TABLE sync_log (id uuid PRIMARY KEY, source text, message text, created_at timestamptz);
       CREATE TABLE mine (id int)`,
    );
    await on(
      singularity,
      `CREATE SUBSCRIPTION old_sub CONNECTION '${address}' PUBLICATION extra_pub WITH (copy_data = false)`,
    );
    const kept = await rig.planned();
    assert.deepEqual(titles(kept), []);
    const plan = await rig.planned({ drops: true });
    assert.deepEqual(titles(plan), [
      'central: Change publication approved_patterns_pub',
      'singularity: Refresh subscription patterns_sub',
      'singularity: Drop subscription old_sub',
      'central: Drop publication extra_pub',
    ]);
    await rig.done(plan);
    await untilReady(singularity, 'patterns_sub', ['approved_patterns']);
    // Nobody here tells where it came from: what stays is named.
    assert.match(plan.findings.map(({ text }) => text).join('\n'), /slot old_sub/u);
    await waitFor(
      async () => {
        await on(central, `SELECT pg_drop_replication_slot('old_sub')`);
        return true;
      },
      { what: 'nobody reads the slot old_sub' },
    );
    assert.deepEqual(titles(await rig.planned({ drops: true })), []);
    await untilMade([
      END[0],
      {
        tables: ['approved_patterns', 'execution_metrics', 'mine', 'sync_log'],
        subscriptions: ['patterns_sub'],
      },
      {
        tables: ['approved_patterns', 'execution_metrics', 'job_statistics', 'sync_log'],
        subscriptions: ['job_stats_sub', 'metrics_sub'],
      },
    ]);
  });

  /** Runs the first step alone, as a window does that is then gone, and plans anew. */
  async function interrupted(
    plan: Plan,
    end: 'session' | 'publisher' | 'subscriber',
  ): Promise<Plan> {
    await rig.done({ ...plan, steps: plan.steps.slice(0, 1) }, rig.secrets);
    if (end === 'publisher') await central.cluster.restart('SIGKILL');
    if (end === 'subscriber') await singularity.cluster.restart('SIGKILL');
    return rig.planned();
  }
});

interface Kill {
  /** Of the plan at that time, tries of connections left out. */
  readonly dieBefore: number;
  readonly delayMs: number;
}

/** Each round strips all, and kills the process that runs the plan, and then that of its rest, and so on. */
const ROUNDS: readonly (readonly Kill[])[] = IS_SOAK
  ? [0, 3, 20, 60].flatMap((delayMs) => [
      // Between any two steps, and then so that each step is once the first.
      Array.from({ length: 24 }, () => ({ dieBefore: 1, delayMs })),
      ...Array.from({ length: 12 }, (_, dieBefore) => [{ dieBefore, delayMs }]),
    ])
  : [
      [
        { dieBefore: 2, delayMs: 0 },
        { dieBefore: 3, delayMs: 3 },
        { dieBefore: 10, delayMs: 15 },
      ],
    ];

const STEPS = [
  'singularity: Create table public.approved_patterns',
  'genesis: Create table public.job_statistics',
  'genesis: Create table public.execution_metrics',
  `central: Create role ${LOGIN}`,
  `central: Let ${LOGIN} read 3 tables`,
  'central: Create publication approved_patterns_pub',
  'central: Create publication job_statistics_pub',
  'central: Create publication execution_metrics_pub',
  'central: Create publication sync_log_pub',
  'singularity: Create subscription patterns_sub',
  'genesis: Create subscription job_stats_sub',
  'genesis: Create subscription metrics_sub',
];

const KEPT =
  'approved_patterns_pub on central publishes public.execution_metrics, which the file does not list; that stays.';
const NOTHING = 'central, singularity, genesis are as the file says: there is nothing to do.';

/** What planners look at, but for what tells how far the servers are. */
function seenOf({ catalogs, definitions }: PlanContext): unknown {
  return [...catalogs.values()].map((catalog) => ({
    nodeId: catalog.nodeId,
    relations: catalog.relations.map((relation) => ({
      ...relation,
      sizeBytes: null,
      rowEstimate: null,
    })),
    schemas: catalog.schemas,
    publications: catalog.publications,
    subscriptions: catalog.subscriptions.map(({ name, owner, isEnabled, slotName, ...rest }) => ({
      name,
      owner,
      isEnabled,
      slotName,
      publications: rest.publications,
      tables: rest.tables.map((table) => `${table.schema}.${table.name}`),
    })),
    slots: catalog.slots.map(({ name, type, plugin, database }) => [name, type, plugin, database]),
    roles: catalog.roles,
    checkedRoles: catalog.checkedRoles.map(({ name, canLogin, isReplication }) => [
      name,
      canLogin,
      isReplication,
    ]),
    definitions: definitions
      .get(catalog.nodeId)
      ?.map((one) => ({ ...one, rowEstimate: null, notCarried: [] }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

/** The tries of connections, which come first, and the rest. */
function apart(plan: Plan): { readonly dialing: Plan; readonly changing: Plan } {
  const isDial = ({ title }: PlanStep) => title.startsWith('Try the connection');
  const first = plan.steps.findIndex((step) => !isDial(step));
  const at = first < 0 ? plan.steps.length : first;
  return {
    dialing: { ...plan, steps: plan.steps.slice(0, at) },
    changing: { ...plan, steps: plan.steps.slice(at) },
  };
}

function titles(plan: Plan): readonly string[] {
  return plan.steps.map(({ nodeId, title }) => `${nodeId}: ${title}`);
}

/** The set-up of the example without the role, and so without its grants. */
function tablesAlone(sql: string): string {
  return sql.replaceAll(/^(CREATE ROLE|GRANT) .*$/gmu, '');
}
