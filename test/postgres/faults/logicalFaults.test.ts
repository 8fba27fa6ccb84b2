import assert from 'node:assert/strict';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import {
  cutOffSubscription,
  endAll,
  lockTable,
  putFirstInHba,
  type Fault,
} from '../../clusters/faults';
import { forEachMajor, isOldestOrNewest } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { copyViewOf, tableStateWords } from '../../../src/core/describe/copyWords';
import type { DeclaredSubscription } from '../../../src/core/topology';
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

const EDGE = 'logical/genesis/jobs_sub';

function subscribes(name: string): DeclaredSubscription {
  const publications = ['jobs_pub'];
  return {
    name,
    publisher: 'central',
    publications,
    connection: null,
    slotName: name,
    options: {},
  };
}

forEachMajor('logical faults on real servers', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let genesis: Cluster;
  let watcher: Watcher;
  const faults: Fault[] = [];

  before(async () => {
    // A subscriber that is blocked on purpose says nothing, for as long as a busy machine needs to see it.
    central = await clusters.add('central', { conf: { wal_sender_timeout: 0 } });
    // Long enough to see what waits for its next try, and no longer.
    genesis = await clusters.add('genesis', {
      conf: { wal_retrieve_retry_interval: '2s', logging_collector: true },
    });
    await Promise.all([central.start(), genesis.start()]);
    for (const server of [central, genesis]) {
      await server.query(
        'CREATE TABLE jobs (id int PRIMARY KEY, filler text); CREATE TABLE more (id int PRIMARY KEY)',
      );
      await createLogin(server, 'monitor', { memberOf: ['pg_monitor'] });
    }
    // By which a copy begins and does not end.
    await genesis.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$`);
    await createLogin(genesis, 'plain', { memberOf: ['pg_monitor'] });
    // As a diagnosis says where the log may not be read.
    await genesis.query(
      `GRANT EXECUTE ON FUNCTION pg_current_logfile(text), pg_stat_file(text),
         pg_read_binary_file(text, bigint, bigint) TO monitor`,
    );
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE jobs');
    await genesis.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION jobs_pub`,
    );
  });

  after(() => clusters.stop());

  beforeEach(async () => {
    watcher = watch();
    await watcher.untilEdge(EDGE, 'idle');
  });

  afterEach(async () => {
    try {
      await endAll(faults);
    } finally {
      await watcher.close();
    }
  });

  /** @param reader what we are on the subscriber; by default one that may read the log */
  function watch(reader = 'monitor'): Watcher {
    return new Watcher([
      nodeOf(central, {}, 'monitor'),
      nodeOf(genesis, { subscriptions: [subscribes('jobs_sub')] }, reader),
    ]);
  }

  let next = 1;
  const write = async (rows: number): Promise<void> => {
    const from = next;
    next += rows;
    await central.query(
      `INSERT INTO jobs SELECT g, repeat('x', 1000) FROM generate_series(${from}, ${next - 1}) AS g`,
    );
  };

  /** A row of the subscriber's own that the next row written cannot get past. */
  async function clashWithNextRow(): Promise<Fault> {
    const id = next;
    await genesis.query(`INSERT INTO jobs VALUES (${id}, 'in the way')`);
    const clash = {
      end: async () => {
        await genesis.query(`DELETE FROM jobs WHERE id = ${id} AND filler = 'in the way'`);
      },
    };
    faults.push(clash);
    return clash;
  }

  /** The same loop, seen by a role that may not read the log. */
  async function untilToldWithoutLog(): Promise<void> {
    const hidden = watch('plain');
    try {
      const names = /plain may not read the log of the server on genesis/u;
      await hidden.untilTold('errorWithoutLog', major, EDGE, names);
    } finally {
      await hidden.close();
    }
  }

  /** Returns once the apply worker is gone: until then it may confirm a part of the transaction that is written next. */
  async function disable(): Promise<Fault> {
    await genesis.query('ALTER SUBSCRIPTION jobs_sub DISABLE');
    const disabled = {
      end: async () => {
        await genesis.query('ALTER SUBSCRIPTION jobs_sub ENABLE');
      },
    };
    faults.push(disabled);
    const isUsed = async (): Promise<boolean | undefined> => {
      const [slot] = await central.query<{ active: boolean }>(
        "SELECT active FROM pg_replication_slots WHERE slot_name = 'jobs_sub'",
      );
      return slot?.active;
    };
    await waitFor(async () => (await isUsed()) === false, {
      what: 'nobody uses the slot',
    });
    return disabled;
  }

  /** The server goes on showing what the last burst took until nothing has waited for a while. */
  async function untilForgotten(): Promise<void> {
    await waitFor(
      async () => {
        const [row] = await central.query<{ is: boolean }>(
          `SELECT replay_lag IS NULL AND replay_lsn = pg_current_wal_lsn() AS is
             FROM pg_stat_replication WHERE application_name = 'jobs_sub'`,
        );
        return row?.is === true;
      },
      { what: 'the lag of the burst is shown no more' },
    );
  }

  async function startCentral(): Promise<void> {
    if (!central.isRunning) await central.start();
  }

  it('reads 0 while idle, and follows what is written', async () => {
    await write(500);
    await untilForgotten();
    await watcher.untilEdge(EDGE, 'idle');
    for (const snapshot of await watcher.during(3_000)) assertNear(edgeOf(snapshot, EDGE));
    const [row] = await genesis.query<{ rows: number }>('SELECT count(*)::int AS rows FROM jobs');
    assert.equal(row?.rows, 500);
    const snapshot = await watcher.look();
    assert.equal(slotIn(snapshot, 'jobs_sub').consumer, 'genesis/jobs_sub');
    assert.equal(snapshot.summary.activeSubscriptions, 1);
  });

  it('D: an apply worker that waits for a lock is blocked, and who holds it is named', async () => {
    const lock = await lockTable(genesis, 'jobs');
    faults.push(lock);
    await write(3_000);
    const edge = await watcher.untilEdge(EDGE, 'blocked');
    const [holder] = (await lock.session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
      .rows;
    assert.deepEqual(edge.verdict.params.pids, [holder?.pid]);
    const comparedBySubscriber = (): bigint => {
      const facts = watcher.sampleOf('genesis').fast?.subscriptions[0];
      return (facts?.receivedLsn ?? 0n) - (facts?.latestEndLsn ?? 0n);
    };
    const compared = comparedBySubscriber();
    // What came before the commit that it waits in may be confirmed; of this nothing can be.
    await write(2_000);
    const later = await watcher.during(1_500);
    assertNoComfort(later, EDGE);
    const last = later.at(-1);
    assert.ok(last !== undefined);
    assert.ok((edgeOf(last, EDGE).lagBytes ?? 0) > 2_000_000, say(edgeOf(last, EDGE)));
    assert.equal(comparedBySubscriber(), compared, 'the trap was not there');
    const pid = holder?.pid ?? 0;
    await watcher.untilTold(
      'applyBlocked',
      major,
      EDGE,
      new RegExp(
        `waits for pid ${pid} \\(postgres, idle in transaction\\), for a lock on public\\.jobs[^]*pg_terminate_backend\\(${pid}\\)`,
        'u',
      ),
    );
    await lock.end();
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('names who holds the row that an apply worker waits for', async () => {
    await write(1);
    await watcher.untilEdge(EDGE, 'idle');
    const id = next - 1;
    const session = await genesis.connect();
    faults.push({ end: () => session.end() });
    await session.query(`BEGIN; UPDATE jobs SET filler = 'kept' WHERE id = ${id}`);
    await central.query(`UPDATE jobs SET filler = 'changed' WHERE id = ${id}`);
    await write(200);
    const names =
      /waits for pid \d+ \(postgres, idle in transaction\)[^]*UPDATE jobs SET filler = 'kept'/u;
    await watcher.untilTold('rowBlocked', major, EDGE, names);
    await endAll(faults);
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('H: an apply error loop is told from an enabled, healthy look', async () => {
    const clash = await clashWithNextRow();
    await write(1);
    const edge = await watcher.untilEdge(EDGE, 'applyErrorLoop');
    assert.equal(edge.verdict.health, 'error');
    assert.equal(edge.lagMs, null);
    const facts = watcher.sampleOf('genesis').fast?.subscriptions[0];
    assert.equal(facts?.isEnabled, true, 'the trap was not there');
    if (major >= 15) assert.ok((edge.verdict.params.retries ?? 0) >= 2);
    else assert.equal(facts.applyErrorCount, null);
    if (major >= 18) assert.ok((facts.conflicts?.['insert_exists'] ?? 0) >= 1, 'what it is');
    const later = await watcher.during(2_000);
    assertNoComfort(later, EDGE);
    for (const snapshot of later)
      assert.equal(edgeOf(snapshot, EDGE).verdict.code, 'applyErrorLoop');
    const key = new RegExp(`Key \\(id\\)=\\(${next - 1}\\)`, 'u');
    await watcher.untilTold('duplicateKey', major, EDGE, key);
    if (isOldestOrNewest(major)) await untilToldWithoutLog();
    await clash.end();
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('tells a person who disables from an error that does', async () => {
    const disabled = await disable();
    // Nothing of ours waits, but the server may write a record of its own at any moment: a few bytes or unknown, never 0.
    const edge = await watcher.untilEdge(EDGE, 'disabled');
    assert.ok(edge.lagBytes === null || edge.lagBytes > 0, say(edge));
    assert.equal(edge.lagMs, null);
    await write(300);
    await watcher.untilTold(
      'disabled',
      major,
      EDGE,
      /^Subscription jobs_sub on genesis is disabled/u,
    );
    await watcher.until('changes wait', (found) => (edgeOf(found, EDGE).lagBytes ?? 0) > 300_000);
    await disabled.end();
    await watcher.untilEdge(EDGE, 'idle');
    if (major < 15) return;
    await genesis.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = true)');
    faults.push({
      end: async () => {
        await genesis.query('ALTER SUBSCRIPTION jobs_sub SET (disable_on_error = false)');
        await disabled.end();
      },
    });
    await clashWithNextRow();
    await write(1);
    const stopped = await watcher.untilEdge(EDGE, 'stoppedByError');
    assert.equal(stopped.verdict.health, 'error');
    assertNoComfort([await watcher.look()], EDGE);
    const key = new RegExp(`Key \\(id\\)=\\(${next - 1}\\)`, 'u');
    await watcher.untilTold('disabledByError', major, EDGE, key);
    await endAll(faults);
    await watcher.untilEdge(EDGE, 'idle');
  });

  /** What the next tries of an apply worker say, in the words of a diagnosis; then the fault is ended. */
  async function untilLoopIsTold(
    id: 'missingColumn' | 'missingTable' | 'applyDenied' | 'constraintViolated',
    names: RegExp,
    end: () => Promise<unknown>,
  ): Promise<void> {
    const cause = {
      end: async () => {
        await end();
      },
    };
    faults.push(cause);
    await watcher.untilTold(id, major, EDGE, names);
    await endAll(faults);
    await watcher.untilEdge(EDGE, 'idle');
  }

  it('F37: names the column that is not there', async () => {
    await central.query('ALTER TABLE jobs ADD COLUMN extra text');
    await write(1);
    const names = /public\.jobs[^]*ALTER TABLE "?public"?\."?jobs"? ADD COLUMN "?extra"? text/u;
    await untilLoopIsTold('missingColumn', names, async () =>
      genesis.query('ALTER TABLE jobs ADD COLUMN extra text'),
    );
  });

  it('names the table that is not there', async () => {
    await central.query('CREATE TABLE lonely (id int PRIMARY KEY)');
    await central.query(
      'ALTER PUBLICATION jobs_pub ADD TABLE lonely; INSERT INTO lonely VALUES (1)',
    );
    await untilLoopIsTold('missingTable', /public\.lonely/u, async () => {
      await genesis.query('CREATE TABLE lonely (id int PRIMARY KEY)');
      await central.query('ALTER PUBLICATION jobs_pub DROP TABLE lonely');
    });
  });

  it('names the constraint that refuses a row', async () => {
    if (!isOldestOrNewest(major)) return;
    await genesis.query('ALTER TABLE jobs ADD CONSTRAINT small CHECK (id < 0) NOT VALID');
    await write(1);
    await untilLoopIsTold('constraintViolated', /check constraint "small"/u, async () =>
      genesis.query('ALTER TABLE jobs DROP CONSTRAINT small'),
    );
  });

  it('names the privilege that the owner of a subscription lacks', async () => {
    if (major < 16) return;
    await genesis.query(`CREATE ROLE applier SUPERUSER LOGIN; ALTER SUBSCRIPTION jobs_sub OWNER TO applier;
      ALTER ROLE applier NOSUPERUSER; ALTER SUBSCRIPTION jobs_sub SET (run_as_owner = true, password_required = false)`);
    await write(1);
    await untilLoopIsTold('applyDenied', /permission denied for table jobs/u, async () =>
      genesis.query('ALTER SUBSCRIPTION jobs_sub OWNER TO postgres'),
    );
  });

  it('F39: names a published table whose changes fail on the publisher', async () => {
    await central.query(
      'CREATE TABLE keyless (n int); CREATE PUBLICATION keyless_pub FOR TABLE keyless',
    );
    faults.push({
      end: async () => {
        await central.query('DROP PUBLICATION keyless_pub');
      },
    });
    watcher.forgetSlow();
    const names = /UPDATE and DELETE fail on central for public\.keyless[^]*REPLICA IDENTITY FULL/u;
    await watcher.untilTold('replicaIdentityMissing', major, 'central', names);
  });

  it('names a sequence that fell behind', async () => {
    for (const server of [central, genesis]) {
      await server.query(
        `CREATE SEQUENCE numbers; ALTER TABLE jobs ALTER COLUMN id SET DEFAULT nextval('numbers'); SELECT nextval('numbers')`,
      );
    }
    await central.query(`SELECT setval('numbers', 9000)`);
    // A value of a sequence is shown to those who may read it.
    for (const server of [central, genesis]) {
      await server.query('GRANT SELECT ON SEQUENCE numbers TO monitor');
    }
    watcher.forgetSlow();
    const names =
      /public\.numbers on genesis is behind central[^]*setval\('[^']*numbers[^']*', 9000\)/u;
    await watcher.untilTold('sequenceBehind', major, EDGE, names);
    await genesis.query(`SELECT setval('numbers', 9000)`);
    watcher.forgetSlow();
    await watcher.until('it is well again', (found) => edgeOf(found, EDGE).verdict.code === 'idle');
    assert.equal(watcher.diagnosisOf(EDGE).code, 'idle');
  });

  it('J: a copy in progress is copying, and its extra sender is nobody new', async () => {
    await central.query('INSERT INTO more VALUES (1)');
    // The copy begins and does not end: each of its rows waits for a lock that we hold.
    await genesis.query(`
      CREATE TRIGGER hold BEFORE INSERT ON more FOR EACH ROW EXECUTE FUNCTION hold();
      ALTER TABLE more ENABLE ALWAYS TRIGGER hold`);
    const holder = await genesis.connect();
    await holder.query('SELECT pg_advisory_lock(42)');
    faults.push({ end: () => holder.end() });
    await central.query('ALTER PUBLICATION jobs_pub ADD TABLE more');
    await genesis.query('ALTER SUBSCRIPTION jobs_sub REFRESH PUBLICATION');
    await waitFor(
      async () =>
        (
          await central.query(
            `SELECT FROM pg_stat_replication WHERE application_name LIKE 'pg\\_%\\_sync\\_%'`,
          )
        ).length === 1,
      { what: 'the copy has its own sender' },
    );
    const edge = await watcher.untilEdge(EDGE, 'copying');
    const { readyTables, totalTables } = edge.verdict.params;
    assert.deepEqual([readyTables, totalTables], [1, 2]);
    assert.equal(edge.verdict.health, 'busy');
    await watcher.untilTold('copying', major, EDGE, /^jobs_sub on genesis is copying .*central/u);
    for (const snapshot of await watcher.during(1_000)) {
      assert.equal(edgeOf(snapshot, EDGE).lagBytes, null);
      assert.equal(edgeOf(snapshot, EDGE).lagMs, null);
      assert.deepEqual(
        snapshot.edges.map((found) => found.id),
        [EDGE],
      );
      assert.equal(snapshot.nodes.length, 2);
      const slots = snapshot.slots.filter((slot) => slot.name !== 'jobs_sub');
      assert.ok(slots.every((slot) => slot.consumer === 'genesis/jobs_sub'));
    }
    await holder.query('SELECT pg_advisory_unlock(42)');
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('a table that waits for a worker is queued; one whose copy fails is told from it', async () => {
    // One copy at a time, and the first of them does not end.
    await genesis.setConf({ max_sync_workers_per_subscription: 1 });
    faults.push({ end: () => genesis.setConf({ max_sync_workers_per_subscription: 2 }) });
    for (const server of [central, genesis]) {
      await server.query(
        'CREATE TABLE early (id int PRIMARY KEY); CREATE TABLE late (id int PRIMARY KEY)',
      );
    }
    await central.query('INSERT INTO early VALUES (1); INSERT INTO late VALUES (1)');
    for (const name of ['early', 'late']) {
      await genesis.query(`
        CREATE TRIGGER hold BEFORE INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION hold();
        ALTER TABLE ${name} ENABLE ALWAYS TRIGGER hold`);
    }
    const holder = await genesis.connect();
    await holder.query('SELECT pg_advisory_lock(42)');
    faults.push({ end: () => holder.end() });
    await central.query('ALTER PUBLICATION jobs_pub ADD TABLE early, late');
    await genesis.query('ALTER SUBSCRIPTION jobs_sub REFRESH PUBLICATION');
    const words = async (): Promise<Readonly<Record<string, string>>> => {
      const fresh = watch();
      try {
        await fresh.look();
        const { fast, slow } = fresh.sampleOf('genesis');
        const facts = fast?.subscriptions[0] ?? null;
        const open = (slow?.subscriptionTables ?? []).filter(({ state }) => state !== 'r');
        return Object.fromEntries(
          open.map((table) => [table.name, tableStateWords(table, copyViewOf(table, facts, null))]),
        );
      } finally {
        await fresh.close();
      }
    };
    // The one row came, and is not counted while its trigger holds it.
    const inOrder = async (): Promise<readonly string[]> =>
      Object.values(await words())
        .map((said) => said.replace(/^copying · 2\sB$/u, 'copying'))
        .sort();
    await waitFor(async () => (await inOrder()).join() === 'copying,queued', {
      what: 'one table is copied and the other is queued',
    });
    const edge = await watcher.untilEdge(EDGE, 'copying');
    assert.equal(edge.verdict.params.queuedTables, 1);
    assert.equal(edge.verdict.health, 'busy');
    for (let look = 0; look < 4; look += 1) {
      assert.deepEqual(await inOrder(), ['copying', 'queued'], 'nothing is stuck');
    }
    const waiting = Object.entries(await words()).find(([, said]) => said === 'queued')?.[0];
    assert.ok(waiting !== undefined);
    // Its turn comes, and a row of the subscriber's own is in the way.
    await genesis.query(`ALTER TABLE ${waiting} DISABLE TRIGGER hold`);
    await genesis.query(`INSERT INTO ${waiting} VALUES (1)`);
    await holder.query('SELECT pg_advisory_unlock(42)');
    await waitFor(async () => (await words())[waiting] === 'copy stopped, waits for its next try', {
      what: 'the copy that fails is not called queued',
      everyMs: 50,
    });
    await watcher.untilTold('copyFails', major, EDGE, new RegExp(waiting, 'u'));
    await genesis.query(`DELETE FROM ${waiting}`);
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('B for a subscription: cut off, it is not streaming, and what waits is counted', async () => {
    const fault = await cutOffSubscription(genesis, 'jobs_sub');
    faults.push(fault);
    await watcher.untilEdge(EDGE, 'notStreaming');
    await write(300);
    assertNoComfort(await watcher.during(1_000), EDGE);
    await watcher.untilTold('subscriptionCutOff', major, EDGE, /jobs_sub[^]*could not connect/u);
    await fault.end();
    await watcher.untilEdge(EDGE, 'idle');
  });

  it('says what the other end knows while one cannot be reached from here', async () => {
    const blind = async (
      server: Cluster,
      look: (found: Watcher) => Promise<void>,
    ): Promise<void> => {
      const fault = await putFirstInHba(server, 'host all monitor 127.0.0.1/32 reject');
      const half = watch();
      try {
        await look(half);
      } finally {
        await half.close();
        await fault.end();
      }
    };
    await blind(central, async (found) => {
      const snapshot = await found.look();
      assert.equal(nodeIn(snapshot, 'central').verdict.code, 'unreachable');
      const edge = edgeOf(snapshot, EDGE);
      assert.equal(edge.verdict.code, 'streaming', say(edge));
      assert.equal(edge.lagBytes, null);
      assert.equal(edge.unknownBecause, 'central is unreachable from here');
      const runs = /^central is unreachable from here, but it runs: genesis receives from it\./u;
      await found.untilTold('publisherUnreachableFromHere', major, 'central', runs);
    });
    await blind(genesis, async (found) => {
      const edge = edgeOf(await found.look(), EDGE);
      assert.equal(edge.verdict.code, 'unknown', say(edge));
      assert.equal(edge.lagBytes, null);
      const disabled = await disable();
      await found.untilEdge(EDGE, 'notStreaming');
      await disabled.end();
    });
  });

  it('stopping the publisher is no error loop, and it recovers by itself', async () => {
    await central.stop();
    faults.push({ end: startCentral });
    await watcher.untilEdge(EDGE, 'notStreaming');
    await watcher.untilTold('publisherStopped', major, EDGE, /jobs_sub/u);
    const codes = (await watcher.during(2_000)).map((found) => edgeOf(found, EDGE).verdict.code);
    await startCentral();
    await watcher.until('it is idle again', (found) => {
      codes.push(edgeOf(found, EDGE).verdict.code);
      return edgeOf(found, EDGE).verdict.code === 'idle';
    });
    assert.ok(!codes.includes('applyErrorLoop'), codes.join());
  });

  it('names a publication that was dropped while it was in use', async () => {
    await central.query(
      'CREATE TABLE brief (id int PRIMARY KEY); CREATE PUBLICATION brief_pub FOR TABLE brief',
    );
    await genesis.query('CREATE TABLE brief (id int PRIMARY KEY)');
    await genesis.query(
      `CREATE SUBSCRIPTION brief_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION brief_pub`,
    );
    faults.push({
      end: async () => {
        await genesis.query('DROP SUBSCRIPTION brief_sub');
      },
    });
    const subscription = { ...subscribes('brief_sub'), publications: ['brief_pub'] };
    const brief = new Watcher([
      nodeOf(central, {}, 'monitor'),
      nodeOf(genesis, { subscriptions: [subscription] }, 'monitor'),
    ]);
    const id = 'logical/genesis/brief_sub';
    try {
      await brief.untilEdge(id, 'idle');
      await central.query('DROP PUBLICATION brief_pub; INSERT INTO brief VALUES (1)');
      brief.forgetSlow();
      // 18 goes on without it, and skips its rows.
      const told = major >= 18 ? 'publicationSkipped' : 'publicationMissing';
      await brief.untilTold(told, major, id, /publication "?brief_pub"?/iu);
    } finally {
      await brief.close();
    }
  });

  it('a server that has no worker left says so', async () => {
    const small = await clusters.add('small', { conf: { max_logical_replication_workers: 1 } });
    await small.start();
    await central.query('CREATE PUBLICATION empty_pub');
    for (const name of ['first_sub', 'second_sub']) {
      await small.query(
        `CREATE SUBSCRIPTION ${name} CONNECTION '${central.conninfo({ database: 'postgres' })}'
           PUBLICATION empty_pub`,
      );
    }
    const crowded = new Watcher([
      nodeOf(central),
      nodeOf(small, { subscriptions: [subscribes('first_sub'), subscribes('second_sub')] }),
    ]);
    try {
      const snapshot = await crowded.until('one of the two has no worker', ({ edges }) =>
        edges.some((edge) => edge.verdict.code === 'noWorker'),
      );
      const edge = snapshot.edges.find((found) => found.verdict.code === 'noWorker');
      assert.ok(edge !== undefined);
      assert.deepEqual(edge.verdict.params, { workersUsed: 1, workersMax: 1 });
      assertNoComfort([snapshot], edge.id);
      const names =
        /small has no logical replication worker free for (?:first|second)_sub: 1 of 1/u;
      await crowded.untilTold('noWorker', major, edge.id, names);
    } finally {
      await crowded.close();
      await small.stop();
    }
  });
});
