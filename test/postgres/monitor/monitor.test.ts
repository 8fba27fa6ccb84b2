import assert from 'node:assert/strict';
import { joinTopology } from '../../../src/core/join/joinTopology';
import type { NodeSample } from '../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS, type TopologyNode } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { Monitor } from '../../../src/monitor/monitor';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forOldestAndNewest } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { timed } from '../../clusters/sessionTime';
import { BEFORE_UNUSED_CLOSE_MS, sleep, waitFor } from '../../clusters/waitFor';
import { makeGateway, MemoryLog, nodeAt, untilNoSessions } from '../pg/support';

const ID = 'file:///monitor/pg-topology.json';
const OURS = `application_name = 'pg-topology'`;
const NOBODY = { explorer: false, dashboard: false, statusBar: false, isWindowFocused: true };
const TIMEOUT_MS = 360_000;

forOldestAndNewest('the monitor on real servers', function (major) {
  let clusters: Clusters;
  let one: Cluster;
  let other: Cluster;
  let monitor: Monitor;
  let log: MemoryLog;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    clusters = new Clusters(major);
    one = await clusters.add('one', { conf: { log_statement: 'all' } });
    other = await clusters.add('other');
    await Promise.all([one.start(), other.start()]);
  });
  after(() => clusters.stop());

  beforeEach(() => {
    log = new MemoryLog();
    monitor = new Monitor({
      gateway: makeGateway(),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log,
      join: joinTopology,
      random: () => 0.5,
    });
    monitor.setPolling(1, true);
  });
  afterEach(async () => {
    await monitor.dispose();
    for (const cluster of clusters.all) if (cluster.isRunning) await untilNoSessions(cluster);
  });

  function show(...nodes: readonly TopologyNode[]): void {
    const topology = {
      name: 'Test',
      environment: 'development',
      nodes,
      consumers: [],
      thresholds: DEFAULT_THRESHOLDS,
    } as const;
    monitor.setTopologies([{ id: ID, topology }]);
    monitor.setAudience({ ...NOBODY, explorer: true });
  }

  function sample(id: string): NodeSample {
    const node = monitor.current()[0]?.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node.sample;
  }

  const untilConnected = (id: string) =>
    waitFor(() => sample(id).contact === 'connected' && sample(id).failure === null, {
      what: `${id} is connected`,
      timeoutMs: 120_000,
    });

  async function answersOf(id: string, count: number): Promise<void> {
    for (let answer = 0; answer < count; answer += 1) {
      const before = sample(id).fastAtMs;
      await waitFor(() => sample(id).fastAtMs !== before, { what: `${id} answers again` });
    }
  }

  const sessions = (cluster: Cluster) =>
    cluster.query<{ pid: number; readonly: string }>(
      `SELECT pid FROM pg_stat_activity WHERE ${OURS}`,
    );

  /** Statements of ours in the server's own log. */
  const logged = () =>
    one
      .readLog()
      .split('\n')
      .filter((line) => line.includes(' pg-topology ') && /LOG: {2}(execute|statement)/.test(line))
      .length;

  it('polls with one statement over one session', async () => {
    show(nodeAt(one, { id: 'one' }));
    await untilConnected('one');
    const [session] = await sessions(one);
    const before = logged();
    const startedMs = performance.now();
    for (let poll = 0; poll < 5; poll += 1) await monitor.refresh(null, 'interval');
    const seconds = Math.ceil((performance.now() - startedMs) / 1_000);
    // The timer may have added a poll a second, and have one under way; each is one statement, too.
    const statements = logged() - before;
    const most = 5 + seconds + 1;
    assert.ok(statements >= 5 && statements <= most, `${statements} statements for 5 polls`);
    assert.deepEqual(await sessions(one), [session], 'the same session all along');
  }).timeout(TIMEOUT_MS);

  it('gives sessions up by Disconnect, and takes them again by Connect', async () => {
    show(nodeAt(one, { id: 'one' }), nodeAt(other, { id: 'other' }));
    await Promise.all(['one', 'other'].map(untilConnected));
    await monitor.disconnect({ topologyId: ID, nodeId: 'one' });
    await untilNoSessions(one);
    assert.equal((await sessions(other)).length, 1);
    await answersOf('other', 2);
    assert.equal(sample('one').contact, 'disconnected');
    assert.equal((await sessions(one)).length, 0);
    monitor.connect({ topologyId: ID, nodeId: 'one' });
    await untilConnected('one');
  }).timeout(TIMEOUT_MS);

  it('sends nothing once nobody looks', async () => {
    show(nodeAt(one, { id: 'one' }));
    await untilConnected('one');
    monitor.setAudience(NOBODY);
    await monitor.refresh(null, 'interval');
    const before = logged();
    await sleep(3_000);
    assert.equal(logged() - before, 0);
    assert.equal(sample('one').isPollingPaused, true);
  }).timeout(TIMEOUT_MS);

  it('is delayed by no node that hangs, and takes it back by itself', async () => {
    const proxy = await Proxy.start(other);
    try {
      show(nodeAt(one, { id: 'one' }), nodeAt(proxy, { id: 'other' }));
      await Promise.all(['one', 'other'].map(untilConnected));
      await proxy.setMode({ kind: 'blackHole' });
      await answersOf('one', 3);
      await waitFor(() => sample('other').contact === 'failed', { what: 'the hung node fails' });
      assert.ok(sample('other').fast !== null, 'its last facts stay');
      await answersOf('one', 2);
      await proxy.setMode({ kind: 'pass' });
      await untilConnected('other');
      const returns = log.lines.filter((line) => line.includes('"other" answers again'));
      assert.equal(returns.length, 1);
    } finally {
      await monitor.dispose();
      await proxy.stop();
    }
  }).timeout(TIMEOUT_MS);

  it('comes back after a crash, a restart and killed sessions, without a hand', async () => {
    show(nodeAt(one, { id: 'one' }), nodeAt(other, { id: 'other' }));
    await Promise.all(['one', 'other'].map(untilConnected));
    await other.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OURS}`);
    await answersOf('other', 1);
    assert.equal(sample('other').failure, null, 'a lost session alone is no failure');
    await other.stop('SIGKILL');
    await waitFor(() => sample('other').failure?.reason === 'refused', { what: 'it is refused' });
    await answersOf('one', 1);
    await other.start();
    await untilConnected('other');
    // A dial that was given up may take a moment to go; what leaked never would.
    for (const server of [other, one]) {
      await waitFor(async () => (await sessions(server)).length === 1, {
        what: `one session on ${server.name}`,
        timeoutMs: BEFORE_UNUSED_CLOSE_MS,
      });
    }
  }).timeout(TIMEOUT_MS);

  it('ends while a statement hangs, and leaves no session behind', async () => {
    const proxy = await Proxy.start(one);
    try {
      show(nodeAt(proxy, { id: 'one' }));
      await untilConnected('one');
      await proxy.setMode({ kind: 'blackHole' });
      const { tookMs, mayTakeMs } = await timed(one, 5_000, () => {
        void monitor.refresh(null, 'manual');
        return monitor.dispose();
      });
      assert.ok(tookMs < mayTakeMs, `dispose took ${Math.round(tookMs)} ms`);
    } finally {
      await proxy.stop();
    }
  }).timeout(TIMEOUT_MS);
});
