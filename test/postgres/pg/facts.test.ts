import assert from 'node:assert/strict';
import type { FastFacts, SlowFacts } from '../../../src/core/facts';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { makePatientGateway, never, nodeAt, untilNoSessions, type NodeOptions } from './support';

interface Facts {
  readonly fast: FastFacts;
  readonly slow: SlowFacts;
}

forEachMajor('Facts of each kind of node', function (major) {
  let clusters: Clusters;
  let primary: Cluster;
  let standby: Cluster;
  let cascade: Cluster;
  let subscriber: Cluster;
  const gateway = makePatientGateway();

  async function read(cluster: Cluster, options?: NodeOptions): Promise<Facts> {
    const session = await gateway.open(nodeAt(cluster, options), never());
    try {
      return { fast: await session.readFast(never()), slow: await session.readSlow(never()) };
    } finally {
      await session.close();
    }
  }

  before(async function () {
    clusters = new Clusters(major);
    primary = await (await clusters.add('primary')).start();
    standby = await (
      await clusters.addStandby('standby', primary, { slot: 'standby_slot' })
    ).start();
    cascade = await (await clusters.addStandby('cascade', standby)).start();
    subscriber = await (await clusters.add('subscriber')).start();
    await primary.query(`CREATE TABLE item (id int PRIMARY KEY, label text);
      CREATE TABLE "Odd.Name" (id int);
      INSERT INTO item SELECT g, 'x' FROM generate_series(1, 10) g;
      CREATE PUBLICATION item_pub FOR TABLE item, "Odd.Name" WITH (publish = 'insert, update');
      CREATE ROLE watcher LOGIN`);
    await subscriber.query(
      'CREATE TABLE item (id int PRIMARY KEY, label text); CREATE TABLE "Odd.Name" (id int)',
    );
    await subscriber.query(
      `CREATE SUBSCRIPTION item_sub CONNECTION '${primary.conninfo({ database: 'postgres' })}' PUBLICATION item_pub`,
    );
    await waitFor(
      async () =>
        (await subscriber.query(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`))
          .length === 0,
      { what: 'both tables are ready' },
    );
    for (const upstream of [primary, standby]) {
      await waitFor(
        async () =>
          (
            await upstream.query(
              `SELECT FROM pg_stat_replication WHERE application_name IN ('standby', 'cascade')
                 AND state = 'streaming' AND replay_lsn IS NOT NULL`,
            )
          ).length === 1,
        { what: `${upstream.name} streams and was answered` },
      );
    }
  });

  after(async () => {
    await clusters.stop();
  });

  it('a primary tells its position, its senders and slots, and leaves standby facts unknown', async () => {
    const { fast, slow } = await read(primary);
    assert.equal(Math.floor(fast.serverVersionNum / 10_000), major);
    assert.equal(fast.isInRecovery, false);
    assert.equal(fast.timeline, 1);
    assert.ok(fast.currentLsn !== null && fast.currentLsn > 0n);
    assert.equal(fast.receiveLsn, null);
    assert.equal(fast.replayLsn, null);
    assert.equal(fast.lastReplayedCommitAtMs, null);
    assert.equal(fast.replayPauseState, null);
    assert.equal(fast.receiver, null);
    assert.match(fast.systemIdentifier ?? '', /^\d{15,20}$/);
    assert.equal(fast.database, 'postgres');
    assert.ok(Math.abs(fast.serverTimeMs - Date.now()) < 60_000);
    assert.ok(fast.postmasterStartedAtMs < fast.serverTimeMs);
    assert.ok((fast.connectionsUsed ?? 0) >= 1);

    const sender = fast.senders.find(({ applicationName }) => applicationName === 'standby');
    assert.equal(sender?.state, 'streaming');
    assert.equal(sender.clientAddress, '127.0.0.1');
    assert.equal(sender.syncState, 'async');
    assert.ok(sender.replayLsn !== null && sender.replayLsn > 0n);
    const physical = fast.slots.find(({ name }) => name === 'standby_slot');
    assert.equal(physical?.type, 'physical');
    assert.equal(physical.activePid, sender.pid);
    assert.equal(physical.confirmedFlushLsn, null);
    const logical = fast.slots.find(({ name }) => name === 'item_sub');
    assert.equal(logical?.type, 'logical');
    assert.equal(logical.plugin, 'pgoutput');
    assert.equal(logical.database, 'postgres');
    assert.ok(logical.confirmedFlushLsn !== null);
    assert.equal(logical.walStatus, 'reserved');

    assert.equal(slow.role, 'postgres');
    assert.equal(slow.isSuperuser, true);
    assert.equal(slow.hasMonitorRole, true);
    assert.equal(slow.serverPort, primary.port);
    assert.match(slow.serverVersion, new RegExp(`^${major}\\.`));
    assert.equal(slow.settings['wal_level'], 'logical');
    assert.equal(slow.settings['max_connections'], '100');
    assert.equal(slow.queueShape, null);
  });

  it('publications come with their tables and what each lacks', async () => {
    const { slow } = await read(primary);
    assert.deepEqual(slow.publications, [
      {
        name: 'item_pub',
        allTables: false,
        schemas: [],
        operations: ['insert', 'update'],
        viaPartitionRoot: false,
        tables: [
          {
            schema: 'public',
            name: 'Odd.Name',
            columns: null,
            rowFilter: null,
            hasReplicaIdentity: false,
            rowEstimate: null,
          },
          {
            schema: 'public',
            name: 'item',
            columns: null,
            rowFilter: null,
            hasReplicaIdentity: true,
            rowEstimate: null,
          },
        ],
        generatedColumns: major >= 18 ? 'none' : null,
        namedTables: ['Odd.Name', 'item'].map((name) => ({
          schema: 'public',
          name,
          columns: null,
          rowFilter: null,
          isInherited: false,
        })),
      },
    ]);
  });

  it('tables that a publication names are told apart from those it comes to', async () => {
    await primary.query(`CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE child () INHERITS (base);
      CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9);
      CREATE PUBLICATION a_family FOR TABLE base, whole;
      CREATE PUBLICATION an_all FOR ALL TABLES`);
    try {
      const { publications } = (await read(primary)).slow;
      const family = publications.find(({ name }) => name === 'a_family');
      assert.deepEqual(
        family?.namedTables?.map(({ name, isInherited }) => [name, isInherited]),
        [
          ['base', false],
          ['child', true],
          ['whole', false],
        ],
      );
      assert.deepEqual(
        family.tables.map(({ name }) => name),
        ['base', 'child', 'part'],
      );
      assert.deepEqual(publications.find(({ name }) => name === 'an_all')?.namedTables, []);
    } finally {
      await primary.query(
        'DROP PUBLICATION a_family; DROP PUBLICATION an_all; DROP TABLE base CASCADE; DROP TABLE whole',
      );
    }
  });

  if (major >= 15) {
    it('schemas, column lists and row filters are told', async () => {
      await primary.query(`CREATE SCHEMA extra; CREATE TABLE extra.t (id int PRIMARY KEY);
        CREATE PUBLICATION a_schema FOR TABLES IN SCHEMA extra;
        CREATE PUBLICATION a_part FOR TABLE item (id) WHERE (id > 5)`);
      try {
        const { publications } = (await read(primary)).slow;
        const schema = publications.find(({ name }) => name === 'a_schema');
        assert.deepEqual(schema?.schemas, ['extra']);
        assert.deepEqual(
          schema.tables.map(({ name }) => name),
          ['t'],
        );
        assert.equal(schema.tables[0]?.columns, null);
        const part = publications.find(({ name }) => name === 'a_part')?.tables[0];
        assert.deepEqual(part?.columns, ['id']);
        assert.match(part.rowFilter ?? '', /id > 5/);
        assert.deepEqual(schema.namedTables, []);
        const named = publications.find(({ name }) => name === 'a_part')?.namedTables?.[0];
        assert.deepEqual(named, {
          schema: 'public',
          name: 'item',
          columns: ['id'],
          rowFilter: '(id > 5)',
          isInherited: false,
        });
      } finally {
        await primary.query(
          'DROP PUBLICATION a_part; DROP PUBLICATION a_schema; DROP SCHEMA extra CASCADE',
        );
      }
    });
  }

  it('a standby tells its receiver and what it replayed, never a position of its own', async () => {
    const { fast } = await read(standby);
    assert.equal(fast.isInRecovery, true);
    assert.equal(fast.currentLsn, null);
    assert.equal(fast.timeline, 1);
    assert.ok(fast.receiveLsn !== null && fast.receiveLsn > 0n);
    assert.ok(fast.replayLsn !== null && fast.replayLsn > 0n);
    assert.equal(fast.replayPauseState, 'not paused');
    assert.equal(fast.receiver?.isVisible, true);
    assert.equal(fast.receiver.status, 'streaming');
    assert.equal(fast.receiver.slotName, 'standby_slot');
    assert.equal(fast.receiver.applicationName, 'standby');
    assert.equal(fast.receiver.senderPort, primary.port);
    assert.equal(fast.receiver.receivedTimeline, 1);
    assert.ok(fast.receiver.flushedLsn !== null);
    assert.equal(fast.systemIdentifier, (await read(primary)).fast.systemIdentifier);
    assert.deepEqual(fast.subscriptions, []);
  });

  it('a cascade is a standby on one side and an upstream on the other', async () => {
    const upstream = (await read(standby)).fast;
    assert.deepEqual(
      upstream.senders.map(({ applicationName }) => applicationName),
      ['cascade'],
    );
    const { fast } = await read(cascade);
    assert.equal(fast.receiver?.senderPort, standby.port);
    assert.equal(fast.receiver.slotName, null);
  });

  it('a name with spaces in the receiver’s conninfo is read whole, and nothing after it', async () => {
    await cascade.query(
      `ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=${standby.port} user=postgres application_name=''a b c'''`,
    );
    await cascade.reload();
    try {
      await waitFor(async () => (await read(cascade)).fast.receiver?.applicationName === 'a b c', {
        what: 'the receiver has its new name',
      });
    } finally {
      await cascade.query('ALTER SYSTEM RESET primary_conninfo');
      await cascade.reload();
    }
  });

  it('a subscriber tells its subscription, worker, counters and tables', async () => {
    const { fast, slow } = await waitFor(
      async () => {
        const facts = await read(subscriber);
        const [only] = facts.fast.subscriptions;
        if (only === undefined || only.workerPid === null) return null;
        return only.latestEndLsn !== null && only.syncWorkers === 0 ? facts : null;
      },
      { what: 'the apply worker runs, and alone' },
    );
    const [subscription] = fast.subscriptions;
    assert.equal(fast.subscriptions.length, 1);
    assert.equal(subscription?.name, 'item_sub');
    assert.equal(subscription.isEnabled, true);
    assert.equal(subscription.slotName, 'item_sub');
    assert.deepEqual(subscription.publications, ['item_pub']);
    assert.ok(subscription.latestEndLsn !== null);
    assert.deepEqual(subscription.tableStates, { i: 0, d: 0, f: 0, s: 0, r: 2 });
    assert.equal(subscription.syncWorkers, 0);
    assert.deepEqual(subscription.blockingPids, []);
    assert.equal(subscription.applyErrorCount, major >= 15 ? 0 : null);
    const conflicts = subscription.conflicts ?? null;
    if (major < 18) assert.equal(conflicts, null);
    else assert.equal(conflicts?.['insert_exists'], 0);
    assert.equal(subscription.disablesOnError, major >= 15 ? false : null);
    assert.deepEqual(slow.subscriptionTables, [
      { subscription: 'item_sub', schema: 'public', name: 'Odd.Name', state: 'r' },
      { subscription: 'item_sub', schema: 'public', name: 'item', state: 'r' },
    ]);
  });

  it('options of a subscription are told as the file names them, those of its version only', async () => {
    const all: Record<string, readonly [number, boolean | string, boolean | string, string]> = {
      binary: [14, false, true, 'binary = true'],
      streaming: [14, major >= 18 ? 'parallel' : 'off', 'on', 'streaming = on'],
      synchronousCommit: [14, 'off', 'local', 'synchronous_commit = local'],
      twoPhase: [15, false, true, 'two_phase = true'],
      disableOnError: [15, false, true, 'disable_on_error = true'],
      passwordRequired: [16, true, false, 'password_required = false'],
      runAsOwner: [16, false, true, 'run_as_owner = true'],
      origin: [16, 'any', 'none', 'origin = none'],
      failover: [17, false, true, 'failover = true'],
    };
    const had = Object.entries(all).filter(([, [from]]) => major >= from);
    const usual = (await read(subscriber)).slow.subscriptionOptions;
    assert.deepEqual(usual, [
      {
        subscription: 'item_sub',
        options: Object.fromEntries(had.map(([name, [, value]]) => [name, value])),
      },
    ]);
    await primary.query(
      `CREATE SUBSCRIPTION odd_sub CONNECTION 'dbname=nowhere' PUBLICATION p
         WITH (connect = false, slot_name = NONE, ${had.map(([, [, , , sql]]) => sql).join(', ')})`,
    );
    try {
      assert.deepEqual((await read(primary)).slow.subscriptionOptions, [
        {
          subscription: 'odd_sub',
          options: Object.fromEntries(had.map(([name, [, , value]]) => [name, value])),
        },
      ]);
      if (major < 16) return;
      await primary.query('ALTER SUBSCRIPTION odd_sub SET (streaming = parallel)');
      const options = (await read(primary)).slow.subscriptionOptions?.[0]?.options;
      assert.equal(options?.['streaming'], 'parallel');
    } finally {
      await primary.query('DROP SUBSCRIPTION odd_sub');
    }
  });

  it('a subscription that is made while a session is held shows in its next poll', async () => {
    const session = await gateway.open(nodeAt(primary), never());
    try {
      assert.deepEqual((await session.readFast(never())).subscriptions, []);
      await primary.query(
        `CREATE SUBSCRIPTION later_sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)`,
      );
      const { subscriptions } = await session.readFast(never());
      assert.deepEqual(
        subscriptions.map(({ name, isEnabled, slotName }) => ({ name, isEnabled, slotName })),
        [{ name: 'later_sub', isEnabled: false, slotName: null }],
      );
      await primary.query('DROP SUBSCRIPTION later_sub');
      assert.deepEqual((await session.readFast(never())).subscriptions, []);
    } finally {
      await session.close();
    }
  });

  it('a blocked apply worker names who blocks it', async () => {
    const session = await subscriber.connect();
    try {
      await session.query('BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE');
      const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await primary.query(`INSERT INTO item VALUES (1000, 'waits')`);
      const blocked = await waitFor(
        async () => {
          const [subscription] = (await read(subscriber)).fast.subscriptions;
          // Its waiting and its blockers are not read in the same instant.
          const isBlocked = (subscription?.blockingPids ?? []).length > 0;
          return isBlocked && subscription?.workerWaitEventType === 'Lock' ? subscription : null;
        },
        { what: 'the apply worker waits for the lock' },
      );
      assert.deepEqual(blocked.blockingPids, [rows[0]?.pid]);
    } finally {
      await session.end();
    }
  });

  it('a role without pg_monitor sees rows without state, and says what it lacks', async () => {
    const watcher = { params: { user: 'watcher' } };
    const { fast, slow } = await read(primary, watcher);
    assert.equal(fast.canSeeReplication, false);
    assert.equal(slow.isSuperuser, false);
    assert.equal(slow.hasMonitorRole, false);
    assert.equal(slow.role, 'watcher');
    const sender = fast.senders.find(({ applicationName }) => applicationName === 'standby');
    assert.ok(sender !== undefined);
    assert.equal(sender.state, null);
    assert.equal(sender.replayLsn, null);
    assert.equal(sender.clientAddress, null);
    assert.ok(fast.currentLsn !== null);
    assert.ok(fast.slots.length >= 2);
    await waitFor(
      async () => {
        const { receiver } = (await read(standby, watcher)).fast;
        return receiver?.isVisible === false && receiver.status === null && receiver.pid > 0;
      },
      { what: 'the receiver is a pid and no more' },
    );
    await primary.query('GRANT pg_monitor TO watcher');
    try {
      const after = await read(primary, watcher);
      assert.equal(after.fast.canSeeReplication, true);
      assert.equal(after.slow.hasMonitorRole, true);
      assert.ok(after.fast.senders.every(({ state }) => state !== null));
    } finally {
      await primary.query('REVOKE pg_monitor FROM watcher');
    }
  });

  it('a subscriber is read without privileges, its conninfo never', async () => {
    await subscriber.query('CREATE ROLE watcher LOGIN');
    const { fast } = await read(subscriber, { params: { user: 'watcher' } });
    assert.equal(fast.subscriptions[0]?.name, 'item_sub');
    assert.ok(
      !JSON.stringify(fast, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ).includes('host='),
    );
  });

  it('functions that were closed to the role are left out, not stumbled over', async () => {
    await primary.query(
      'REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM PUBLIC',
    );
    try {
      const { fast } = await read(primary, { params: { user: 'watcher' } });
      assert.equal(fast.systemIdentifier, null);
      assert.equal(fast.timeline, 1);
    } finally {
      await primary.query(
        'GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO PUBLIC',
      );
    }
  });

  it('odd names of databases and roles work', async () => {
    await primary.query(`CREATE ROLE "Rob's ""Role"" é" LOGIN`);
    await primary.query(`CREATE DATABASE "Ünï-Code ""q"" 'x'" OWNER "Rob's ""Role"" é"`);
    const { fast, slow } = await read(primary, {
      params: { user: `Rob's "Role" é`, dbname: `Ünï-Code "q" 'x'` },
    });
    assert.equal(fast.database, `Ünï-Code "q" 'x'`);
    assert.equal(slow.role, `Rob's "Role" é`);
  });

  it('a poll is one named statement on the held connection', async () => {
    // A server's process outlives the session of the test before by a moment.
    await untilNoSessions(primary);
    const session = await gateway.open(nodeAt(primary), never());
    try {
      for (let round = 0; round < 3; round += 1) await session.readFast(never());
      const rows = await primary.query<{ query: string; starts: number }>(
        `SELECT query, count(*) OVER ()::int AS starts FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
      );
      assert.equal(rows[0]?.starts, 1);
      assert.match(rows[0].query, /^SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery/);
    } finally {
      await session.close();
    }
    await untilNoSessions(primary);
  });

  it('F22: a promotion shows in the next poll, with its new timeline', async () => {
    const session = await gateway.open(nodeAt(cascade), never());
    try {
      assert.equal((await session.readFast(never())).isInRecovery, true);
      await cascade.promote();
      const fast = await session.readFast(never());
      assert.equal(fast.isInRecovery, false);
      assert.equal(fast.timeline, 2);
      assert.ok(fast.currentLsn !== null);
      assert.equal(fast.replayLsn, null);
    } finally {
      await session.close();
    }
  });
});
