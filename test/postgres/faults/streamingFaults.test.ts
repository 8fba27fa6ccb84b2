import assert from 'node:assert/strict';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import {
  cutOffStandby,
  endAll,
  freezeBackend,
  pauseReplay,
  putFirstInHba,
  untilDelayed,
  type Fault,
} from '../../clusters/faults';
import { forEachMajor, isOldestOrNewest } from '../../clusters/majors';
import type { Conf } from '../../clusters/serverConf';
import { sleep, waitFor } from '../../clusters/waitFor';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import {
  assertNear,
  assertNoComfort,
  edgeOf,
  nodeIn,
  nodeOf,
  say,
  slotIn,
  Watcher,
} from './watcher';

const READ = 'streaming/read';
const ARCHIVE = 'streaming/archive';
const IDLE_MS = process.env['SOAK'] === '1' ? 60_000 : 8_000;

/** So few looks at least, however busy the machine is. */
const IDLE_LOOKS = 20;

forEachMajor('streaming faults on real servers', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let read: Cluster;
  let archive: Cluster;
  let watcher: Watcher;
  const faults: Fault[] = [];

  before(async () => {
    // A receiver that is stopped on purpose says nothing, for as long as a busy machine needs to see it.
    central = await clusters.add('central', { conf: { wal_sender_timeout: 0 } });
    read = await clusters.addStandby('read', central, { slot: 'read' });
    // Without a slot: joined by application_name, over a cascade.
    archive = await clusters.addStandby('archive', read);
    for (const server of [central, read, archive]) await server.start();
    await central.query('CREATE TABLE t (id serial PRIMARY KEY, filler text)');
    await createLogin(central, 'plain');
    await createLogin(central, 'monitor', { memberOf: ['pg_monitor'] });
  });

  after(() => clusters.stop());

  beforeEach(async () => {
    watcher = watch();
    await watcher.until('all is idle', ({ edges }) =>
      edges.every((edge) => edge.verdict.code === 'idle'),
    );
  });

  afterEach(async () => {
    try {
      await endAll(faults);
    } finally {
      await watcher.close();
    }
  });

  function watch(user = 'monitor'): Watcher {
    return new Watcher([
      nodeOf(central, {}, user),
      nodeOf(read, { standbyOf: 'central', slot: 'read' }, user),
      nodeOf(archive, { standbyOf: 'read' }, user),
    ]);
  }

  const write = (rows: number): Promise<unknown> =>
    central.query(
      `INSERT INTO t (filler) SELECT repeat('x', 1000) FROM generate_series(1, ${rows})`,
    );

  /** Waits until the standby has received, or replayed too, what the primary has written by now. */
  async function untilReplayed(done: 'replay' | 'receive' = 'replay'): Promise<void> {
    const [written] = await central.query<{ lsn: string }>(
      'SELECT pg_current_wal_lsn()::text AS lsn',
    );
    await waitFor(
      async () => {
        const [row] = await read.query<{ is: boolean }>(
          `SELECT pg_last_wal_${done}_lsn() >= $1::pg_lsn AS is`,
          [written?.lsn],
        );
        return row?.is === true;
      },
      { what: `the standby did ${done} it` },
    );
  }

  it('A, F28: an idle primary reads 0, while the time since the last replayed commit grows', async function () {
    this.timeout(IDLE_MS + 360_000);
    await write(1);
    // One after the other: what feeds the second has all there is only when the first is idle.
    await watcher.untilEdge(READ, 'idle');
    await watcher.untilEdge(ARCHIVE, 'idle');
    const snapshots = await watcher.during(IDLE_MS, IDLE_LOOKS);
    for (const snapshot of snapshots) {
      for (const id of [READ, ARCHIVE]) {
        const edge = edgeOf(snapshot, id);
        assert.ok(['idle', 'streaming'].includes(edge.verdict.code), say(edge));
        assertNear(edge);
      }
    }
    // A record of the server's own shows at the looks until it is confirmed and at some after that, however long these take.
    const quiet = snapshots.filter((_, at) => isQuietAt(snapshots, at));
    for (const snapshot of quiet) assert.equal(edgeOf(snapshot, READ).lagMs, 0);
    const share = `${quiet.length} of ${snapshots.length} looks were quiet`;
    assert.ok(quiet.length >= snapshots.length / 3, share);
    assert.equal((await watcher.untilEdge(READ, 'idle')).lagMs, 0);
    await watcher.untilTold('idlePrimary', major, READ, /^read has all that central wrote\./);
    const { fast } = watcher.sampleOf('read');
    const misleading = (fast?.serverTimeMs ?? 0) - (fast?.lastReplayedCommitAtMs ?? 0);
    assert.ok(misleading >= IDLE_MS - 1_000, `the trap was not there: ${misleading} ms`);
  });

  it('B: a standby that is cut off is not streaming, whatever its own positions say', async () => {
    faults.push(await cutOffStandby(read));
    await watcher.untilEdge(READ, 'notStreaming');
    await write(3_000);
    const snapshots = await watcher.during(1_500);
    assertNoComfort(snapshots, READ);
    assertNoComfort(snapshots, ARCHIVE);
    // The primary may see a moment later that nobody reads its slot.
    const last = await watcher.until(
      'nobody reads the slot',
      (found) => slotIn(found, 'read').verdict.code === 'notStreaming',
    );
    const { fast } = watcher.sampleOf('read');
    assert.equal(fast?.receiveLsn, fast?.replayLsn, 'the trap was not there');
    assert.equal(edgeOf(last, READ).verdict.code, 'notStreaming');
    assert.ok((edgeOf(last, READ).lagBytes ?? 0) > 3_000_000, say(edgeOf(last, READ)));
    assert.equal(edgeOf(last, ARCHIVE).verdict.code, 'sourceCutOff');
    assert.equal(edgeOf(last, ARCHIVE).lagBytes, null);
    await watcher.untilTold('standbyCutOff', major, READ, /^read is not streaming from central\./);
    await watcher.untilTold(
      'cascadeCutOff',
      major,
      ARCHIVE,
      /^How far archive .* read, which feeds it/,
    );
    await endAll(faults);
    await watcher.untilEdge(READ, 'idle');
    await watcher.untilEdge(ARCHIVE, 'idle');
  });

  it('C: paused replay shows bytes and no time, though the server repeats its last time', async () => {
    await write(10);
    faults.push(await pauseReplay(read));
    await write(150);
    const paused = await watcher.untilEdge(READ, 'paused');
    assert.equal(paused.verdict.health, 'warning');
    const [edge] = (await watcher.during(1_000))
      .map((snapshot) => edgeOf(snapshot, READ))
      .slice(-1);
    assert.ok(edge !== undefined && (edge.lagBytes ?? 0) > 150_000, edge && say(edge));
    assert.equal(edge.lagMs, null);
    const sender = watcher.sampleOf('central').fast?.senders[0];
    assert.equal(sender?.state, 'streaming', 'the trap was not there');
    await watcher.untilTold(
      'replayPaused',
      major,
      READ,
      /^Replay on read is paused\.[^]*pg_wal_replay_resume/,
    );
    await endAll(faults);
    await watcher.untilEdge(READ, 'idle');
  });

  it('C without the standby: bytes that wait and do not fall are stuck', async () => {
    const blind = new Watcher([
      nodeOf(central, {}, 'monitor'),
      nodeOf(read, { standbyOf: 'central', slot: 'read' }, 'nobody'),
    ]);
    try {
      await blind.untilEdge(READ, 'idle');
      faults.push(await pauseReplay(read));
      await write(150);
      const edge = await blind.untilEdge(READ, 'stuck');
      assert.ok((edge.lagBytes ?? 0) > 150_000, say(edge));
      assert.equal(edge.lagMs, null);
      await blind.untilTold('replayPausedUnseen', major, READ, /^read is stuck/);
    } finally {
      await blind.close();
    }
  });

  it('G: after a burst it ends at 0, without a moment of stuck', async () => {
    await write(5_000);
    const codes = new Set<string>();
    await watcher.until('it has caught up', (snapshot) => {
      const edge = edgeOf(snapshot, READ);
      codes.add(edge.verdict.code);
      return edge.verdict.code === 'idle' && edge.lagMs === 0 && edge.lagBytes === 0;
    });
    const after = await watcher.during(2_000);
    for (const snapshot of after) codes.add(edgeOf(snapshot, READ).verdict.code);
    assert.ok(!codes.has('stuck') && !codes.has('notStreaming'), [...codes].join());
    await watcher.untilTold('burst', major, READ, /^read has all/);
  });

  it('F, F29: a primary has no lag of its own, and NULL is not 0', async () => {
    const snapshot = await watcher.look();
    const fast = nodeIn(snapshot, 'central').sample.fast;
    assert.equal(fast?.isInRecovery, false);
    assert.equal(fast.receiveLsn, null);
    assert.equal(fast.replayLsn, null);
    assert.equal(fast.lastReplayedCommitAtMs, null);
    assert.ok(snapshot.edges.every((edge) => edge.to !== 'central'));
    await watcher.untilTold('primaryHasNoLag', major, 'central', /^central answers/);
  });

  it('I, F30: a cascade is measured against the standby that feeds it', async () => {
    // Its end is the root's as long as all streams; with replay held on the relay, WAL still passes through.
    faults.push(await pauseReplay(read));
    await write(500);
    await watcher.untilEdge(READ, 'paused');
    const edge = await watcher.untilEdge(ARCHIVE, 'idle');
    assert.equal(edge.isRelativeToUpstream, true);
    assert.equal(edge.from, 'read');
    const fast = watcher.sampleOf('read').fast;
    assert.equal(fast?.currentLsn, null);
    assert.equal(watcher.sampleOf('read').failure, null);
    await watcher.untilTold('cascade', major, ARCHIVE, /against read, not against the root/);
  });

  it('F32: an upstream that was read first never gives a negative lag', async () => {
    for (let round = 0; round < 5; round += 1) {
      const snapshot = await watcher.lookUpstreamFirst(async () => {
        await write(20);
        await untilReplayed();
      });
      for (const edge of snapshot.edges) {
        assert.ok((edge.lagBytes ?? 0) >= 0 && (edge.lagMs ?? 0) >= 0, say(edge));
      }
    }
    const { fast: upstream } = watcher.sampleOf('central');
    const { fast: downstream } = watcher.sampleOf('read');
    assert.ok(
      (downstream?.replayLsn ?? 0n) > (upstream?.currentLsn ?? 0n),
      'the trap was not there',
    );
    await watcher.untilTold('sampledOutOfOrder', major, READ, /^read has all/);
  });

  it('F31: without pg_monitor the lag is unknown, not 0, and the role is named', async () => {
    const plain = watch('plain');
    try {
      const snapshot = await plain.look();
      const edge = edgeOf(snapshot, READ);
      assert.equal(edge.verdict.code, 'noPrivilege');
      assert.deepEqual(edge.verdict.params, { otherNodes: ['central'], role: 'plain' });
      assert.equal(edge.lagMs, null);
      assert.equal(edge.lagBytes, null);
      assert.equal(nodeIn(snapshot, 'central').verdict.code, 'noPrivilege');
      assert.equal(edgeOf(snapshot, ARCHIVE).verdict.code, 'noPrivilege');
      assert.equal(plain.sampleOf('central').fast?.senders.length, 1, 'the trap was not there');
      await plain.untilTold('noPrivilege', major, READ, /role plain may not see .* on central/);
      const grant = await plain.untilTold(
        'noPrivilege',
        major,
        'central',
        /GRANT pg_monitor TO "?plain/,
      );
      assert.match(grant.title, /plain/);
    } finally {
      await plain.close();
    }
  });

  it('says what the standby alone can know while the primary cannot be reached from here', async () => {
    faults.push(await putFirstInHba(central, 'host all monitor 127.0.0.1/32 reject'));
    const blind = watch();
    try {
      const snapshot = await blind.until(
        'the standby has heard from its primary',
        (found) => edgeOf(found, READ).lagBytes === 0,
      );
      assert.equal(nodeIn(snapshot, 'central').verdict.code, 'unreachable');
      assert.deepEqual(nodeIn(snapshot, 'central').verdict.params.otherNodes, ['read']);
      const runs = /^central is unreachable from here, but it runs: read receives from it\./;
      await blind.untilTold('primaryUnreachableFromHere', major, 'central', runs);
      faults.push(await cutOffStandby(read));
      await blind.untilEdge(READ, 'notStreaming');
      assertNoComfort([await blind.look()], READ);
      assertNoComfort([await blind.look()], ARCHIVE);
    } finally {
      await blind.close();
    }
  });

  it('shows a standby that hangs as waiting bytes, not as its last time', async () => {
    await write(10);
    // Stopped amid its work it might hold what everybody needs.
    await untilReplayed();
    const [row] = await read.query<{ pid: number }>('SELECT pid FROM pg_stat_wal_receiver');
    assert.ok(row !== undefined);
    faults.push(freezeBackend(row.pid));
    await write(500);
    const edge = await watcher.untilEdge(READ, 'stuck');
    assert.equal(edge.lagMs, null);
    assert.ok((edge.lagBytes ?? 0) > 400_000, say(edge));
    await watcher.untilTold('receiverFrozen', major, READ, /^read is stuck: what waits on central/);
  });

  /** Settings of the standby that a reload changes, until the fault ends. */
  async function withConf(conf: Conf, before: Conf): Promise<void> {
    await read.setConf(conf);
    faults.push({ end: () => read.setConf(before) });
  }

  const PATIENT = { hot_standby_feedback: false, max_standby_streaming_delay: -1 };
  const USUAL = { hot_standby_feedback: true, max_standby_streaming_delay: '30s' };

  async function openReader(): Promise<number> {
    const session = await read.connect({ applicationName: 'report' });
    faults.push({ end: () => session.end() });
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t');
    return rows[0]?.pid ?? 0;
  }

  it('names the query that replay waits for', async () => {
    await withConf(PATIENT, USUAL);
    await write(200);
    await untilReplayed();
    const pid = await openReader();
    await central.query('DELETE FROM t');
    // What it removes is removed on the standby, too, once no feedback holds it back.
    await waitFor(
      async () => {
        await central.query('VACUUM t');
        const rows = await read.query(
          `SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event LIKE 'RecoveryConflict%'`,
        );
        return rows.length === 1;
      },
      { what: 'replay waits for the query' },
    );
    await write(200);
    const names = new RegExp(`waits for pid ${pid} of postgres[^]*report[^]*FROM t`, 'u');
    await watcher.untilTold('recoveryConflict', major, READ, names);
  });

  it('names the session on the standby that holds a table', async () => {
    if (!isOldestOrNewest(major)) return;
    await withConf(PATIENT, USUAL);
    const pid = await openReader();
    await central.query('TRUNCATE t');
    await write(200);
    const names = new RegExp(`waits for pid ${pid} of postgres`, 'u');
    await watcher.untilTold('replayBlocked', major, READ, names);
  });

  it('names a query that has read for long where what replay waits for is not visible', async () => {
    if (!isOldestOrNewest(major)) return;
    const pid = await openReader();
    const [startup] = await read.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'`,
    );
    assert.ok(startup !== undefined);
    await waitFor(
      async () => {
        const paused = await pauseReplay(read);
        await write(2_000);
        await untilReplayed('receive');
        await paused.end();
        const frozen = freezeBackend(startup.pid);
        const looks = read.query(
          `SELECT FROM pg_stat_activity WHERE pid = ${startup.pid} AND wait_event IS NULL
             AND pg_last_wal_replay_lsn() < pg_last_wal_receive_lsn()`,
        );
        // Stopped with a lock in its hand it would keep everybody waiting: then it goes on, and is stopped another time.
        const rows = await Promise.race([looks, sleep(2_000).then(() => [])]).catch(() => []);
        if (rows.length === 1) faults.push(frozen);
        else await frozen.end();
        await looks.catch(() => undefined);
        return rows.length === 1;
      },
      { what: 'replay is stopped amid its work' },
    );
    await watcher.untilEdge(READ, 'stuck');
    watcher.skipTime(15_000);
    const names = new RegExp(
      `pid ${pid} of postgres has been reading there for \\d+\\ss[^]*report`,
      'u',
    );
    await watcher.untilTold('longQuery', major, READ, names);
  });

  it('tells a delay on purpose from a standby that cannot', async () => {
    await withConf({ recovery_min_apply_delay: '1h' }, { recovery_min_apply_delay: 0 });
    await untilDelayed(read, () => write(1));
    watcher.forgetSlow();
    await write(200);
    await watcher.untilTold(
      'applyDelay',
      major,
      READ,
      /read replays 1\sh later than central on purpose/,
    );
  });
});

