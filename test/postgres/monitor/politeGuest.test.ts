import assert from 'node:assert/strict';
import { joinTopology } from '../../../src/core/join/joinTopology';
import type { NodeSample } from '../../../src/core/snapshot';
import { DEFAULT_THRESHOLDS, type TopologyNode } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { Monitor } from '../../../src/monitor/monitor';
import { MONITOR_LIMITS, type SessionLimits } from '../../../src/pg/session/limits';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freezeBackend, killBackend, lockTable, terminateSessions } from '../../clusters/faults';
import { forOldest } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { timed } from '../../clusters/sessionTime';
import { BEFORE_UNUSED_CLOSE_MS, sleep, waitFor } from '../../clusters/waitFor';
import { makeGateway, MemoryLog, nodeAt, untilNoSessions } from '../pg/support';

const ID = 'file:///guest/pg-topology.json';

/** A fault on the way to, or at, the first node. @returns what ends it. */
type Inject = () => Promise<() => Promise<void>>;

forOldest('The monitor as a guest of real servers', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let other: Cluster;
  let proxy: Proxy;
  let monitor: Monitor;
  let log: MemoryLog;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    other = await (await clusters.add('other')).start();
    await central.query(`CREATE SCHEMA pgtopology; CREATE TABLE pgtopology.pending_sync (
      id uuid DEFAULT gen_random_uuid(), seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      table_name text NOT NULL, operation text NOT NULL, data jsonb,
      state text NOT NULL DEFAULT 'pending', attempts int NOT NULL DEFAULT 0, error text,
      error_sqlstate text, created_at timestamptz NOT NULL DEFAULT now(), synced_at timestamptz)`);
    proxy = await Proxy.start(central);
  });

  after(async () => {
    await proxy.stop();
    await clusters.stop();
  });

  beforeEach(() => watch());

  /** Starts the monitor on both nodes, and returns when both have answered. */
  async function watch(limits: SessionLimits = MONITOR_LIMITS): Promise<void> {
    log = new MemoryLog();
    monitor = new Monitor({
      gateway: makeGateway({ log, limits }),
      gate: { decideBeforeResolving: () => 'allowed', decide: () => 'allowed' },
      clock: new SystemClock(),
      log,
      join: joinTopology,
      random: Math.random,
    });
    monitor.setPolling(1, true);
    const queue = {
      primary: 'other',
      table: { schema: 'pgtopology', name: 'pending_sync' },
      capture: 'trigger',
      tables: [],
    } as const;
    declare([nodeAt(proxy, { id: 'central', pendingSync: queue }), nodeAt(other, { id: 'other' })]);
    monitor.setAudience({
      explorer: true,
      dashboard: false,
      statusBar: true,
      isWindowFocused: true,
    });
    await answers('central');
    await answers('other');
  }

  afterEach(async () => {
    await monitor.dispose();
    await proxy.setMode({ kind: 'pass' });
    await untilNoSessions(central);
    await untilNoSessions(other);
  });

  function declare(nodes: readonly TopologyNode[]): void {
    monitor.setTopologies([
      {
        id: ID,
        topology: {
          name: 'Guest',
          environment: 'development',
          nodes,
          consumers: [],
          thresholds: DEFAULT_THRESHOLDS,
        },
      },
    ]);
  }

  function sampleOf(id: string): NodeSample {
    const node = monitor.current()[0]?.nodes.find((candidate) => candidate.id === id);
    assert.ok(node !== undefined, `no node ${id}`);
    return node.sample;
  }

  /** Waits for an answer that came after now. */
  async function answers(id: string): Promise<NodeSample> {
    const sinceMs = Date.now();
    return waitFor(
      () => {
        const sample = sampleOf(id);
        const isNew = sample.contact === 'connected' && (sample.fastAtMs ?? 0) > sinceMs;
        return isNew ? sample : null;
      },
      { what: `${id} answers` },
    );
  }

  async function ourPids(server: Cluster): Promise<readonly number[]> {
    const rows = await server.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
    );
    return rows.map(({ pid }) => pid);
  }

  async function onePid(server: Cluster): Promise<number> {
    const [pid] = await ourPids(server);
    assert.ok(pid !== undefined, 'no session of ours');
    return pid;
  }

  const throughProxy =
    (mode: Parameters<Proxy['setMode']>[0]): Inject =>
    async () => {
      await proxy.setMode(mode);
      return async () => {
        // What the network swallowed is gone: the server hears of it only by a reset.
        await proxy.setMode({ kind: 'reset' });
        await proxy.setMode({ kind: 'pass' });
      };
    };

  const faults: readonly (readonly [name: string, inject: Inject])[] = [
    ['F01: the way is refused', throughProxy({ kind: 'refuse' })],
    [
      'F05: new connections meet silence, F09: the held one is half-open',
      throughProxy({ kind: 'blackHole' }),
    ],
    ['F11: everything is reset', throughProxy({ kind: 'reset' })],
    [
      'F08: the backend hangs',
      async () => {
        const fault = freezeBackend(await onePid(central));
        return () => fault.end();
      },
    ],
    [
      'F03: the postmaster is killed',
      async () => {
        await central.stop('SIGKILL');
        return async () => {
          await central.start();
        };
      },
    ],
  ];

  for (const [name, inject] of faults) {
    it(`${name}: the last facts stay with their age, the way on is told, and one session is left`, async () => {
      const end = await inject();
      try {
        const seen = await waitFor(
          () => {
            const sample = sampleOf('central');
            return sample.contact === 'failed' ? sample : null;
          },
          { what: 'the fault shows' },
        );
        assert.ok(seen.fast !== null, 'the last facts are gone');
        assert.ok(seen.fastAtMs !== null && seen.fastAtMs <= (seen.failingSinceMs ?? 0));
        assert.match(seen.failure?.text ?? '', /central/);
        assert.ok((seen.failure?.advice ?? '') !== '', 'no next step is told');
        await answers('other');
      } finally {
        await end();
      }
      const recovered = await answers('central');
      assert.equal(recovered.failure, null);
      assert.equal(recovered.failingSinceMs, null);
      await waitFor(async () => (await ourPids(central)).length === 1, {
        what: 'one session is left',
        timeoutMs: BEFORE_UNUSED_CLOSE_MS,
      });
      await waitFor(async () => (await ourPids(other)).length === 1, {
        what: 'the other node has one session',
        timeoutMs: BEFORE_UNUSED_CLOSE_MS,
      });
      const warnings = log.lines.filter(
        (line) => line.includes('central') && !line.includes('again'),
      );
      assert.ok(warnings.length <= 3, warnings.join('\n'));
    });
  }

  it('U5: sessions that are terminated again and again are replaced one by one', async () => {
    for (let round = 0; round < 5; round += 1) {
      await terminateSessions(central, 'pg-topology');
      await answers('central');
      // What was terminated may take a moment to go; what leaked never would.
      await waitFor(async () => (await ourPids(central)).length === 1, {
        what: 'one session',
        timeoutMs: BEFORE_UNUSED_CLOSE_MS,
      });
    }
  });

  it('F04: after a crash of one backend it comes back without a warning of its own', async () => {
    killBackend(await onePid(central));
    const sample = await answers('central');
    assert.equal(sample.failure, null);
    await waitFor(async () => (await ourPids(central)).length === 1, {
      what: 'one session',
      timeoutMs: BEFORE_UNUSED_CLOSE_MS,
    });
  });

  it('F10: a slow way makes polls rarer, never more at a time, and delays nobody else', async () => {
    // The way is slow on purpose: with a busy machine it would be beyond the limits, which are not what this is about.
    await monitor.dispose();
    await untilNoSessions(central);
    await watch({ ...MONITOR_LIMITS, statementMs: 60_000, readMs: 60_000 });
    await proxy.setMode({ kind: 'delay', ms: 700 });
    await answers('central');
    const times = { central: new Set<number>(), other: new Set<number>() };
    let most = 0;
    const subscription = monitor.onDidChange(() => {
      for (const id of ['central', 'other'] as const) times[id].add(sampleOf(id).fastAtMs ?? 0);
    });
    const sample = await answers('central');
    assert.ok((sample.roundTripMs ?? 0) >= 1_300, `round trip ${sample.roundTripMs ?? '?'} ms`);
    // By answers, not by time: a busy machine slows both nodes.
    for (let look = 0; look < 20 || times.central.size < 4; look += 1) {
      most = Math.max(most, (await ourPids(central)).length);
      await sleep(150);
    }
    subscription.dispose();
    assert.equal(most, 1);
    const said = `the other node answered ${times.other.size} times, central ${times.central.size}`;
    assert.ok(times.other.size >= Math.max(2, times.central.size - 1), said);
  });

  it('F66: ending in the middle of a statement closes every socket and cancels it on the server', async () => {
    // No limit may end the statement before we do.
    await monitor.dispose();
    await watch({ ...MONITOR_LIMITS, statementMs: 60_000, readMs: 60_000, lockMs: 60_000 });
    const lock = await lockTable(central, 'pgtopology.pending_sync');
    try {
      await waitFor(
        async () => {
          const rows = await central.query(
            `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'
               AND state = 'active' AND wait_event_type = 'Lock'`,
          );
          return rows.length === 1;
        },
        { what: 'a poll waits for the lock', everyMs: 10 },
      );
      const cancelled = (): number =>
        central.readLog().split('canceling statement due to user request').length - 1;
      const before = cancelled();
      const { tookMs, mayTakeMs } = await timed(central, 2_500, () => monitor.dispose());
      assert.ok(tookMs < mayTakeMs, `dispose took ${Math.round(tookMs)} ms`);
      await untilNoSessions(central);
      await untilNoSessions(other);
      await waitFor(() => cancelled() > before, { what: 'the server was told to cancel' });
      await waitFor(() => proxy.open === 0, { what: 'every socket is closed' });
    } finally {
      await lock.end();
    }
  });

  it('F64: a file written over and over leaves no session of what is gone, and the rest unharmed', async () => {
    const kept = nodeAt(other, { id: 'other' });
    const keptPid = await onePid(other);
    for (let write = 0; write < 100; write += 1) {
      declare(write % 2 === 0 ? [kept] : [kept, nodeAt(proxy, { id: 'central' })]);
      await sleep(10);
    }
    declare([kept]);
    await untilNoSessions(central);
    await answers('other');
    assert.deepEqual(await ourPids(other), [keptPid]);
    monitor.setTopologies([]);
    await untilNoSessions(other);
  });
});
