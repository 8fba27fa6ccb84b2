import assert from 'node:assert/strict';
import { isLate, isWithinBudget, type CheckResult } from '../../../src/core/checks/checkResult';
import { checkProblem } from '../../../src/core/describe/checkReport';
import type { VerdictCode } from '../../../src/core/snapshot';
import type { DeclaredSubscription, Topology } from '../../../src/core/topology';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import {
  cutOffStandby,
  cutOffSubscription,
  lockTable,
  pauseReplay,
  putFirstInHba,
  untilDelayed,
  type Fault,
} from '../../clusters/faults';
import { forOldestAndNewest } from '../../clusters/majors';
import { timed } from '../../clusters/sessionTime';
import { BEFORE_UNUSED_CLOSE_MS, waitFor } from '../../clusters/waitFor';
import { nodeOf, Watcher } from '../faults/watcher';
import { CheckRig, sayResult } from './checkRig';
import { checkUnderLoad } from './checkUnderLoad';

const STANDBY = 'streaming/replica';
const SUBSCRIPTION = 'logical/genesis/jobs_sub';
const INSERTS = 'logical/genesis/log_sub';
/** For what must not arrive: as short as can be, since each such check waits so long. */
const LIMIT_MS = 1_500;
/** For what must arrive, however busy the machine is. */
const PATIENT_LIMIT_MS = 60_000;
/** The soak is the size that counts; here the same on a smaller scale. */
const CHECKS = process.env['SOAK'] === '1' ? 10_000 : 500;
/** Each round checks all three edges. */
const ROUNDS = Math.ceil(CHECKS / 3);