/** Half a second of looks: what was confirmed since shows with the time that it took. */
const LOOKS_BEFORE = 3;

/** Nothing is under way at this look, and nothing was at those before it. */
function isQuietAt(snapshots: readonly TopologySnapshot[], at: number): boolean {
  if (at < LOOKS_BEFORE) return false;
  const [end, ...ends] = snapshots.slice(at - LOOKS_BEFORE, at + 1).map((snapshot) => {
    const { fast } = nodeIn(snapshot, 'central').sample;
    const sender = fast?.senders.find(({ applicationName }) => applicationName === 'read');
    return sender?.replayLsn === fast?.currentLsn ? (fast?.currentLsn ?? null) : null;
  });
  return end !== undefined && end !== null && ends.every((other) => other === end);
}

forEachMajor('role changes on real servers', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let read: Cluster;
  let archive: Cluster;
  let watcher: Watcher;

  before(async () => {
    central = await clusters.add('central', { conf: { max_slot_wal_keep_size: '1MB' } });
    read = await clusters.addStandby('read', central, { slot: 'read' });
    archive = await clusters.addStandby('archive', read, { slot: 'archive' });
    for (const server of [central, read, archive]) await server.start();
    watcher = new Watcher([
      nodeOf(central),
      nodeOf(read, { standbyOf: 'central', slot: 'read' }),
      nodeOf(archive, { standbyOf: 'read', slot: 'archive' }),
    ]);
    await watcher.untilEdge(READ, 'idle');
    await watcher.untilEdge(ARCHIVE, 'idle');
  });

  after(async () => {
    await watcher.close();
    await clusters.stop();
  });

  it('F22, E: a promotion is seen at the next look, and the frozen positions of recovery are not lag', async () => {
    await central.stop();
    await read.promote();
    const snapshot = await watcher.look();
    const node = nodeIn(snapshot, 'read');
    assert.equal(node.verdict.code, 'roleMismatch');
    assert.equal(node.verdict.params.role, 'primary');
    assert.equal(node.role, 'primary');
    assert.equal(node.sample.fast?.timeline, 2, 'pg_control_checkpoint() may still say 1');
    assert.equal(node.sample.fast.replayLsn, null);
    assert.equal(edgeOf(snapshot, READ).verdict.code, 'roleMismatch');
    assert.equal(edgeOf(snapshot, READ).lagBytes, null);
    assert.equal(nodeIn(snapshot, 'central').verdict.code, 'unreachable');
    await watcher.untilTold(
      'promoted',
      major,
      'read',
      /declares read a standby of central, but it is a primary/,
    );
    const below = await watcher.untilEdge(ARCHIVE, 'idle');
    assert.equal(below.isRelativeToUpstream, false, 'it is fed by a primary now');
  });

  it('F23: two writable nodes of one system are a split brain, said of both', async () => {
    await central.start();
    const snapshot = await watcher.look();
    assert.equal(nodeIn(snapshot, 'central').verdict.code, 'splitBrain');
    assert.deepEqual(nodeIn(snapshot, 'read').verdict.params.otherNodes, ['central']);
    assert.deepEqual(snapshot.summary.problems.slice(0, 2).toSorted(), ['central', 'read']);
    await watcher.untilTold(
      'splitBrain',
      major,
      'central',
      /central and read take writes and are of one system/,
    );
  });

  it('F33: a standby on a newer timeline than its upstream has diverged, without a number', async () => {
    await archive.query(`ALTER SYSTEM SET primary_slot_name = ''`);
    // A standby shows the timeline of its last restart point, unless it was seen to receive from a newer one.
    await read.query('CHECKPOINT');
    await waitFor(
      async () => {
        await archive.query('CHECKPOINT');
        const [row] = await archive.query<{ timeline: number }>(
          'SELECT timeline_id AS timeline FROM pg_control_checkpoint()',
        );
        return row?.timeline === 2;
      },
      { what: 'the restart point of archive is on timeline 2' },
    );
    await cutOffStandby(archive);
    await archive.query(`ALTER SYSTEM SET primary_conninfo = '${central.conninfo()}'`);
    await archive.reload();
    const strayed = new Watcher([nodeOf(central), nodeOf(archive, { standbyOf: 'central' })]);
    try {
      // Its receiver comes and goes: it connects, finds a server that is behind its own timeline, and ends.
      const edge = await strayed.untilEdge(ARCHIVE, 'diverged');
      assert.deepEqual(edge.verdict.params, { upstreamTimeline: 1, downstreamTimeline: 2 });
      assert.equal(edge.lagBytes, null);
      assert.equal(edge.lagMs, null);
      await strayed.untilTold(
        'diverged',
        major,
        ARCHIVE,
        /archive has diverged from central: timeline 2 against 1/,
      );
    } finally {
      await strayed.close();
    }
  });

  it('a slot that lost its WAL is said on the edge and on the slot', async () => {
    await waitFor(
      async () => {
        await central.query(
          'CREATE TABLE IF NOT EXISTS w (x int); INSERT INTO w SELECT 1; SELECT pg_switch_wal()',
        );
        await central.query('CHECKPOINT');
        const [row] = await central.query<{ status: string }>(
          `SELECT wal_status AS status FROM pg_replication_slots WHERE slot_name = 'read'`,
        );
        return row?.status === 'lost';
      },
      { what: 'the slot is lost' },
    );
    const alone = new Watcher([
      nodeOf(central),
      {
        ...nodeOf(read, { standbyOf: 'central', slot: 'read' }),
        connection: { host: '127.0.0.1', port: '1' },
      },
    ]);
    try {
      const snapshot = await alone.look();
      assert.equal(edgeOf(snapshot, READ).verdict.code, 'slotLost');
      assert.equal(edgeOf(snapshot, READ).lagBytes, null);
      assert.equal(slotIn(snapshot, 'read').verdict.code, 'slotLost');
      assert.equal(slotIn(snapshot, 'read').retainedWalBytes, null);
      await alone.untilTold('slotLostOfStandby', major, READ, /read lost its slot read on central/);
      await alone.untilTold(
        'slotLostOfStandby',
        major,
        'slot/central/read',
        /Slot read on central is lost/,
      );
    } finally {
      await alone.close();
    }
  });
});
