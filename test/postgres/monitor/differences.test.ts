import assert from 'node:assert/strict';
import { routesOf } from '../../../src/core/routing/whereTo';
import type { ChosenPrimary } from '../../../src/core/snapshot';
import { differencesOf, notCompared } from '../../../src/core/differences/differencesOf';
import { joinTopology } from '../../../src/core/join/joinTopology';
import { planChanges } from '../../../src/core/plan/changes/planChanges';
import { isRunnable } from '../../../src/core/plan/plan';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { holderName, holdStatements, releaseStatement } from '../../../src/core/plan/resyncHolder';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { SystemClock } from '../../../src/host/systemClock';
import { Monitor } from '../../../src/monitor/monitor';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { makeGateway, MemoryLog } from '../pg/support';
import { PlanRig, untilReady } from '../plans/planRig';
import { queueContext } from '../queue/setUpSupport';

const ID = 'file:///folder/pg-topology.json';

/** Row filters as people write them; what the server makes of each must be no difference. */
const FILTERS: readonly string[] = [
  `region = 'eu'`,
  `Label <> 'it''s' AND amount > -1.5`,
  `label IN ('eu', 'us') OR NOT active`,
  `made >= '2020-1-1' AND id BETWEEN 1 AND 5`,
  `label LIKE 'a%' AND (label IS NOT NULL)`,
  `"Odd Name" = 1 AND coalesce(amount, 0) > 2`,
];

/** What a workspace would keep. */
class MemoryServers {
  readonly systems = new Map<string, ReadonlyMap<string, string>>();
  chosen: ChosenPrimary | null = null;

  chosenPrimaryOf(): ChosenPrimary | null {
    return this.chosen;
  }

  systemsOf(id: string): ReadonlyMap<string, string> {
    return this.systems.get(id) ?? new Map<string, string>();
  }

  rememberSystems(id: string, systems: ReadonlyMap<string, string>): void {
    this.systems.set(id, systems);
  }
}

