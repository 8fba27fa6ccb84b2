import assert from 'node:assert/strict';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { planInstallSentinel } from '../../../src/core/plan/planInstallSentinel';
import { planUninstallSentinel } from '../../../src/core/plan/planUninstallSentinel';
import { isRunnable } from '../../../src/core/plan/plan';
import { sentinelTable } from '../../../src/core/plan/sentinelNames';
import { forEachMajor } from '../../clusters/majors';
import { RunningTopology } from '../../clusters/topology/runningTopology';
import { TopologySource } from '../../clusters/topology/topologySource';
import { LiveTopology } from '../examples/liveTopology';
import { CheckRig, sayResult } from './checkRig';

const STANDBYS = ['streaming/central-read', 'streaming/central-archive'];
const SUBSCRIPTIONS = [
  'logical/singularity/patterns_sub',
  'logical/genesis/job_stats_sub',
  'logical/genesis/metrics_sub',
];
const PUBLICATIONS = ['approved_patterns_pub', 'job_statistics_pub', 'execution_metrics_pub'];

forEachMajor('Checks of a whole topology', (major) => {
  let running: RunningTopology;
  let live: LiveTopology;
  let rig: CheckRig;

  before(async function () {
    running = await RunningTopology.start(TopologySource.demo(), major);
    live = new LiveTopology(running);
    await live.untilHealthy();
    rig = new CheckRig(
      {
        snapshot: () => live.snapshot(),
        refresh: () => live.twoPollsOf([...running.nodes.keys()]),
      },
      { limitMs: 60_000 },
    );
  });

  after(async () => {
    await rig.close();
    await live.close();
    await running.stop();
  });

  const catalogs = async (): Promise<unknown> => {
    const found: unknown[] = [];
    for (const [id, { cluster, database }] of running.nodes) {
      const options = { database };
      const relations = await cluster.query(
        `SELECT n.nspname, c.relname, c.relkind, c.relacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2`,
        undefined,
        options,
      );
      const published = await cluster.query(
        `SELECT p.pubname, r.prrelid::regclass::text FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid ORDER BY 1, 2`,
        undefined,
        options,
      );
      const subscribed = await cluster.query(
        `SELECT s.subname, r.srrelid::regclass::text, r.srsubstate FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid ORDER BY 1, 2`,
        undefined,
        options,
      );
      const schemas = await cluster.query(
        `SELECT nspname, nspacl::text FROM pg_namespace ORDER BY 1`,
        undefined,
        options,
      );
      const slots = await cluster.query(
        'SELECT slot_name, slot_type FROM pg_replication_slots ORDER BY 1',
      );
      found.push({ id, relations, published, subscribed, schemas, slots });
    }
    return found;
  };

  const arrivedBy = (kind: CheckResult['kind'], result: CheckResult | undefined): void => {
    assert.equal(result?.outcome, 'arrived', sayResult(result));
    assert.equal(result.kind, kind, sayResult(result));
    assert.ok(result.arrivedMs !== null && result.arrivedMs < result.limitMs, sayResult(result));
    assert.equal(result.failure, null);
  };

  it('passes by position while no table is installed', async function () {
    const results = await rig.check();
    assert.deepEqual([...results.keys()].sort(), [...STANDBYS, ...SUBSCRIPTIONS].sort());
    for (const result of results.values()) {
      arrivedBy('marker', result);
      assert.equal(result.note, undefined);
    }
  });

  it('checks every edge by row once a plan has installed the tables, and leaves nothing when they are removed', async function () {
    const before = await catalogs();
    for (const publication of PUBLICATIONS) {
      await rig.install({ nodeId: 'central', publication });
    }
    const context = await rig.context();
    for (const publication of PUBLICATIONS) {
      const again = planInstallSentinel({ nodeId: 'central', publication }, context);
      assert.equal(again.steps.length, 0);
      assert.deepEqual(
        again.findings.map(({ code }) => code),
        ['nothingToDo'],
      );
    }
    await live.untilHealthy();

    for (let round = 0; round < 5; round += 1) {
      const results = await rig.check();
      for (const id of [...STANDBYS, ...SUBSCRIPTIONS]) arrivedBy('row', results.get(id));
    }
    const one = await rig.check(['streaming/central-archive']);
    assert.equal(one.size, 1);
    arrivedBy('row', one.get('streaming/central-archive'));
    await assertFewRows();

    for (const publication of PUBLICATIONS) {
      await rig.uninstall({ nodeId: 'central', publication });
    }
    assert.deepEqual(await catalogs(), before);
    const empty = planUninstallSentinel(
      { nodeId: 'central', publication: PUBLICATIONS[0] ?? '' },
      await rig.context(),
    );
    assert.ok(!isRunnable(empty));
    assert.equal(empty.findings[0]?.code, 'nothingToDo');
    await live.untilHealthy();
    const results = await rig.check();
    for (const result of results.values()) arrivedBy('marker', result);
  });

  /** Five rounds leave the token of the last one, upstream and downstream. */
  async function assertFewRows(): Promise<void> {
    const { catalogs: read } = await rig.context();
    const server = read.get('central')?.server;
    assert.ok(server);
    for (const publication of PUBLICATIONS) {
      const { name } = sentinelTable({ ...server, publication });
      for (const [id, catalog] of read) {
        if (!catalog.relations.some((relation) => relation.name === name)) continue;
        const { cluster, database } = running.node(id);
        const rows = await cluster.query(`SELECT FROM pgtopology.${name}`, undefined, { database });
        assert.ok(rows.length <= 7, `${rows.length} tokens on ${id}`);
      }
    }
  }
});
