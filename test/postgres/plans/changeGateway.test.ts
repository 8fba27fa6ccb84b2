import assert from 'node:assert/strict';
import type { ChangeSession } from '../../../src/core/ports/changeGateway';
import { nodeAs } from '../../../src/core/nodeAs';
import { createLogin, requirePasswords, requireTls } from '../../clusters/access';
import { makeCertificate } from '../../clusters/certificates';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor, SUPPORTED_MAJORS } from '../../clusters/majors';
import { failureOf, MemoryLog, MemorySecrets, never, untilNoSessions } from '../pg/support';
import { administered, makeGateways } from './changeSupport';

const SECRET = `c4n4ry p'a\\s "w$d;=`;
const CHANGES = { mayWrite: true, user: null } as const;

forEachMajor('Sessions for changes', function (major) {
  let clusters: Clusters;
  let server: Cluster;
  let standby: Cluster;
  let other: Cluster;
  const sessions: ChangeSession[] = [];

  before(async function () {
    clusters = new Clusters(major);
    server = await (
      await clusters.add('central', { conf: { wal_level: 'logical', log_statement: 'all' } })
    ).start();
    standby = await (await clusters.addStandby('standby', server, { slot: 'standby' })).start();
    other = await (await clusters.add('other')).start();
    await createLogin(server, 'monitor', { password: SECRET });
    await createLogin(server, 'keeper', { password: SECRET });
    await createLogin(server, 'replicator', { password: SECRET });
    await server.query(
      'ALTER ROLE replicator REPLICATION; GRANT CREATE ON DATABASE postgres TO keeper',
    );
    await requirePasswords(server);
  });

  after(async () => {
    await clusters.stop();
  });

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map(async (session) => session.close()));
    await untilNoSessions(server);
  });

  const asKeeper = (source = {}) =>
    administered(server, 'keeper', { params: { user: 'monitor' }, ...source });

  async function open(
    ...args: Parameters<ReturnType<typeof makeGateways>['changes']['openChange']>
  ): Promise<ChangeSession> {
    const session = await makeGateways().changes.openChange(...args);
    sessions.push(session);
    return session;
  }

  it('runs as adminUser, else as who is asked for, else as the user of the connection', async () => {
    const { changes } = makeGateways();
    assert.equal(await changes.userOf(asKeeper(), null), 'keeper');
    assert.equal(await changes.userOf(asKeeper(), 'postgres'), 'postgres');
    const plain = administered(server, null, { params: { user: 'monitor' } });
    assert.equal(await changes.userOf(plain, null), 'monitor');

    const session = await open(administered(server, 'postgres'), CHANGES, never());
    assert.equal(session.user, 'postgres');
    assert.equal(session.isSuperuser, true);
    assert.equal(Math.floor(session.versionNum / 10_000), major);
    const { rows } = await session.query({
      text: `SELECT session_user::text AS who, current_setting('application_name') AS name,
        current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
        current_setting('default_transaction_read_only') AS read_only, pg_backend_pid() AS pid`,
    });
    assert.deepEqual(rows[0], {
      who: 'postgres',
      name: 'pg-topology',
      lock: '2s',
      statement: '10s',
      read_only: 'off',
      pid: session.backendPid,
    });
  });

  it('takes the password that was entered for that role, for prompt and for the store alike', async () => {
    for (const kind of ['prompt', 'auto'] as const) {
      const secrets = new MemorySecrets();
      const { gateway, changes } = makeGateways({ secrets });
      const node = asKeeper({ passwordSource: { kind } });
      const facts = await failureOf(changes.openChange(node, CHANGES, never()));
      assert.equal(facts.reason, 'passwordNeeded');
      assert.equal(facts.text, 'central needs a password for keeper.');
      await gateway.enterPassword(nodeAs(node, 'keeper'), SECRET);
      const session = await changes.openChange(node, CHANGES, never());
      sessions.push(session);
      assert.equal(session.user, 'keeper');
      assert.equal(session.isSuperuser, false);
    }
  });

  it('a refused password is told without polls, and not sent again', async () => {
    const secrets = new MemorySecrets();
    const log = new MemoryLog();
    const { gateway, changes } = makeGateways({
      secrets,
      log,
      environment: {
        variables: { PGPASSWORD: 'c4n4ry-wrong' },
        homeDirectory: '/nonexistent',
        userName: 'nobody',
        platform: process.platform,
      },
    });
    const refusals = (): number =>
      server.readLog().split('password authentication failed for user "keeper"').length;
    const before = refusals();
    for (let turn = 0; turn < 3; turn += 1) {
      const facts = await failureOf(changes.openChange(asKeeper(), CHANGES, never()));
      assert.equal(facts.text, 'Password refused for keeper on central (28P01).');
      assert.doesNotMatch(facts.advice ?? '', /poll/);
    }
    assert.equal(refusals(), before + 1);
    await gateway.retryAuthentication(nodeAs(asKeeper(), 'keeper'));
    await failureOf(changes.openChange(asKeeper(), CHANGES, never()));
    assert.equal(refusals(), before + 2);
    assert.ok(!log.lines.join().includes('c4n4ry'));
  });

  it('what may not write cannot', async () => {
    const session = await open(
      administered(server, 'postgres'),
      { user: null, mayWrite: false },
      never(),
    );
    const facts = await failureOf(session.query({ text: 'CREATE TABLE public.t (id int)' }));
    assert.equal(facts.sqlstate, '25006');
  });

  it('F53: a standby takes no changes, and is named', async () => {
    const session = await open(administered(standby, null, { id: 'standby' }), CHANGES, never());
    const facts = await failureOf(session.query({ text: 'CREATE PUBLICATION p' }));
    assert.equal(facts.sqlstate, '25006');
    assert.match(
      facts.text,
      /^standby takes no changes \(25006\): cannot execute CREATE PUBLICATION/,
    );
    assert.match(facts.advice ?? '', /use its primary/);
  });

  it('one statement is one: a second behind a semicolon is refused', async () => {
    const session = await open(administered(server, 'postgres'), CHANGES, never());
    const facts = await failureOf(session.query({ text: 'SELECT 1; DROP TABLE t' }));
    assert.equal(facts.sqlstate, '42601');
    assert.match(facts.text, /^central refused the statement \(42601\)/);
  });

  it('F52: a lock wait ends with 55P03, a long statement with 57014 by the limit that was set', async () => {
    await server.query('CREATE TABLE public.locked (id int)');
    const holder = await server.connect();
    const session = await open(administered(server, 'postgres'), CHANGES, never());
    try {
      await holder.query('BEGIN; LOCK TABLE public.locked');
      const locked = await failureOf(
        session.query({ text: 'ALTER TABLE public.locked ADD b int' }),
      );
      assert.equal(locked.sqlstate, '55P03');
      assert.match(locked.advice ?? '', /Another session holds the lock/);
    } finally {
      await holder.end();
      await server.query('DROP TABLE public.locked');
    }
    await session.setStatementLimit(300);
    const facts = await failureOf(session.query({ text: 'SELECT pg_sleep(30)' }));
    assert.equal(facts.sqlstate, '57014');
    assert.equal(session.isClosed, false);
    await session.setStatementLimit(null);
    await session.query({ text: 'SELECT pg_sleep(0.5)' });
  });

  // Takes longer than the usual limit by its nature; the server has no part in it.
  if (major === SUPPORTED_MAJORS.at(-1)) {
    it('a higher limit of the server is not cut short by ours on the answer', async function () {
      const session = await open(administered(server, 'postgres'), CHANGES, never());
      await session.setStatementLimit(30_000);
      const { rows } = await session.query({ text: 'SELECT pg_sleep(13), 7 AS seven' });
      assert.equal(rows[0]?.['seven'], 7);
    });
  }

  it('hides statements from the log only while told to', async () => {
    const session = await open(administered(server, 'postgres'), CHANGES, never());
    assert.equal(await session.hideStatements(true), true);
    await failureOf(session.query({ text: `SELECT 'hidden_canary' FROM nothing_there` }));
    assert.equal(await session.hideStatements(false), true);
    await failureOf(session.query({ text: `SELECT 'seen_canary' FROM nothing_there` }));
    assert.ok(server.readLog().includes('seen_canary'));
    assert.ok(!server.readLog().includes('hidden_canary'));

    const guest = await createdFor('keeper');
    assert.equal(await guest.hideStatements(true), false);
  });

  async function createdFor(user: string): Promise<ChangeSession> {
    const { gateway, changes } = makeGateways();
    await gateway.enterPassword(nodeAs(asKeeper(), user), SECRET);
    const session = await changes.openChange(asKeeper(), { user, mayWrite: true }, never());
    sessions.push(session);
    return session;
  }

  describe('tries a connection of a subscription', () => {
    const conninfo = (params: Readonly<Record<string, string>> = {}) => ({
      host: '127.0.0.1',
      port: String(server.port),
      dbname: 'postgres',
      user: 'replicator',
      password: SECRET,
      ...params,
    });
    const tried = (params: Readonly<Record<string, string>> = {}) =>
      makeGateways().changes.tryReplication('central', conninfo(params), never());

    it('and learns who answers', async () => {
      const [row] = await server.query<{ id: string }>(
        'SELECT system_identifier::text AS id FROM pg_control_system()',
      );
      assert.deepEqual(await tried(), { systemIdentifier: row?.id });
    });

    const wrong: readonly [string, Record<string, string>, string, RegExp, RegExp][] = [
      [
        'a wrong password',
        { password: 'c4n4ry-wrong' },
        '28P01',
        /Password refused for replicator/,
        /Correct user and password/,
      ],
      [
        'a role without REPLICATION',
        { user: 'monitor' },
        '42501',
        /monitor may not do this on central/,
        /ALTER ROLE monitor REPLICATION on central/,
      ],
      [
        'a database that is not there',
        { dbname: 'nowhere' },
        '3D000',
        /no database nowhere/,
        /Correct dbname/,
      ],
    ];
    for (const [what, params, sqlstate, text, advice] of wrong) {
      it(`and tells ${what}`, async () => {
        const facts = await failureOf(tried(params));
        assert.equal(facts.sqlstate, sqlstate);
        assert.match(facts.text, text);
        assert.match(facts.advice ?? '', advice);
        assert.ok(!JSON.stringify(facts).includes('c4n4ry'));
      });
    }

    it('and tells a missing password, a dead port and a missing line of pg_hba.conf', async () => {
      const needed = await failureOf(tried({ password: '' }));
      assert.equal(needed.reason, 'passwordNeeded');
      const dead = await failureOf(tried({ port: '1' }));
      assert.equal(dead.reason, 'refused');
      const before = other.readHba();
      await other.setHba(['host all postgres 127.0.0.1/32 trust']);
      try {
        const facts = await failureOf(tried({ port: String(other.port) }));
        assert.equal(facts.sqlstate, '28000');
        assert.match(facts.text, /no pg_hba\.conf line for replicator/);
      } finally {
        await other.setHba(before);
      }
    });

    it('with TLS where the server has it, as libpq would, and without where it has none', async () => {
      const tls = makeCertificate({ names: ['localhost'] });
      const secure = await (
        await clusters.add('secure', { conf: { wal_level: 'logical' }, tls })
      ).start();
      try {
        await requireTls(secure);
        const port = String(secure.port);
        const params = { port, user: 'postgres' };
        const { systemIdentifier } = await tried(params);
        assert.match(systemIdentifier, /^\d+$/);
        const clear = await failureOf(tried({ ...params, sslmode: 'disable' }));
        assert.equal(clear.reason, 'tlsRequired');
        const verified = await failureOf(tried({ ...params, sslmode: 'verify-full' }));
        assert.equal(verified.reason, 'certificate');
        const none = await failureOf(tried({ sslmode: 'require' }));
        assert.equal(none.reason, 'tlsMissing');
      } finally {
        await secure.stop();
      }
    });

    it('and opens no file that is named for the host of the subscriber', async () => {
      for (const keyword of ['passfile', 'service', 'sslkey']) {
        const facts = await failureOf(tried({ [keyword]: '/dev/zero' }));
        assert.equal(facts.reason, 'configuration');
        assert.match(facts.text, new RegExp(keyword));
      }
    });

    it('and asks who the user is, rather than guess our own', async () => {
      const facts = await failureOf(tried({ user: '' }));
      assert.equal(facts.reason, 'configuration');
      assert.match(facts.text, /names no user/);
    });
  });

  it('a session that was closed says so', async () => {
    const session = await open(administered(server, 'postgres'), CHANGES, never());
    await session.close();
    assert.equal(session.isClosed, true);
    const facts = await failureOf(session.query({ text: 'SELECT 1' }));
    assert.equal(facts.text, 'The work on central was cancelled.');
  });
});
