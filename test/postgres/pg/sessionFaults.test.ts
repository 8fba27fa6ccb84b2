import assert from 'node:assert/strict';
import { dial } from '../../../src/pg/session/dial';
import { MONITOR_LIMITS } from '../../../src/pg/session/limits';
import type { PgSession } from '../../../src/pg/session/pgSession';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freezeBackend, terminateSessions } from '../../clusters/faults';
import { forEachMajor } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { waitFor } from '../../clusters/waitFor';
import { PATIENT_LIMITS } from '../monitor/patience';
import { failureOf, makePatientGateway, never, nodeAt, untilNoSessions } from './support';

/** No limit ends what is only slow: a statement that is given up has no other end than ours. */
const LIMITS = { ...PATIENT_LIMITS, statementMs: 600_000, readMs: 600_000, cancelMs: 60_000 };
/** Where the limit is what the test is about: long enough for an answer on a busy machine, short enough for a test. */
const HASTY = { ...LIMITS, readMs: 5_000 };
const LONG = 'SELECT pg_sleep(600)';

forEachMajor('Faults of a held session', function (major) {
  let clusters: Clusters;
  let server: Cluster;
  let proxy: Proxy;

  before(async function () {
    clusters = new Clusters(major);
    server = await (await clusters.add('central')).start();
    proxy = await Proxy.start(server);
  });

  after(async () => {
    await proxy.stop();
    await clusters.stop();
  });

  afterEach(async () => {
    await proxy.setMode({ kind: 'pass' });
    await untilNoSessions(server);
  });

  const gateway = makePatientGateway({ limits: LIMITS });
  const hasty = makePatientGateway({ limits: HASTY });

  async function openSql(limits = LIMITS, signal = never()): Promise<PgSession> {
    const { session } = await dial(
      {
        target: { endpoint: { host: '127.0.0.1', port: server.port }, hostAddress: null },
        subject: {
          nodeId: 'central',
          endpoint: { host: '127.0.0.1', port: server.port },
          user: 'postgres',
          database: 'postgres',
          sslmode: 'disable',
          dialLimitMs: 60_000,
          readLimitMs: limits.readMs,
        },
        user: 'postgres',
        database: 'postgres',
        tls: null,
        sslnegotiation: 'postgres',
        requiresChannelBinding: false,
        options: '',
        isReadOnly: true,
        limits,
        password: () => Promise.resolve(''),
      },
      signal,
    );
    return session;
  }

  async function sleepersOf(cluster: Cluster): Promise<number> {
    const rows = await cluster.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND state = 'active'`,
    );
    return rows.length;
  }

  it('a dial that is cancelled before the driver is loaded contacts nobody', async () => {
    const cancellation = new AbortController();
    const dialled = openSql(LIMITS, cancellation.signal);
    cancellation.abort();
    assert.equal((await failureOf(dialled)).reason, 'cancelled');
  });

  it('F08: a frozen backend is given up and its session never used again', async () => {
    const session = await hasty.open(nodeAt(server), never());
    await session.readFast(never());
    const [row] = await server.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
    );
    const fault = freezeBackend(row?.pid ?? 0);
    try {
      const facts = await failureOf(session.readFast(never()));
      assert.equal(facts.reason, 'readTimeout');
      assert.equal(facts.text, 'central did not answer a statement within 5 s.');
      assert.equal(session.isClosed, true);
      const fresh = await gateway.open(nodeAt(server), never());
      await fresh.readFast(never());
      await fresh.close();
    } finally {
      await fault.end();
    }
    await session.close();
  });

  it('F09: a half-open connection is given up within the limit', async () => {
    const session = await hasty.open(nodeAt(proxy), never());
    await session.readFast(never());
    await proxy.setMode({ kind: 'blackHole' });
    assert.equal((await failureOf(session.readFast(never()))).reason, 'readTimeout');
    assert.equal(session.isClosed, true);
    await session.close();
    await proxy.setMode({ kind: 'reset' });
    await terminateSessions(server, 'pg-topology');
  });

  it('F11: a reset in the middle of an answer drops the part that came', async () => {
    const session = await gateway.open(nodeAt(proxy), never());
    const whole = await session.readFast(never());
    assert.equal(whole.isInRecovery, false);
    await session.close();
    // Everything up to the first answer passes; the reset falls into one of the answers after it.
    await proxy.setMode({ kind: 'cutAfter', serverBytes: 12_000 });
    const cut = await gateway.open(nodeAt(proxy), never());
    let answers = 0;
    const facts = await failureOf(
      (async () => {
        for (;;) {
          const fast = await cut.readFast(never());
          assert.equal(fast.database, 'postgres');
          answers += 1;
        }
      })(),
    );
    assert.equal(facts.reason, 'lost');
    assert.ok(answers < 1_000);
    assert.equal(cut.isClosed, true);
    await cut.close();
  });

  it('a terminated session says so once and stays closed', async () => {
    const session = await gateway.open(nodeAt(server), never());
    await session.readFast(never());
    await terminateSessions(server, 'pg-topology');
    await waitFor(() => session.isClosed, { what: 'the session is lost' });
    const facts = await failureOf(session.readFast(never()));
    assert.equal(facts.reason, 'lost');
    assert.equal(facts.sqlstate, '57P01');
    assert.match(facts.text, /terminating connection due to administrator command/);
    await session.close();
  });

  it('cancelling ends the statement on the server, not only here', async () => {
    const session = await openSql();
    const abort = new AbortController();
    const outcome = failureOf(session.query({ text: LONG }, abort.signal));
    await waitFor(async () => (await sleepersOf(server)) === 1, { what: 'the statement runs' });
    abort.abort();
    assert.equal((await outcome).reason, 'cancelled');
    assert.equal(session.isClosed, true);
    await waitFor(async () => (await sleepersOf(server)) === 0, { what: 'the server has stopped' });
    await session.close();
  });

  it('a time-out cancels the statement on the server as well', async () => {
    // The word that cancels is lost on a server that has not begun with the statement: no shorter than that takes.
    const session = await openSql({ ...LIMITS, readMs: 3_000 });
    const facts = await failureOf(session.query({ text: LONG }));
    assert.equal(facts.reason, 'readTimeout');
    await waitFor(async () => (await sleepersOf(server)) === 0, { what: 'the server has stopped' });
    await session.close();
  });

  it('closing while a statement runs ends both', async () => {
    const session = await openSql();
    const outcome = failureOf(session.query({ text: LONG }));
    await waitFor(async () => (await sleepersOf(server)) === 1, { what: 'the statement runs' });
    await session.close();
    assert.equal((await outcome).reason, 'cancelled');
    await waitFor(async () => (await sleepersOf(server)) === 0, { what: 'the server has stopped' });
  });

  it('the server’s own limit is told as a limit, and the session lives on', async () => {
    const session = await openSql({ ...LIMITS, statementMs: 1_000 });
    const facts = await failureOf(session.query({ text: LONG }));
    assert.equal(facts.reason, 'limit');
    assert.equal(facts.sqlstate, '57014');
    const { rows } = await session.query({ text: 'SELECT 1 AS one' });
    assert.deepEqual(rows, [{ one: 1 }]);
    await session.close();
  });

  it('F53: watching sessions are read-only, and say so by code', async () => {
    const session = await openSql();
    const facts = await failureOf(session.query({ text: 'CREATE TABLE never_made (id int)' }));
    assert.equal(facts.reason, 'readOnly');
    assert.equal(facts.sqlstate, '25006');
    await session.close();
  });

  it('stacked statements are refused, with and without values', async () => {
    const session = await openSql();
    for (const values of [undefined, [], ['x']]) {
      const statement = { text: 'SELECT 1; SELECT 2', ...(values === undefined ? {} : { values }) };
      assert.equal((await failureOf(session.query(statement))).sqlstate, '42601');
    }
    await session.close();
  });

  it('int8 and pg_lsn are bigints, numeric is text, and the global parsers are untouched', async () => {
    const session = await openSql();
    const { rows } = await session.query({
      text: `SELECT 9007199254740993::int8 AS big, '3A/7F21C8D0'::pg_lsn AS lsn, 1.10::numeric AS exact`,
    });
    assert.deepEqual(rows, [{ big: 9007199254740993n, lsn: 0x3a7f21c8d0n, exact: '1.10' }]);
    const plain = await server.query('SELECT 1::int8 AS big');
    assert.deepEqual(plain, [{ big: '1' }]);
    await session.close();
  });

  it('notices come with their statement, once', async () => {
    const session = await openSql();
    const raise = { text: `DO $$ BEGIN RAISE WARNING 'look: password=abcdef'; END $$` };
    const { notices } = await session.query(raise);
    assert.deepEqual(notices, [
      { severity: 'WARNING', sqlstate: '01000', message: 'look: password=***' },
    ]);
    assert.deepEqual((await session.query({ text: 'SELECT 1' })).notices, []);
    await session.close();
  });

  it('limits and name of the session are what they should be on the server', async () => {
    const session = await openSql(MONITOR_LIMITS);
    const { rows } = await session.query({
      text: `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
        current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('default_transaction_read_only') AS read_only, current_setting('application_name') AS name`,
    });
    assert.deepEqual(rows, [
      { statement: '2s', lock: '1s', idle: '10s', read_only: 'on', name: 'pg-topology' },
    ]);
    await session.close();
  });
});
