import assert from 'node:assert/strict';
import type { CauseFacts, CauseWants } from '../../../src/core/causeFacts';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { endAll, lockTable, type Fault } from '../../clusters/faults';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { makePatientGateway, never, nodeAt } from './support';

const ALL: CauseWants = { blockers: true, replay: true, tables: true, wal: true, log: true };
const NONE: CauseWants = { blockers: false, replay: false, tables: false, wal: false, log: false };
/** Each format of the log is read on some major. */
const FORMATS = { 14: 'csvlog', 15: 'jsonlog', 16: 'stderr', 17: 'csvlog', 18: 'stderr' } as const;

forEachMajor('Facts about causes', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let read: Cluster;
  let genesis: Cluster;
  const gateway = makePatientGateway();
  const faults: Fault[] = [];

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    const patient = { hot_standby_feedback: false, max_standby_streaming_delay: -1 };
    read = await (await clusters.addStandby('read', central, { conf: patient })).start();
    const written = { logging_collector: true, log_destination: FORMATS[major] };
    genesis = await (
      await clusters.add('genesis', { conf: { ...written, wal_retrieve_retry_interval: '2s' } })
    ).start();
    for (const server of [central, genesis]) {
      await createLogin(server, 'plain');
      await createLogin(server, 'monitor', { memberOf: ['pg_monitor'] });
      await server.query(`
        CREATE TABLE jobs (id serial PRIMARY KEY, note text, twice int GENERATED ALWAYS AS (length(note)) STORED);
        CREATE SEQUENCE own; GRANT SELECT ON jobs_id_seq TO plain;
        CREATE TABLE "Odd, ""name""" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n bigint DEFAULT nextval('own'))`);
    }
    await central.query(`
      CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
      CREATE PUBLICATION leaf_pub FOR TABLE part;
      CREATE PUBLICATION root_pub FOR TABLE part WITH (publish_via_partition_root = true);
      CREATE PUBLICATION jobs_pub FOR TABLE jobs, "Odd, ""name"""`);
    await genesis.query('CREATE TABLE elsewhere (id int)');
    await genesis.query(
      `CREATE SUBSCRIPTION jobs_sub CONNECTION '${central.conninfo({ database: 'postgres' })}' PUBLICATION jobs_pub`,
    );
    await waitFor(
      async () =>
        (await genesis.query(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length ===
        0,
      { what: 'both tables are ready' },
    );
  });

  after(() => clusters.stop());

  afterEach(() => endAll(faults));

  async function causes(
    server: Cluster,
    wants: Partial<CauseWants>,
    user = 'monitor',
  ): Promise<CauseFacts> {
    const session = await gateway.open(nodeAt(server, { params: { user } }), never());
    try {
      return await session.readCauses({ ...NONE, ...wants }, never());
    } finally {
      await session.close();
    }
  }

  const write = (sql: string): Promise<unknown> => central.query(sql);

  it('name who holds the lock that an apply worker waits for', async () => {
    const lock = await lockTable(genesis, 'jobs', { applicationName: 'night shift' });
    faults.push(lock);
    await write(`INSERT INTO jobs (id, note) VALUES (1, 'one')`);
    const { blockers, replay, tables, oldestWalLsn, log } = await waitFor(
      async () => {
        const facts = await causes(genesis, { blockers: true });
        return (facts.blockers ?? []).length > 0 ? facts : null;
      },
      { what: 'the worker waits' },
    );
    assert.deepEqual([replay, tables, oldestWalLsn, log], [null, null, null, null], 'not wanted');
    const [holder] = (await lock.session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
      .rows;
    const [blocker] = blockers ?? [];
    assert.ok(blocker !== undefined);
    const { waitingPid, transactionStartedAtMs, ...rest } = blocker;
    assert.deepEqual(rest, {
      pid: holder?.pid,
      user: 'postgres',
      applicationName: 'night shift',
      clientAddress: '127.0.0.1',
      state: 'idle in transaction',
      query: blocker.query,
      relation: 'public.jobs',
      mode: 'RowExclusiveLock',
    });
    assert.match(blocker.query ?? '', /LOCK TABLE jobs|pg_backend_pid/);
    assert.ok(Math.abs((transactionStartedAtMs ?? 0) - Date.now()) < 60_000);
    assert.notEqual(waitingPid, blocker.pid);
    const [unseen] = (await causes(genesis, { blockers: true }, 'plain')).blockers ?? [];
    assert.deepEqual(
      [unseen?.pid, unseen?.user, unseen?.query, unseen?.state, unseen?.relation],
      [holder?.pid, 'postgres', null, null, 'public.jobs'],
    );
  });

  it('name the table of a row that an open transaction holds', async () => {
    await waitFor(async () => (await genesis.query('SELECT FROM jobs WHERE id = 1')).length === 1, {
      what: 'the row is there',
    });
    const session = await genesis.connect();
    faults.push({ end: () => session.end() });
    await session.query(`BEGIN; UPDATE jobs SET note = 'mine' WHERE id = 1`);
    await write(`UPDATE jobs SET note = 'theirs' WHERE id = 1`);
    const [blocker] = await waitFor(
      async () => {
        const { blockers } = await causes(genesis, { blockers: true });
        return blockers !== null && blockers.length > 0 ? blockers : null;
      },
      { what: 'the worker waits' },
    );
    assert.equal(blocker?.relation, 'public.jobs');
    assert.match(blocker.query ?? '', /UPDATE jobs/);
  });

  it('name what replay of a standby waits for', async () => {
    await write(`INSERT INTO jobs (id, note) SELECT g, 'x' FROM generate_series(101, 200) AS g`);
    await waitFor(async () => (await read.query('SELECT FROM jobs LIMIT 100')).length === 100, {
      what: 'the rows are on the standby',
    });
    const reader = await read.connect({ applicationName: 'report' });
    faults.push({ end: () => reader.end() });
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM jobs');
    await write(`DELETE FROM jobs WHERE note = 'x'`);
    await write('VACUUM jobs');
    const { replay } = await waitFor(
      async () => {
        const facts = await causes(read, { replay: true, blockers: true });
        return facts.replay?.waitEvent?.startsWith('RecoveryConflict') === true ? facts : null;
      },
      { what: 'replay waits for the query' },
    );
    assert.equal(replay?.waitEvent, 'RecoveryConflictSnapshot');
    assert.equal(replay.maxStandbyStreamingDelayMs, -1);
    const [query] = replay.queries;
    assert.equal(replay.queries.length, 1);
    assert.equal(query?.applicationName, 'report');
    assert.match(query.query ?? '', /count\(\*\) FROM jobs/);
    assert.ok((query.snapshotAge ?? -1) >= 0);
    const kinds = ['bufferpin', 'deadlock', 'lock', 'snapshot', 'tablespace'];
    if (major >= 16) kinds.unshift('active_logicalslot');
    assert.deepEqual(Object.keys(replay.cancelled ?? {}).sort(), kinds);
    const plain = await causes(read, ALL, 'plain');
    assert.deepEqual(
      [plain.replay?.waitEvent, plain.replay?.queries, plain.oldestWalLsn, plain.tables],
      [null, [], null, null],
    );
    // On a primary there is no replay to tell of.
    assert.equal((await causes(central, { replay: true })).replay, null);
  });

  it('list what is sent and what is filled, without waiting for a lock on any of it', async () => {
    for (const server of [central, genesis]) faults.push(await lockTable(server, 'jobs'));
    const columns = [
      { name: 'id', type: 'integer', isGenerated: false },
      { name: 'note', type: 'text', isGenerated: false },
    ];
    const generated = { name: 'twice', type: 'integer', isGenerated: true };
    const odd = {
      schema: 'public',
      name: 'Odd, "name"',
      columns: [
        { name: 'id', type: 'integer', isGenerated: false },
        { name: 'n', type: 'bigint', isGenerated: false },
      ],
    };
    const sent = await causes(central, { tables: true }, 'plain');
    assert.deepEqual(sent.tables, [
      { ...odd, of: ['jobs_pub'] },
      { schema: 'public', name: 'jobs', of: ['jobs_pub'], columns },
      { schema: 'public', name: 'part', of: ['root_pub'], columns: columns.slice(0, 1) },
      { schema: 'public', name: 'part_1', of: ['leaf_pub'], columns: columns.slice(0, 1) },
    ]);
    assert.deepEqual(sent.otherTables, [], 'there is no subscription');
    const filled = await causes(genesis, { tables: true }, 'plain');
    assert.deepEqual(filled.tables, [
      { ...odd, of: ['jobs_sub'] },
      { schema: 'public', name: 'jobs', of: ['jobs_sub'], columns: [...columns, generated] },
    ]);
    assert.deepEqual(filled.otherTables, [{ schema: 'public', name: 'elsewhere' }]);
  });

  it('follow schemas, column lists and generated columns where the version has them', async () => {
    if (major < 15) return;
    await central.query(`CREATE SCHEMA wide; CREATE TABLE wide.one (id int PRIMARY KEY);
      CREATE PUBLICATION wide_pub FOR TABLES IN SCHEMA wide;
      CREATE PUBLICATION list_pub FOR TABLE part_1 (id);
      CREATE TABLE thin (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED);
      CREATE PUBLICATION thin_pub FOR TABLE thin (id, a)`);
    const named = async (name: string): Promise<readonly string[]> => {
      const { tables } = await causes(central, { tables: true });
      const table = tables?.find((found) => found.name === name);
      return [...(table?.of ?? []), ...(table?.columns ?? []).map((column) => column.name)];
    };
    assert.deepEqual(await named('one'), ['wide_pub', 'id']);
    assert.deepEqual(await named('part_1'), ['leaf_pub', 'list_pub', 'id']);
    assert.deepEqual(await named('thin'), ['thin_pub', 'id', 'a']);
    if (major >= 18) {
      await central.query(
        'CREATE PUBLICATION all_of_thin FOR TABLE thin WITH (publish_generated_columns = stored)',
      );
      assert.deepEqual(await named('thin'), ['all_of_thin', 'thin_pub', 'id', 'a', 'b']);
    }
    await central.query(`DROP PUBLICATION wide_pub, list_pub, thin_pub;
      DROP PUBLICATION IF EXISTS all_of_thin; DROP SCHEMA wide CASCADE; DROP TABLE thin`);
  });

  it('tell the oldest WAL that there is', async () => {
    const before = (await causes(central, { wal: true })).oldestWalLsn;
    assert.ok(before !== null && before > 0n && before % (1024n * 1024n) === 0n);
    const [row] = await central.query<{ lsn: string }>(
      `SELECT (restart_lsn - '0/0'::pg_lsn)::text AS lsn FROM pg_replication_slots`,
    );
    assert.ok(before <= BigInt(row?.lsn ?? '0'), 'what the slot needs is there');
    assert.equal((await causes(central, { wal: true }, 'plain')).oldestWalLsn, null);
  });

  it('read of the log what is about replication, where our role may', async () => {
    await genesis.query(`SELECT 'a secret' FROM nowhere`).catch(() => undefined);
    await genesis.query(`INSERT INTO jobs (id, note) VALUES (500, 'in the way, "quoted"')`);
    await write(`INSERT INTO jobs (id, note) VALUES (500, 'private words')`);
    faults.push({
      end: async () => {
        await genesis.query('DELETE FROM jobs WHERE id = 500');
      },
    });
    const wanted = { log: true };
    const log = await waitFor(
      async () => {
        const found = (await causes(genesis, wanted, 'postgres')).log;
        return found?.entries?.some(({ text }) => /duplicate key|conflict detected/u.test(text)) ===
          true
          ? found
          : null;
      },
      { what: 'the error is in the log' },
    );
    assert.equal(log.problem, null);
    assert.match(log.path ?? '', /^log\//);
    const entry = log.entries?.find(({ text }) => /duplicate key|conflict detected/u.test(text));
    assert.ok(entry !== undefined);
    assert.equal(entry.level, 'ERROR');
    assert.equal(entry.sqlstate, '23505');
    assert.match(entry.at ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    assert.ok((entry.pid ?? 0) > 0);
    assert.match(entry.text, /Key \(id\)=\(500\)/);
    if (major >= 15) assert.match(entry.text, /replication origin "pg_\d+"/);
    assert.equal(entry.subscription, 'jobs_sub');
    const all = (log.entries ?? []).map(({ text }) => text).join('\n');
    assert.doesNotMatch(all, /private words|in the way|nowhere/u);
    for (const role of ['monitor', 'plain']) {
      const { log: closed } = await causes(genesis, wanted, role);
      assert.equal(closed?.entries, null);
      assert.match(
        closed.problem ?? '',
        new RegExp(
          `^${role} may not read the log .*GRANT EXECUTE ON FUNCTION .*TO "?${role}"?`,
          'u',
        ),
      );
    }
    const signatures =
      'pg_current_logfile(text), pg_stat_file(text), pg_read_binary_file(text, bigint, bigint)';
    await genesis.query(`GRANT EXECUTE ON FUNCTION ${signatures} TO plain`);
    assert.equal(
      (await causes(genesis, wanted, 'plain')).log?.problem,
      null,
      'what it says is enough',
    );
    const { log: silent } = await causes(central, wanted, 'postgres');
    assert.match(silent?.problem ?? '', /logging_collector is off/);
  });

  it('never make an error of their own in the log', async () => {
    const errors = (): number => central.readLog().split(/ERROR: {2}|FATAL: {2}/u).length;
    const before = errors();
    for (const user of ['plain', 'monitor', 'postgres']) await causes(central, ALL, user);
    assert.equal(errors(), before);
  });

  it('count sequences of both ends, as far as they may be read', async () => {
    await central.query(`SELECT nextval('jobs_id_seq'), nextval('own')`);
    const sequences = async (
      server: Cluster,
      user: string,
    ): Promise<Readonly<Record<string, string | null>>> => {
      const session = await gateway.open(nodeAt(server, { params: { user } }), never());
      try {
        const { sequences: found } = await session.readSlow(never());
        return Object.fromEntries(
          (found ?? []).map((one) => [
            `${one.table.name}.${one.column} ${one.name}/${one.increment}`,
            one.lastValue,
          ]),
        );
      } finally {
        await session.close();
      }
    };
    const [{ last }] = (await central.query<{ last: string }>(
      'SELECT last_value::text AS last FROM jobs_id_seq',
    )) as [{ last: string }];
    assert.deepEqual(await sequences(central, 'postgres'), {
      'Odd, "name".id Odd, "name"_id_seq/1': null,
      'Odd, "name".n own/1': '1',
      'jobs.id jobs_id_seq/1': last,
    });
    const unseen = await sequences(central, 'plain');
    assert.deepEqual(
      [unseen['jobs.id jobs_id_seq/1'], unseen['Odd, "name".n own/1']],
      [last, null],
    );
    assert.equal((await sequences(genesis, 'postgres'))['jobs.id jobs_id_seq/1'], null);
    assert.deepEqual(await sequences(read, 'postgres'), {});
  });
});
