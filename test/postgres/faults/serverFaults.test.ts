import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { cutOffSubscription, endAll, type Fault } from '../../clusters/faults';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import {
  DEFAULT_THRESHOLDS,
  type DeclaredQueue,
  type DeclaredSubscription,
} from '../../../src/core/topology';
import { edgeOf, nodeOf, Watcher } from './watcher';

const EDGE = 'logical/genesis/jobs_sub';
const READ = 'streaming/read';
const QUEUE = 'queue/genesis';

const SUBSCRIPTION: DeclaredSubscription = {
  name: 'jobs_sub',
  publisher: 'central',
  publications: ['jobs_pub'],
  connection: null,
  slotName: 'jobs_sub',
  options: {},
};

const PENDING: DeclaredQueue = {
  primary: 'central',
  table: { schema: 'pgtopology', name: 'pending_sync' },
  capture: 'trigger',
  tables: [],
};

/** What runs out, what is left over, what was exchanged: faults of servers and of what they keep. */
forEachMajor('server faults on real servers', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;
  let read: Cluster;
  let genesis: Cluster;
  let watcher: Watcher;
  const faults: Fault[] = [];

  before(async () => {
    const few = { max_replication_slots: 3, max_wal_senders: 3 };
    central = await clusters.add('central', { conf: few });
    // Without a slot: nothing keeps WAL for it.
    read = await clusters.addStandby('read', central);
    genesis = await clusters.add('genesis', { conf: { max_connections: 25 } });
    for (const server of [central, read, genesis]) await server.start();
    for (const server of [central, genesis]) {
      await server.query('CREATE TABLE jobs (id int PRIMARY KEY, filler text)');
    }
    await central.query('CREATE PUBLICATION jobs_pub FOR TABLE jobs');
    await genesis.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION jobs_pub`,
    );
    await genesis.query(`CREATE SCHEMA pgtopology; CREATE TABLE pgtopology.pending_sync (
      id uuid DEFAULT gen_random_uuid(), seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      table_name text NOT NULL, operation text NOT NULL, data jsonb,
      state text NOT NULL DEFAULT 'pending', attempts int NOT NULL DEFAULT 0, error text,
      error_sqlstate text, created_at timestamptz NOT NULL DEFAULT now(), synced_at timestamptz)`);
  });

  after(() => clusters.stop());

  beforeEach(() => {
    watcher = watch();
  });

  afterEach(async () => {
    try {
      await endAll(faults);
    } finally {
      await watcher.close();
    }
  });

  function watch(differs: ConstructorParameters<typeof Watcher>[1] = {}): Watcher {
    return new Watcher(
      [
        nodeOf(central),
        nodeOf(read, { standbyOf: 'central' }),
        nodeOf(genesis, { subscriptions: [SUBSCRIPTION], pendingSync: PENDING }),
      ],
      differs,
    );
  }

  /** Ends with the test, also when it fails. */
  function undo(end: () => Promise<unknown>): void {
    faults.push({
      end: async () => {
        await end();
      },
    });
  }

  const enqueue = (state: string, error: string | null, minutesAgo: number): Promise<unknown> =>
    genesis.query(
      `INSERT INTO pgtopology.pending_sync (table_name, operation, data, state, attempts, error, created_at)
         VALUES ('public.jobs', 'INSERT', '{"id": 1}', $1, 1, $2, now() - make_interval(mins => $3))`,
      [state, error, minutesAgo],
    );

  const emptyQueue = (): Promise<unknown> => genesis.query('DELETE FROM pgtopology.pending_sync');

  it('says nothing while nothing is wrong', async () => {
    const snapshot = await watcher.until('all is idle', ({ edges }) =>
      edges.every((edge) => edge.verdict.code === 'idle'),
    );
    for (const { id } of [...snapshot.nodes, ...snapshot.edges, ...snapshot.queues]) {
      assert.equal(watcher.diagnosisOf(id).health, 'healthy', watcher.diagnosisOf(id).title);
    }
  });

  it('F49: names a slot that nobody reads, and one that keeps more than the file allows', async () => {
    await central.query(`SELECT pg_create_logical_replication_slot('left_over', 'pgoutput')`);
    undo(() => central.query(`SELECT pg_drop_replication_slot('left_over')`));
    const slot = 'slot/central/left_over';
    await watcher.untilTold('orphanSlot', major, slot, /^Nobody reads slot left_over on central/u);
    await growWal(2);
    const strict = watch({ thresholds: { ...DEFAULT_THRESHOLDS, retainedWalBytes: 1_000_000 } });
    try {
      const names = /Slot left_over on central keeps .* thresholds\.retainedWal/u;
      await strict.untilTold('nearFileLimit', major, slot, names);
    } finally {
      await strict.close();
    }
  });

  it('F46: names slots that are used up', async () => {
    await central.query(
      `SELECT pg_create_physical_replication_slot('a'), pg_create_physical_replication_slot('b')`,
    );
    undo(() =>
      central.query(`SELECT pg_drop_replication_slot('a'), pg_drop_replication_slot('b')`),
    );
    const { name } = SUBSCRIPTION;
    await genesis.query(
      `CREATE SUBSCRIPTION second_sub CONNECTION '${central.conninfo({ database: 'postgres' })}'
         PUBLICATION jobs_pub WITH (connect = false)`,
    );
    undo(() =>
      genesis.query(
        `ALTER SUBSCRIPTION second_sub DISABLE; ALTER SUBSCRIPTION second_sub SET (slot_name = NONE); DROP SUBSCRIPTION second_sub`,
      ),
    );
    await genesis.query('ALTER SUBSCRIPTION second_sub ENABLE');
    const second = { ...SUBSCRIPTION, name: 'second_sub', slotName: 'second_sub' };
    const crowded = new Watcher([
      nodeOf(central),
      nodeOf(genesis, { subscriptions: [{ ...SUBSCRIPTION, name }, second] }),
    ]);
    try {
      const names = /second_sub on genesis has no slot, and central has none left: 3 of 3/u;
      await crowded.untilTold('slotsUsedUp', major, 'logical/genesis/second_sub', names);
    } finally {
      await crowded.close();
    }
  });

  it('F46: names senders that are used up', async () => {
    await watcher.untilEdge(READ, 'idle');
    await read.stop();
    undo(() => (read.isRunning ? Promise.resolve() : read.start()));
    // Its sender, and those of subscriptions that are gone, end a moment later; until then they are in the way of ours.
    await waitFor(
      async () => {
        const senders = await central.query<{ name: string }>(
          'SELECT application_name AS name FROM pg_stat_replication',
        );
        return senders.map(({ name }) => name).join() === 'jobs_sub';
      },
      { what: 'the subscription has the only sender' },
    );
    for (let used = 1; used < 3; used += 1) {
      const session = await central.connect({ replication: 'database' });
      undo(() => session.end());
    }
    await read.start();
    const names = /read cannot stream: central has no WAL sender left \(3 of 3/u;
    await watcher.untilTold('sendersUsedUp', major, READ, names);
  });

  it('F47: names a wal_level that is too low', async () => {
    const plain = await clusters.add('plain', { conf: { wal_level: 'replica' } });
    await plain.start();
    undo(() => plain.stop());
    await plain.query('CREATE PUBLICATION jobs_pub');
    await genesis.query(
      `CREATE SUBSCRIPTION plain_sub CONNECTION '${plain.conninfo({ database: 'postgres' })}'
         PUBLICATION jobs_pub WITH (connect = false)`,
    );
    undo(() =>
      genesis.query(
        `ALTER SUBSCRIPTION plain_sub DISABLE; ALTER SUBSCRIPTION plain_sub SET (slot_name = NONE); DROP SUBSCRIPTION plain_sub`,
      ),
    );
    await genesis.query('ALTER SUBSCRIPTION plain_sub ENABLE');
    const subscription = {
      ...SUBSCRIPTION,
      name: 'plain_sub',
      slotName: 'plain_sub',
      publisher: 'plain',
    };
    const low = new Watcher([nodeOf(plain), nodeOf(genesis, { subscriptions: [subscription] })]);
    try {
      const names = /plain cannot send changes to subscriptions: wal_level is replica/u;
      await low.untilTold('walLevelTooLow', major, 'logical/genesis/plain_sub', names);
    } finally {
      await low.close();
    }
  });

  it('F15: names connections that are nearly used up', async () => {
    await watcher.look();
    for (let used = 0; used < 20; used += 1) {
      const session = await genesis.connect();
      undo(() => session.end());
    }
    const names = /^genesis has nearly no connection left: 2\d of 22/u;
    await watcher.untilTold('connectionsNearlyUsedUp', major, 'genesis', names);
  });

  it('F54: names a clock that is wrong', async () => {
    watcher.moveClock('genesis', 10 * 60_000);
    const names = /^The clock of genesis is 10\smin ahead of the clock of this machine/u;
    await watcher.untilTold('clockSkew', major, 'genesis', names);
  });

  it('F24: names a server that is not the one that was seen there', async () => {
    const other = new Watcher([nodeOf(genesis, { id: 'shop' })]);
    try {
      await other.look();
      await other.redeclare(nodeOf(central, { id: 'shop' }));
      await other.untilTold(
        'wrongServer',
        major,
        'shop',
        /^shop is not the server that is expected/u,
      );
    } finally {
      await other.close();
    }
  });

  it('F25: tells two nodes that are one server from two servers', async () => {
    const twice = new Watcher([nodeOf(central), nodeOf(central, { id: 'again' })]);
    try {
      const snapshot = await twice.look();
      assert.deepEqual(
        snapshot.nodes
          .filter(({ isDeclared }) => isDeclared)
          .map((node) => [node.sameServerAs, node.verdict.code]),
        [
          [['again'], 'healthy'],
          [['central'], 'healthy'],
        ],
      );
      const names = /^central and again are the same node: database/u;
      await twice.untilTold('sameNode', major, 'again', names);
    } finally {
      await twice.close();
    }
  });

  it('names a queue that does not move, and what it failed with', async () => {
    undo(emptyQueue);
    await enqueue('pending', 'connection to central refused', 10);
    await watcher.untilTold('queueStuck', major, QUEUE, /connection to central refused/u);
  });

  it('names operations that the primary refuses for ever', async () => {
    undo(emptyQueue);
    await enqueue('dead', 'null value in column "id"', 1);
    await enqueue('pending', null, 0);
    const names = /central refuses 1 operation of the queue of genesis for good/u;
    await watcher.untilTold('queuePoisoned', major, QUEUE, names);
  });

  it('names a queue that grows', async () => {
    undo(emptyQueue);
    const thresholds = { ...DEFAULT_THRESHOLDS, queueDepthWarning: 5 };
    const growing = watch({ thresholds });
    try {
      for (let minute = 0; minute < 3; minute += 1) {
        for (let one = 0; one < 4; one += 1) await enqueue('pending', null, 0);
        await growing.look();
        growing.skipTime(40_000);
      }
      const names = /12 operations wait on genesis for central, \d+ more a minute/u;
      await growing.untilTold('queueGrowing', major, QUEUE, names);
    } finally {
      await growing.close();
    }
  });

  it('names operations that cannot be drained while their edge is away', async () => {
    undo(emptyQueue);
    await enqueue('pending', null, 1);
    await watcher.until('they were seen', ({ queues }) => queues[0]?.facts?.waiting === 1);
    await genesis.stop();
    undo(() => genesis.start());
    const names = /1 operation of genesis cannot be drained to central: genesis is unreachable/u;
    await watcher.untilTold('edgeOffline', major, QUEUE, names);
  });

  it('F26: says that a standby without all of its WAL is starting', async () => {
    const late = await clusters.addStandby('late', central);
    fs.appendFileSync(
      path.join(late.dataDirectory, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=1'\n`,
    );
    late.launch();
    undo(() => late.stop());
    const half = new Watcher([nodeOf(central), nodeOf(late, { standbyOf: 'central' })]);
    try {
      await half.untilTold('notConsistent', major, 'late', /^late is starting[^]*57P03/u);
    } finally {
      await half.close();
    }
  });

  async function growWal(megabytes: number): Promise<void> {
    for (let done = 0; done < megabytes; done += 1) {
      await central.query(`SELECT pg_logical_emit_message(false, 'grow', repeat('x', 1000000))`);
    }
    // A position that nobody flushed is not kept yet.
    await central.query('CREATE TABLE IF NOT EXISTS flushed (); DROP TABLE flushed');
  }

  /** Until the slot keeps next to nothing, which it learns with the second checkpoint that the subscription has confirmed. */
  async function untilLittleIsKept(): Promise<void> {
    await waitFor(
      async () => {
        await central.query('CHECKPOINT');
        const [row] = await central.query<{ kept: number }>(
          `SELECT (pg_current_wal_lsn() - restart_lsn)::float8 AS kept
             FROM pg_replication_slots WHERE slot_name = 'jobs_sub'`,
        );
        return row !== undefined && row.kept < 100_000;
      },
      { what: 'the slot keeps next to nothing', everyMs: 200 },
    );
  }

  it('F14, F48: warns of a slot before its WAL is lost, and names it when it is', async () => {
    await watcher.untilEdge(EDGE, 'idle');
    await untilLittleIsKept();
    await central.setConf({ max_slot_wal_keep_size: '20MB' });
    undo(() => central.setConf({ max_slot_wal_keep_size: -1 }));
    watcher.forgetSlow();
    faults.push(await cutOffSubscription(genesis, 'jobs_sub'));
    const slot = 'slot/central/jobs_sub';
    await watcher.untilEdge(EDGE, 'notStreaming');
    await growWal(18);
    const near = /Slot jobs_sub on central [^]*genesis\/jobs_sub does not read it/u;
    await watcher.untilTold('nearLimit', major, slot, near);
    await growWal(5);
    await waitFor(
      async () => {
        await central.query('SELECT pg_switch_wal(); CHECKPOINT');
        await growWal(1);
        const [row] = await central.query<{ status: string }>(
          `SELECT wal_status AS status FROM pg_replication_slots WHERE slot_name = 'jobs_sub'`,
        );
        return row?.status === 'lost';
      },
      { what: 'the slot is lost' },
    );
    await watcher.untilTold(
      'slotLostOfSubscription',
      major,
      EDGE,
      /^jobs_sub on genesis lost its slot jobs_sub on central/u,
    );
  });

  it('F27: names a standby whose WAL is gone', async () => {
    await read.stop();
    const reached = async (): Promise<boolean> => {
      await growWal(2);
      await central.query('SELECT pg_switch_wal(); CHECKPOINT');
      const [row] = await central.query<{ old: number }>(
        `SELECT count(*)::int AS old FROM pg_ls_waldir() WHERE name <= $1`,
        [first],
      );
      return row?.old === 0;
    };
    const [row] = await central.query<{ first: string }>(
      'SELECT pg_walfile_name(pg_current_wal_lsn()) AS first',
    );
    const first = row?.first ?? '';
    await waitFor(reached, { what: 'what the standby needs is removed', everyMs: 20 });
    await read.start();
    const names =
      /^read cannot catch up: central has removed the WAL that it needs next[^]*Oldest WAL/u;
    await watcher.untilTold('walRemoved', major, READ, names);
    assert.equal(edgeOf(await watcher.look(), READ).lagMs, null);
  });
});