forOldestAndNewest('Checks when something is wrong', (major) => {
  const clusters = new Clusters(major);
  const faults: Fault[] = [];
  let central: Cluster;
  let replica: Cluster;
  let genesis: Cluster;
  let watcher: Watcher;
  /** Soon says that nothing arrived. */
  let rig: CheckRig;
  /** Waits for what has to arrive. */
  let patient: CheckRig;
  /** On these servers, with another file, and unless told otherwise with the usual patience. */
  let rigFor: (change: (topology: Topology) => Topology, limitMs?: number) => CheckRig;

  const subscribes = (name: string, publication: string): DeclaredSubscription => ({
    name,
    publisher: 'central',
    publications: [publication],
    connection: null,
    slotName: name,
    options: {},
  });

  before(async function () {
    central = await clusters.add('central');
    replica = await clusters.addStandby('replica', central, { slot: 'replica' });
    genesis = await clusters.add('genesis');
    await Promise.all([central.start(), genesis.start()]);
    for (const server of [central, genesis]) {
      await server.query('CREATE TABLE jobs (id bigserial PRIMARY KEY, filler text)');
      await server.query('CREATE TABLE log (id bigserial PRIMARY KEY, line text)');
      await createLogin(server, 'monitor', { memberOf: ['pg_monitor'] });
    }
    await replica.start();
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE jobs');
    await central.query(`CREATE PUBLICATION log_pub FOR TABLE log WITH (publish = 'insert')`);
    const conninfo = central.conninfo({ database: 'postgres' });
    for (const name of ['jobs', 'log']) {
      await genesis.query(
        `CREATE SUBSCRIPTION ${name}_sub CONNECTION '${conninfo}' PUBLICATION ${name}_pub`,
      );
    }
    const subscriptions = [subscribes('jobs_sub', 'jobs_pub'), subscribes('log_sub', 'log_pub')];
    watcher = new Watcher([
      nodeOf(central, {}, 'monitor'),
      nodeOf(replica, { standbyOf: 'central', slot: 'replica' }, 'monitor'),
      nodeOf(genesis, { subscriptions }, 'monitor'),
    ]);
    let snapshot = await watcher.untilEdge(SUBSCRIPTION, 'idle').then(() => watcher.look());
    rigFor = (change, limitMs) =>
      new CheckRig(
        {
          snapshot: () => ({ ...snapshot, topology: change(snapshot.topology) }),
          refresh: async () => {
            snapshot = await watcher.look();
          },
        },
        limitMs === undefined ? {} : { limitMs },
      );
    rig = rigFor((topology) => topology, LIMIT_MS);
    patient = rigFor((topology) => topology, PATIENT_LIMIT_MS);
    await rig.install({ nodeId: 'central', publication: 'jobs_pub' });
    await rig.install({ nodeId: 'central', publication: 'log_pub' });
  });

  after(async () => {
    try {
      await rig.close();
      await patient.close();
      await watcher.close();
    } finally {
      await clusters.stop();
    }
  });

  afterEach(async () => {
    for (const fault of faults.splice(0)) await fault.end();
    await untilRowsArrive();
  });

  async function untilRowsArrive(): Promise<void> {
    await waitFor(
      async () => {
        const results = [...(await patient.check()).values()];
        return results.every(({ outcome, kind }) => outcome === 'arrived' && kind === 'row');
      },
      { what: 'rows arrive on every edge again', everyMs: 200 },
    );
  }

  /** Looks until the monitor has its verdict, then checks. */
  async function checkFault(id: string, code: VerdictCode): Promise<CheckResult> {
    await watcher.untilEdge(id, code);
    const result = (await rig.check()).get(id);
    assert.ok(result);
    assert.equal(result.outcome, 'notArrived', sayResult(result));
    assert.equal(result.arrivedMs, null);
    assert.equal(result.limitMs, LIMIT_MS);
    assert.equal(result.verdict?.code, code, sayResult(result));
    return result;
  }

  it('says of a standby that is cut off that nothing arrived, and why', async function () {
    faults.push(await cutOffStandby(replica));
    await checkFault(STANDBY, 'notStreaming');
    const others = await patient.check([SUBSCRIPTION]);
    assert.equal(others.get(SUBSCRIPTION)?.outcome, 'arrived');
  });

  it('says of a paused standby that nothing arrived, and why', async function () {
    faults.push(await pauseReplay(replica));
    await checkFault(STANDBY, 'paused');
  });

  it('says of a subscription whose apply waits for a lock that nothing arrived, and why', async function () {
    faults.push(await lockTable(genesis, 'jobs'));
    await central.query('INSERT INTO jobs (filler) VALUES (1)');
    await checkFault(SUBSCRIPTION, 'blocked');
    const other = await patient.check([INSERTS]);
    assert.equal(other.get(INSERTS)?.outcome, 'arrived', 'the other subscription is not blocked');
  });

  it('says of a subscription that is cut off that nothing arrived, and why', async function () {
    faults.push(await cutOffSubscription(genesis, 'jobs_sub'));
    await checkFault(SUBSCRIPTION, 'notStreaming');
  });

  it('sees a late arrival when it comes, not when it is next asked', async function () {
    for (const pauseMs of [150, 600]) {
      const fault = await pauseReplay(replica);
      let resumedAtMs = 0;
      const begun = performance.now();
      setTimeout(() => {
        resumedAtMs = performance.now();
        void fault.end();
      }, pauseMs);
      const result = (await patient.check([STANDBY])).get(STANDBY);
      const endedAtMs = performance.now();
      assert.equal(result?.outcome, 'arrived', sayResult(result));
      assert.ok(result.arrivedMs !== null);
      assert.ok(resumedAtMs > 0, 'it arrived while replay was paused');
      assert.ok(result.arrivedMs < endedAtMs - begun, 'longer than the whole check');
    }
  });

  it('waits for no lock on the sentinel table itself', async function () {
    faults.push(await lockTable(genesis, await sentinelOf('jobs_sub')));
    const result = (await rig.check()).get(SUBSCRIPTION);
    assert.equal(result?.outcome, 'notArrived', sayResult(result));
    assert.equal(result.verdict?.code, 'blocked', sayResult(result));
  });

  it('tells why nothing could be proven when a node cannot be asked', async function () {
    faults.push(await putFirstInHba(replica, 'host all monitor 127.0.0.1/32 reject'));
    const result = (await rig.check([STANDBY])).get(STANDBY);
    assert.equal(result?.outcome, 'notPossible', sayResult(result));
    assert.match(result.failure?.text ?? '', /^replica /u);
    assert.equal(result.arrivedMs, null);
    const subscriber = await putFirstInHba(genesis, 'host all monitor 127.0.0.1/32 reject');
    faults.push(subscriber);
    const passed = (await patient.check([SUBSCRIPTION])).get(SUBSCRIPTION);
    assert.equal(passed?.outcome, 'arrived', sayResult(passed));
    assert.equal(passed.kind, 'marker', 'its slot still tells that the position passed');
    assert.match(passed.note ?? '', /genesis/u);
  });

  it('falls back to the marker, and says so, where the watching role may not write', async () => {
    await central.query('REVOKE INSERT ON ALL TABLES IN SCHEMA pgtopology FROM monitor');
    try {
      for (const result of (await patient.check()).values()) {
        assert.equal(result.outcome, 'arrived', sayResult(result));
        assert.equal(result.kind, 'marker', sayResult(result));
        assert.match(result.note ?? '', /^Role monitor may not write pgtopology\.sentinel_/u);
      }
    } finally {
      await central.query('GRANT INSERT ON ALL TABLES IN SCHEMA pgtopology TO monitor');
    }
  });

  it('writes no token that would stop a subscription that lost its table', async () => {
    const table = await sentinelOf('jobs_sub');
    await genesis.query(`ALTER TABLE ${table} RENAME TO away`);
    try {
      const results = await patient.check();
      for (const id of [STANDBY, SUBSCRIPTION, INSERTS]) {
        assert.equal(results.get(id)?.outcome, 'arrived', sayResult(results.get(id)));
      }
      assert.equal(results.get(SUBSCRIPTION)?.kind, 'marker');
      assert.equal(results.get(INSERTS)?.kind, 'row');
      const alone = (await patient.check([STANDBY])).get(STANDBY);
      assert.equal(alone?.outcome, 'arrived', sayResult(alone));
      await watcher.untilEdge(SUBSCRIPTION, 'idle');
    } finally {
      const name = table.replace('pgtopology.', '');
      await genesis.query(`ALTER TABLE pgtopology.away RENAME TO ${name}`);
    }
  });

  it('holds arrivals against what the file expects, and says by how much one was late', async function () {
    await replica.setConf({ recovery_min_apply_delay: '700ms' });
    faults.push({ end: () => replica.setConf({ recovery_min_apply_delay: 0 }) });
    const expecting = rigFor((topology) => ({
      ...topology,
      nodes: topology.nodes.map((node) => ({
        ...node,
        ...(node.id === 'replica' ? { arrivesWithinMs: 300 } : {}),
        subscriptions: node.subscriptions.map((one) => ({ ...one, arrivesWithinMs: 60_000 })),
      })),
    }));
    try {
      await untilDelayed(replica, () => central.query(`INSERT INTO jobs (filler) VALUES ('x')`));
      const results = await expecting.check();
      const late = results.get(STANDBY);
      assert.ok(late !== undefined && isLate(late), sayResult(late));
      assert.match(
        checkProblem('replica', late, null) ?? '',
        /^replica: row arrived in \S+\sm?s, budget 300\sms\.$/u,
      );
      const kept = results.get(SUBSCRIPTION);
      assert.ok(kept !== undefined && isWithinBudget(kept), sayResult(kept));
      assert.deepEqual([kept.budgetMs, checkProblem('jobs_sub', kept, null)], [60_000, null]);
    } finally {
      await expecting.close();
    }
  });

  it('ends at once when it is cancelled, and leaves no session behind', async function () {
    faults.push(await pauseReplay(replica));
    await watcher.look();
    // One is the watcher's. Those of earlier checks end a moment after these.
    const areGone = async (): Promise<boolean> => {
      const counts = await Promise.all([central, replica].map(sessionsOn));
      return counts.every((count) => count === 1);
    };
    await waitFor(areGone, {
      what: 'the sessions of earlier checks are gone',
      timeoutMs: BEFORE_UNUSED_CLOSE_MS,
    });
    const stop = new AbortController();
    const results = patient.desk.run(patient.topologyId, [STANDBY], stop.signal);
    await waitFor(async () => (await sessionsOn(replica)) > 1, { what: 'the check waits' });
    const { tookMs, mayTakeMs } = await timed(central, 1_000, async () => {
      stop.abort();
      assert.deepEqual(
        (await results).map(({ outcome }) => outcome),
        ['cancelled'],
      );
    });
    assert.ok(tookMs < mayTakeMs, `it did not end at once, but after ${Math.round(tookMs)} ms`);
    await waitFor(areGone, {
      what: 'no session of a check is left',
      timeoutMs: BEFORE_UNUSED_CLOSE_MS,
    });
  });

  it('prunes what it wrote, also where the publication carries no deletes', async function () {
    const tables = [await sentinelOf('log_sub'), await sentinelOf('jobs_sub')];
    const rows = async (): Promise<readonly number[]> =>
      Promise.all(
        tables.map(async (table) => (await genesis.query(`SELECT FROM ${table}`)).length),
      );
    await patient.check();
    const before = await rows();
    for (let round = 0; round < 5; round += 1) await patient.check();
    const after = await rows();
    // Each run's last token goes with the next one's, where deletes are published.
    after.forEach((count, index) => assert.ok(count <= (before[index] ?? 0) + 1, after.join()));
  });

  it(`says nothing false in ${CHECKS} checks under full write load`, async function () {
    this.timeout(ROUNDS * 1_000 + 360_000);
    const tally = await checkUnderLoad({
      rig,
      primary: central,
      rounds: ROUNDS,
      writes: `INSERT INTO jobs (filler) VALUES ('x')`,
      // Tokens of the insert-only publication are pruned as soon as they were seen: nobody else sees them.
      witnesses: { [STANDBY]: replica, [SUBSCRIPTION]: genesis },
      table: await sentinelOf('jobs_sub'),
    });
    assert.deepEqual(tally.lies, []);
    assert.ok(tally.written > ROUNDS, `the writers wrote ${tally.written} rows`);
    assert.equal(tally.arrived + tally.late, ROUNDS * 3);
    // Late is no lie, but a machine that lets nothing arrive proves nothing.
    assert.ok(tally.arrived > ROUNDS * 2, `${tally.late} came late`);
  });

  /** The sentinel table that a subscription takes. */
  async function sentinelOf(subscription: string): Promise<string> {
    const [row] = await genesis.query<{ name: string }>(
      `SELECT r.srrelid::regclass::text AS name
         FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
        WHERE s.subname = $1 AND r.srrelid::regclass::text LIKE 'pgtopology.%'`,
      [subscription],
    );
    assert.ok(row);
    return row.name;
  }

  async function sessionsOn(server: Cluster): Promise<number> {
    const rows = await server.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
    );
    return rows.length;
  }
});