forEachMajor('Differences between a file and its servers', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let read: Cluster;
  let edge: Cluster;
  const servers = new MemoryServers();
  const monitors: Monitor[] = [];
  let monitor: Monitor;
  const hasFilters = major >= 15;

  const connection = (cluster: Cluster, dbname = 'postgres') =>
    `postgresql://postgres@127.0.0.1:${cluster.port}/${dbname}`;

  function fileText(at: { readonly central?: Cluster; readonly more?: object } = {}): string {
    const filtered = FILTERS.map((rowFilter, index) => ({
      table: `public.filtered_${index}`,
      rowFilter,
    }));
    const publications = {
      jobs_pub: {
        tables: hasFilters
          ? ['public.jobs', { table: 'public.parts', columns: ['label', 'id'] }, ...filtered]
          : ['public.jobs', 'public.parts'],
        operations: ['update', 'insert'],
        viaPartitionRoot: false,
        ...(major >= 18 ? { generatedColumns: 'none' } : {}),
      },
      all_pub: { allTables: true },
      ...(hasFilters ? { extra_pub: { schemas: ['extra'] } } : {}),
    };
    const subscription = {
      publisher: 'central',
      publications: ['jobs_pub'],
      enabled: true,
      binary: false,
      streaming: 'on',
      synchronousCommit: 'off',
      ...(hasFilters ? { disableOnError: false, twoPhase: false } : {}),
      ...(major >= 16 ? { origin: 'any', runAsOwner: false, passwordRequired: true } : {}),
      ...(major >= 17 ? { failover: false } : {}),
    };
    return JSON.stringify({
      nodes: {
        central: { connection: connection(at.central ?? central), publications },
        read: { connection: connection(read), standbyOf: 'central', slot: 'read_slot' },
        edge: { connection: connection(edge), subscriptions: { jobs_sub: subscription } },
        ...at.more,
      },
    });
  }

  function watch(text: string, memory?: MemoryServers): Monitor {
    const made = new Monitor({
      gateway: makeGateway(),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log: new MemoryLog(),
      join: joinTopology,
      random: Math.random,
      ...(memory === undefined ? {} : { servers: memory }),
    });
    monitors.push(made);
    made.setPolling(1, true);
    declare(made, text);
    made.setAudience({ explorer: true, dashboard: false, statusBar: true, isWindowFocused: true });
    return made;
  }

  function declare(to: Monitor, text: string): void {
    const { topology, problems } = parseTopologyFile(text, 'test');
    assert.ok(topology, JSON.stringify(problems));
    to.setTopologies([{ id: ID, topology }]);
  }

  function snapshotOf(of: Monitor): TopologySnapshot {
    const [snapshot] = of.current();
    assert.ok(snapshot);
    return snapshot;
  }

  /** Waits until these are all the differences, with every node read. */
  async function untilDifferent(of: Monitor, ids: readonly string[]): Promise<TopologySnapshot> {
    let last = '';
    return waitFor(
      async () => {
        await of.refresh(null, 'afterCommand');
        const snapshot = snapshotOf(of);
        const found = differencesOf(snapshot).map(({ id }) => id);
        last = JSON.stringify([found, notCompared(snapshot)]);
        const isSame = JSON.stringify([...found].sort()) === JSON.stringify([...ids].sort());
        return isSame && notCompared(snapshot).every(({ why }) => why.includes('seen before'))
          ? snapshot
          : null;
      },
      { what: `the differences are ${ids.join(', ')}` },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${last}`, { cause: error });
    });
  }

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    read = await (await clusters.addStandby('read', central, { slot: 'read_slot' })).start();
    edge = await (await clusters.add('edge')).start();
    const columns = `id int PRIMARY KEY, label text, region varchar(8), amount numeric, active bool,
      made date, "Odd Name" int`;
    const tables = ['jobs', 'parts', 'more', ...FILTERS.map((_, index) => `filtered_${index}`)];
    const ddl = tables
      .map((name) => `CREATE TABLE ${name} (${columns}); ALTER TABLE ${name} REPLICA IDENTITY FULL`)
      .join(';');
    await central.query(`${ddl}; CREATE SCHEMA extra; CREATE TABLE extra.t (id int PRIMARY KEY)`);
    await edge.query(ddl);
    const filtered = FILTERS.map((filter, index) => `filtered_${index} WHERE (${filter})`);
    const named = hasFilters ? ['jobs', 'parts (id, label)', ...filtered] : ['jobs', 'parts'];
    await central.query(
      `CREATE PUBLICATION jobs_pub FOR TABLE ${named.join(', ')}
      WITH (publish = 'insert, update')`,
    );
    await central.query('CREATE PUBLICATION all_pub FOR ALL TABLES');
    if (hasFilters) await central.query('CREATE PUBLICATION extra_pub FOR TABLES IN SCHEMA extra');
    await edge.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}'
         PUBLICATION jobs_pub WITH (streaming = on)`,
    );
    monitor = watch(fileText(), servers);
  });

  after(async () => {
    await Promise.all(monitors.map((each) => each.dispose()));
    await clusters.stop();
  });

  it('there is none where the servers are as the file says, whatever form the server gives it', async () => {
    await untilDifferent(monitor, []);
  });

  it('tables, columns, filters, operations and options are told, each by itself', async () => {
    await central.query(`ALTER PUBLICATION jobs_pub DROP TABLE jobs;
      ALTER PUBLICATION jobs_pub ADD TABLE more;
      ALTER PUBLICATION jobs_pub SET (publish = 'insert', publish_via_partition_root = true);
      CREATE PUBLICATION by_hand FOR TABLE jobs`);
    await edge.query('ALTER SUBSCRIPTION jobs_sub SET (binary = true, synchronous_commit = local)');
    await central.query(`SELECT pg_create_logical_replication_slot('left_over', 'pgoutput')`);
    if (hasFilters) {
      await central.query(`ALTER PUBLICATION jobs_pub DROP TABLE parts, filtered_0;
        ALTER PUBLICATION jobs_pub ADD TABLE parts (id), filtered_0 WHERE (region = 'us')`);
    }
    // As a resync leaves it that is stopped half way.
    const held = { schema: 'public', name: 'jobs', columns: null, rowFilter: null };
    for (const sql of holdStatements('jobs_pub', held)) await central.query(sql);
    const pub = 'central/jobs_pub';
    const holder = `extraPublication/central/${holderName('jobs_pub')}`;
    const told = await untilDifferent(monitor, [
      holder,
      `missingTable/${pub}/public.jobs`,
      `extraTable/${pub}/public.more`,
      `publicationOption/${pub}/operations`,
      `publicationOption/${pub}/viaPartitionRoot`,
      'extraPublication/central/by_hand',
      'extraSlot/central/left_over',
      'subscriptionOption/edge/jobs_sub/binary',
      'subscriptionOption/edge/jobs_sub/synchronousCommit',
      ...(hasFilters ? [`columns/${pub}/public.parts`, `rowFilter/${pub}/public.filtered_0`] : []),
    ]);
    const kept = differencesOf(told).find(({ id }) => id === holder);
    assert.match(
      kept?.message ?? '',
      /on central keeps how jobs_pub publishes public\.jobs while a subscription copies it anew\./u,
    );
    assert.deepEqual(kept?.fileChanges, [], 'it belongs into no file');
  });

  it('what is taken over into the file is a difference no more', async () => {
    await central.query(`SELECT pg_drop_replication_slot('left_over');
      DROP PUBLICATION by_hand; ${releaseStatement('jobs_pub')}; ALTER PUBLICATION jobs_pub ADD TABLE jobs;
      ALTER PUBLICATION jobs_pub DROP TABLE more;
      ALTER PUBLICATION jobs_pub SET (publish = 'insert, update', publish_via_partition_root = false)`);
    await edge.query('ALTER SUBSCRIPTION jobs_sub SET (binary = false, synchronous_commit = off)');
    if (hasFilters) {
      await central.query(`ALTER PUBLICATION jobs_pub DROP TABLE parts, filtered_0;
        ALTER PUBLICATION jobs_pub ADD TABLE parts (id, label), filtered_0 WHERE (region = 'eu')`);
    }
    await untilDifferent(monitor, []);
  });

  it('queues: what is missing, doubled or unguarded is told, and Plan Changes makes it so', async () => {
    const DRAINER = 'queue_drainer';
    const at = { central, edge };
    const run = (on: keyof typeof at, sql: string) =>
      at[on].query(sql, undefined, { database: 'queues' });
    for (const on of ['central', 'edge'] as const) {
      await at[on].query('CREATE DATABASE queues');
      await run(
        on,
        'CREATE TABLE jobs (id int PRIMARY KEY); CREATE TABLE notes (id int PRIMARY KEY)',
      );
    }
    const queue = {
      primary: 'central',
      drainUser: DRAINER,
      tables: { 'public.jobs': 'manual', 'public.notes': 'merge' },
    };
    const subscriptions = { q_sub: { publisher: 'central', publications: ['q_pub'] } };
    const publications = { q_pub: { tables: ['public.jobs'] } };
    const textOf = (pendingSync: object | null) =>
      JSON.stringify({
        nodes: {
          central: { connection: connection(central, 'queues'), publications },
          edge: {
            connection: connection(edge, 'queues'),
            subscriptions,
            ...(pendingSync === null ? {} : { pendingSync }),
          },
        },
      });
    await run('central', 'CREATE PUBLICATION q_pub FOR TABLE jobs');
    await run(
      'edge',
      `CREATE SUBSCRIPTION q_sub CONNECTION '${central.conninfo({ database: 'queues' })}' PUBLICATION q_pub`,
    );
    const database = 'queues';
    await untilReady({ cluster: edge, database }, 'q_sub', ['jobs']);
    const rig = new PlanRig({
      central: { cluster: central, database },
      edge: { cluster: edge, database },
    });
    const planned = async (pendingSync: object) => {
      const { topology } = parseTopologyFile(textOf(pendingSync), 'test');
      assert.ok(topology);
      const context = await queueContext(rig, [DRAINER]);
      const request = { nodeIds: ['edge'], drops: true, signIns: [], passwords: [], unread: [] };
      return planChanges(request, { ...context, topology });
    };

    const watched = watch(textOf(queue));
    // Slots are the server's, and this file knows nothing of its other database.
    const others = ['extraSlot/central/jobs_sub', 'extraSlot/central/read_slot'];
    const until = (ids: readonly string[]) => untilDifferent(watched, [...others, ...ids]);
    const own = 'edge/pgtopology.pending_sync';
    await until([
      `missingQueue/${own}`,
      `missingLedger/${own}/central`,
      `missingDrainUser/${own}/edge`,
      `missingDrainUser/${own}/central`,
    ]);
    await rig.done(await planned(queue));
    await until([]);

    await run(
      'edge',
      `DROP TRIGGER pgtopology_capture ON jobs; DROP TRIGGER pgtopology_refuse_truncate ON notes;
       ALTER TABLE jobs ENABLE ALWAYS TRIGGER pgtopology_echo_guard; ALTER TABLE notes DISABLE TRIGGER pgtopology_capture;
       CREATE TABLE unlisted (id int PRIMARY KEY);
       CREATE TRIGGER pgtopology_capture AFTER INSERT ON unlisted FOR EACH ROW EXECUTE FUNCTION pgtopology.capture_write()`,
    );
    await run('central', 'DROP TABLE pgtopology.sync_metric');
    await until([
      `missingCapture/${own}/public.jobs`,
      `missingCapture/${own}/public.notes`,
      `missingCapture/${own}/public.notes truncate`,
      `missingGuard/${own}/public.jobs`,
      `extraCapture/${own}/public.unlisted`,
      `missingLedger/${own}/central`,
    ]);
    await rig.done(await planned(queue));
    await until([]);

    declare(watched, textOf({ ...queue, capture: 'application' }));
    await until([`doubleCapture/${own}/public.jobs`, `doubleCapture/${own}/public.notes`]);
    const { primary, tables } = queue;
    declare(watched, textOf({ primary, tables }));
    await until([]);
    declare(watched, textOf(null));
    await until(['extraQueue/edge/']);
    declare(watched, textOf({ ...queue, capture: 'application' }));
    await rig.done(await planned({ ...queue, capture: 'application' }));
    await until([]);
    await watched.dispose();
    await run('edge', 'DROP SUBSCRIPTION q_sub');
  });

  it('F24: another server at a node is told, in the next window too, until it is accepted', async () => {
    const swapped = fileText({ central: edge });
    declare(monitor, swapped);
    const told = await untilDifferent(monitor, ['otherSystem/central', 'otherSystem/read']);
    assert.match(differencesOf(told)[0]?.message ?? '', /central is not the server seen before/u);
    const next = watch(swapped, servers);
    await untilDifferent(next, ['otherSystem/central', 'otherSystem/read']);
    next.acceptServer(ID, 'central');
    const accepted = snapshotOf(next).nodes.find(({ id }) => id === 'central');
    assert.notEqual(accepted?.verdict.code, 'wrongSystem');
    assert.equal(servers.systemsOf(ID).get('central'), accepted?.sample.fast?.systemIdentifier);
    await next.dispose();
    // The first window knows nothing of that, and its file is right again.
    declare(monitor, fileText());
    await untilDifferent(monitor, []);
  });

  it('F25: two nodes that are one server and database are marked; another database is allowed', async () => {
    await edge.query('CREATE DATABASE other');
    const more = {
      twin: { connection: connection(edge), subscriptions: {} },
      other: { connection: connection(edge, 'other') },
    };
    const twice = watch(fileText({ more }));
    const snapshot = await untilDifferent(twice, ['sameNode/twin/edge']);
    assert.deepEqual(snapshot.nodes.find(({ id }) => id === 'other')?.sameServerAs, [
      'edge',
      'twin',
    ]);
    await twice.dispose();
  });

  it('F23: a standby that was promoted while its primary runs refuses every plan until one is chosen', async () => {
    await read.promote();
    const split = await waitFor(
      async () => {
        await monitor.refresh(null, 'afterCommand');
        const snapshot = snapshotOf(monitor);
        const codes = differencesOf(snapshot).map(({ code }) => code);
        return codes.filter((code) => code === 'splitBrain').length === 2 ? snapshot : null;
      },
      { what: 'both are known to be writable' },
    );
    const role = differencesOf(split).find(({ code }) => code === 'role');
    assert.equal(role?.message, 'read is declared a standby, but the server is a primary.');

    const systemIdentifier = split.nodes[0]?.sample.fast?.systemIdentifier ?? '';
    const chosen: ChosenPrimary = { systemIdentifier, nodeId: 'central', others: ['read'] };
    const writesTo = (): string | null => {
      const snapshot = snapshotOf(monitor);
      const routing = { reads: ['read', 'central'], maxLagMs: null };
      return routesOf({ ...snapshot, topology: { ...snapshot.topology, routing } }).writes.nodeId;
    };
    assert.equal(writesTo(), null);
    servers.chosen = chosen;
    monitor.retell(ID);
    assert.equal(writesTo(), 'central');

    const request = {
      name: 'after_split',
      allTables: false,
      schemas: [],
      tables: [{ schema: 'public', name: 'jobs', columns: null, rowFilter: null }],
      operations: ['insert' as const],
      viaPartitionRoot: false,
    };
    const rigs = {
      central: new PlanRig({ central: { cluster: central } }),
      read: new PlanRig({ read: { cluster: read } }),
    };
    const planOn = async (nodeId: 'central' | 'read', chosenPrimary: ChosenPrimary | null) => {
      const context = await rigs[nodeId].context();
      return planCreatePublication(
        { ...request, nodeId },
        { ...context, snapshot: split, chosenPrimary },
      );
    };
    for (const nodeId of ['central', 'read'] as const) {
      const refused = await planOn(nodeId, null);
      assert.equal(isRunnable(refused), false);
      assert.ok(refused.findings.some(({ code }) => code === 'splitBrain'));
    }
    assert.equal(isRunnable(await planOn('read', chosen)), false);
    await rigs.central.done(await planOn('central', chosen));
    assert.deepEqual(
      await central.query(`SELECT pubname FROM pg_publication WHERE pubname = 'after_split'`),
      [{ pubname: 'after_split' }],
    );
  });
});
