import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import {
  forbidLogin,
  freezePostmaster,
  killBackend,
  limitConnections,
  putFirstInHba,
  type Fault,
} from '../../clusters/faults';
import { freePort } from '../../clusters/freePort';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { failureOf, makePatientGateway, never, nodeAt, untilNoSessions, reasonOf } from './support';

forEachMajor('Faults on the way to a server', function (major) {
  let clusters: Clusters;
  let server: Cluster;
  const gateway = makePatientGateway();
  const watcher = { params: { user: 'watcher' } };

  before(async function () {
    clusters = new Clusters(major);
    server = await (await clusters.add('central')).start();
    await server.query('CREATE ROLE watcher LOGIN');
  });

  after(async () => {
    await clusters.stop();
  });

  async function during<T>(fault: Promise<Fault> | Fault, body: () => Promise<T>): Promise<T> {
    const running = await fault;
    try {
      return await body();
    } finally {
      await running.end();
    }
  }

  it('F01: nothing listens', async () => {
    const port = await freePort();
    const facts = await failureOf(gateway.open(nodeAt({ port }), never()));
    assert.equal(facts.reason, 'refused');
    assert.equal(
      `${facts.text} ${facts.advice}`,
      `Could not reach central (127.0.0.1:${port}): connection refused. The server is down or listens elsewhere.`,
    );
    assert.deepEqual(facts.endpoint, { host: '127.0.0.1', port });
  });

  it('F02: the host does not resolve', async () => {
    const node = nodeAt(server, { params: { host: 'no-such-host.invalid' } });
    const facts = await failureOf(gateway.open(node, never()));
    assert.equal(facts.reason, 'unresolved');
    assert.equal(facts.text, 'Could not find host no-such-host.invalid of central.');
  });

  it('F07: a frozen postmaster is silent, and a held session goes on', async () => {
    const held = await gateway.open(nodeAt(server), never());
    try {
      const hasty = nodeAt(server, { params: { user: 'watcher', connect_timeout: '2' } });
      await during(freezePostmaster(server), async () => {
        const facts = await failureOf(gateway.open(hasty, never()));
        assert.equal(facts.reason, 'silent');
        assert.equal(facts.text, 'central did not answer within 2 s.');
        assert.equal((await held.readFast(never())).isInRecovery, false);
      });
    } finally {
      await held.close();
    }
  });

  it('F15: no connection left for the role', async () => {
    await during(limitConnections(server, 'watcher', 0), async () => {
      const facts = await failureOf(gateway.open(nodeAt(server, watcher), never()));
      assert.equal(facts.reason, 'connectionsFull');
      assert.equal(facts.sqlstate, '53300');
      assert.match(facts.text, /^central has no connection left for watcher \(53300\): too many/);
    });
  });

  it('F18: a role that may not log in', async () => {
    await during(forbidLogin(server, 'watcher'), async () => {
      const facts = await failureOf(gateway.open(nodeAt(server, watcher), never()));
      assert.equal(facts.reason, 'roleRefused');
      assert.equal(facts.sqlstate, '28000');
      assert.match(facts.text, /not permitted to log in/);
    });
  });

  it('F18: a rejecting line of pg_hba.conf', async () => {
    const reject = putFirstInHba(server, 'host all watcher 127.0.0.1/32 reject');
    await during(reject, async () => {
      const facts = await failureOf(gateway.open(nodeAt(server, watcher), never()));
      assert.equal(facts.reason, 'hbaRefused');
      assert.match(facts.advice ?? '', /pg_hba\.conf/);
    });
  });

  it('F18: TLS is wanted by pg_hba.conf', async () => {
    const before = server.readHba();
    await server.setHba([
      'host all postgres 127.0.0.1/32 trust',
      'hostssl all all 127.0.0.1/32 trust',
    ]);
    try {
      const facts = await failureOf(gateway.open(nodeAt(server, watcher), never()));
      assert.equal(facts.reason, 'tlsRequired');
      assert.match(facts.advice ?? '', /sslmode/);
    } finally {
      await server.setHba(before);
    }
  });

  it('F19: the database is gone, on connecting and in a session', async () => {
    const node = nodeAt(server, { params: { dbname: 'short_lived' } });
    const facts = await failureOf(gateway.open(node, never()));
    assert.equal(facts.reason, 'noDatabase');
    assert.equal(facts.text, 'central has no database short_lived (3D000).');

    await server.query('CREATE DATABASE short_lived');
    const session = await gateway.open(node, never());
    await session.readFast(never());
    await server.query('DROP DATABASE short_lived WITH (FORCE)');
    await waitFor(() => session.isClosed, { what: 'the session knows that it is gone' });
    const lost = await failureOf(session.readFast(never()));
    assert.equal(lost.reason, 'lost');
    assert.equal(lost.sqlstate, '57P01');
    await session.close();
  });

  it('a closed session lets the database be dropped', async () => {
    await server.query('CREATE DATABASE short_lived');
    const session = await gateway.open(
      nodeAt(server, { params: { dbname: 'short_lived' } }),
      never(),
    );
    await session.readFast(never());
    await session.close();
    await server.query('DROP DATABASE short_lived');
  });

  it('F04: after a backend crash the server is starting, and then is back', async () => {
    const session = await gateway.open(nodeAt(server), never());
    await session.readFast(never());
    const victim = await server.connect();
    const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    killBackend(rows[0]?.pid ?? 0);
    await waitFor(() => session.isClosed, { what: 'the session is lost' });
    const lost = await failureOf(session.readFast(never()));
    assert.ok(lost.reason === 'lost' || lost.reason === 'starting', lost.text);
    const seen = new Set<string>();
    const back = await waitFor(
      async () => {
        try {
          return await gateway.open(nodeAt(server), never());
        } catch (error) {
          seen.add(reasonOf(error));
          return null;
        }
      },
      { what: 'the server accepts sessions again' },
    );
    await back.readFast(never());
    await back.close();
    assert.ok(
      [...seen].every((reason) => ['starting', 'lost', 'refused'].includes(reason)),
      [...seen].join(),
    );
  });

  it('F03: a killed postmaster is one loss, then refused, then back', async () => {
    const session = await gateway.open(nodeAt(server), never());
    await session.readFast(never());
    await server.stop('SIGKILL');
    await waitFor(() => session.isClosed, { what: 'the session is lost' });
    const lost = await failureOf(session.readFast(never()));
    assert.ok(lost.reason === 'lost' || lost.reason === 'starting', lost.text);
    assert.equal((await failureOf(session.readFast(never()))).text, lost.text);
    await session.close();
    assert.equal((await failureOf(gateway.open(nodeAt(server), never()))).reason, 'refused');
    await server.start();
    const back = await gateway.open(nodeAt(server), never());
    await back.readFast(never());
    await back.close();
    await untilNoSessions(server);
  });

  it('dialling is given up when asked', async () => {
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const abort = new AbortController();
      const port = (silent.address() as net.AddressInfo).port;
      const outcome = failureOf(gateway.open(nodeAt({ port }), abort.signal));
      await waitFor(() => sockets.length === 1, { what: 'the dial arrived' });
      abort.abort();
      assert.equal((await outcome).reason, 'cancelled');
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
