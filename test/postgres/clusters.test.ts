import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import pg from 'pg';
import { createLogin, requirePasswords, requireTls } from '../clusters/access';
import { makeCertificate } from '../clusters/certificates';
import type { Cluster } from '../clusters/cluster';
import { Clusters, withClusters } from '../clusters/clusters';
import * as faults from '../clusters/faults';
import { forEachMajor, forOldest } from '../clusters/majors';
import { identityOf } from '../clusters/processTable';
import { Proxy } from '../clusters/proxy';
import { waitFor } from '../clusters/waitFor';

const codeIs = (code: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === code;

async function countRows(cluster: Cluster): Promise<number | null> {
  const [row] = await cluster.query<{ count: number }>('SELECT count(*)::int AS count FROM items');
  return row?.count ?? null;
}

async function systemIdentifier(cluster: Cluster): Promise<string> {
  const [row] = await cluster.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_control_system()',
  );
  assert.ok(row);
  return row.id;
}

forEachMajor('real servers', (major) => {
  let clusters: Clusters;
  let primary: Cluster;
  let standby: Cluster;

  before(async () => {
    clusters = new Clusters(major);
    primary = await clusters.add('primary');
    standby = await clusters.addStandby('standby', primary, { slot: 'standby_slot' });
    await primary.start();
    await standby.start();
    await primary.query('CREATE TABLE items (id int PRIMARY KEY); INSERT INTO items VALUES (1)');
  });

  after(() => clusters.stop());

  it('are of the version that was asked for', async () => {
    const [row] = await primary.query<{ server_version_num: string }>('SHOW server_version_num');
    assert.equal(Math.floor(Number(row?.server_version_num) / 10_000), major);
  });

  it('stream to a standby through its slot', async () => {
    await waitFor(async () => (await countRows(standby)) === 1, { what: 'the row is there' });
    const [slot] = await primary.query('SELECT slot_name, active FROM pg_replication_slots');
    assert.deepEqual(slot, { slot_name: 'standby_slot', active: true });
  });

  it('take a further standby while they run, behind the first one', async () => {
    const archive = await clusters.addStandby('archive', standby, { slot: 'archive_slot' });
    await archive.start();
    await primary.query('INSERT INTO items VALUES (2)');
    await waitFor(async () => (await countRows(archive)) === 2, { what: 'both rows are there' });
    const senders = () => standby.query('SELECT application_name, state FROM pg_stat_replication');
    // Rows may arrive while its sender still catches up.
    await waitFor(async () => (await senders())[0]?.['state'] === 'streaming', {
      what: 'it streams',
    });
    assert.deepEqual(await senders(), [{ application_name: 'archive', state: 'streaming' }]);
    assert.equal(await systemIdentifier(archive), await systemIdentifier(primary));
  });

  it('answer one question after the other in a session that is in nobody’s way', async () => {
    const asked = { database: 'asked' };
    const sessions = () =>
      primary.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE datname = 'asked'`);
    const ask = () => primary.query('SELECT 1 AS one', undefined, asked);
    await primary.query('CREATE DATABASE asked');
    assert.deepEqual(await Promise.all([ask(), ask()]), [[{ one: 1 }], [{ one: 1 }]]);
    await waitFor(
      async () => {
        const [before] = await sessions();
        await ask();
        const after = await sessions();
        return after.length === 1 && after[0]?.pid === before?.pid;
      },
      { what: 'a question is asked in the session of the one before' },
    );
    await primary.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'asked'`,
    );
    assert.deepEqual(await ask(), [{ one: 1 }], 'what was lost is replaced');
    await primary.reload();
    await waitFor(async () => (await sessions()).length === 0, { what: 'it ended' });
    await ask();
    await primary.query('DROP DATABASE asked');
  });

  it('have system identifiers of their own', async () => {
    const other = await (await clusters.add('other')).start();
    assert.notEqual(await systemIdentifier(other), await systemIdentifier(primary));
  });

  it('come back with their data after a crash', async () => {
    await primary.query('INSERT INTO items VALUES (3)');
    await primary.restart('SIGKILL');
    assert.equal(await countRows(primary), 3);
    await waitFor(async () => (await countRows(standby)) === 3, { what: 'the standby follows' });
  });

  it('show no receiver while a standby is cut off, and stream again afterwards', async () => {
    const cut = await faults.cutOffStandby(standby);
    assert.deepEqual(await standby.query('SELECT pid FROM pg_stat_wal_receiver'), []);
    await cut.end();
    await waitFor(
      async () => (await standby.query('SELECT pid FROM pg_stat_wal_receiver')).length === 1,
      { what: 'the receiver is back' },
    );
  });

  it('keep replayed data back while replay is paused', async () => {
    const pause = await faults.pauseReplay(standby);
    await primary.query('INSERT INTO items VALUES (4)');
    await waitFor(
      async () => {
        const [row] = await standby.query<{ waits: boolean }>(
          'SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AS waits',
        );
        return row?.waits === true;
      },
      { what: 'WAL waits for replay' },
    );
    assert.equal(await countRows(standby), 3);
    await pause.end();
    await waitFor(async () => (await countRows(standby)) === 4, { what: 'replay goes on' });
  });

  it('refuse sessions by the code that the fault is for', async () => {
    await createLogin(primary, 'visitor', { password: 'let me in' });
    const visit = (password?: string) =>
      primary.query('SELECT 1', undefined, {
        user: 'visitor',
        ...(password === undefined ? {} : { password }),
      });
    const limit = await faults.limitConnections(primary, 'visitor', 0);
    await assert.rejects(visit(), codeIs('53300'));
    await limit.end();
    const ban = await faults.forbidLogin(primary, 'visitor');
    await assert.rejects(visit(), codeIs('28000'));
    await ban.end();
    const reject = await faults.putFirstInHba(primary, 'host all visitor 127.0.0.1/32 reject');
    await assert.rejects(visit(), codeIs('28000'));
    await reject.end();
    await requirePasswords(primary);
    await assert.rejects(visit('wrong'), codeIs('28P01'));
    assert.equal((await visit('let me in')).length, 1);
  });

  it('make writers wait while a table is locked', async () => {
    const lock = await faults.lockTable(primary, 'items');
    const write = `SET lock_timeout = '50ms'; INSERT INTO items VALUES (5)`;
    await assert.rejects(primary.query(write), codeIs('55P03'));
    await lock.end();
    await primary.query(write);
  });

  it('answer nobody new while the postmaster is frozen, and open sessions still', async () => {
    const session = await primary.connect();
    const frozen = faults.freezePostmaster(primary);
    try {
      const caller = new pg.Client({
        ...{ host: '127.0.0.1', port: primary.port, user: 'postgres' },
        connectionTimeoutMillis: 300,
      });
      caller.on('error', () => undefined);
      await assert.rejects(caller.connect(), /timeout/);
      assert.equal((await session.query('SELECT 1')).rowCount, 1);
    } finally {
      await frozen.end();
    }
    assert.equal((await primary.query('SELECT 1')).length, 1);
    await session.end();
  });

  it('are reached through a proxy that can cut the line', async () => {
    const proxy = await Proxy.start(primary);
    const dial = async () => {
      const client = new pg.Client({ host: '127.0.0.1', port: proxy.port, user: 'postgres' });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    const client = await dial();
    assert.equal((await client.query('SELECT 1')).rowCount, 1);
    await proxy.setMode({ kind: 'reset' });
    await assert.rejects(client.query('SELECT 1'));
    await proxy.setMode({ kind: 'refuse' });
    await assert.rejects(dial(), codeIs('ECONNREFUSED'));
    await proxy.setMode({ kind: 'pass' });
    await (await dial()).end();
    await proxy.stop();
  });
});

forEachMajor('a server with TLS', (major) => {
  it('shows the certificate it was given and takes nothing in clear', async () => {
    await withClusters(major, async (clusters) => {
      const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
      const issuer = { ...authority, name: 'Authority' };
      const tls = makeCertificate({ names: ['localhost', '127.0.0.1'], issuer });
      const server = await (await clusters.add('secure', { tls })).start();
      await requireTls(server);
      const dial = async (ssl: pg.ClientConfig['ssl']) => {
        const address = { host: '127.0.0.1', port: server.port, user: 'postgres' };
        const client = new pg.Client({ ...address, ssl });
        client.on('error', () => undefined);
        await client.connect();
        await client.end();
      };
      await dial({ ca: authority.certificate });
      await assert.rejects(dial(false), codeIs('28000'));
      const stranger = makeCertificate({ names: ['Stranger'], isAuthority: true });
      await assert.rejects(dial({ ca: stranger.certificate }), /certificate|signature/);
    });
  });
});

forOldest('a set of servers', (major) => {
  it('leaves neither processes nor files', async () => {
    const pids: number[] = [];
    const folder = await withClusters(major, async (clusters) => {
      const primary = await (await clusters.add('primary')).start();
      const standby = await (await clusters.addStandby('standby', primary)).start();
      const frozen = await standby.connect();
      const { rows } = await frozen.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      pids.push(primary.pid, standby.pid, ...primary.children, ...standby.children);
      faults.freezeBackend(rows[0]?.pid ?? 0);
      return clusters.run.path;
    });
    assert.ok(pids.length > 6, 'two postmasters and their background processes were seen');
    assert.deepEqual(
      pids.filter((pid) => identityOf(pid) !== null),
      [],
    );
    assert.equal(fs.existsSync(folder), false);
  });

  it('gives a server its port back that somebody else took while it was down', async () => {
    await withClusters(major, async (clusters) => {
      const server = await (await clusters.add('primary')).start();
      const { port } = server;
      await server.stop('SIGKILL');
      const other = net.createServer((socket) => socket.destroy());
      await new Promise<void>((listening) => {
        other.listen(port, '127.0.0.1', () => listening());
      });
      const back = server.start();
      await waitFor(() => server.readLog().includes('could not bind'), { what: 'it was in vain' });
      other.close();
      await back;
      assert.equal(server.port, port);
      assert.deepEqual(await server.query('SELECT 1 AS one'), [{ one: 1 }]);
    });
  });

  it('ends everything when its body fails', async () => {
    let folder = '';
    const body = withClusters(major, async (clusters) => {
      folder = clusters.run.path;
      await (await clusters.add('primary')).start();
      throw new Error('as planned');
    });
    await assert.rejects(body, /as planned/);
    assert.notEqual(folder, '');
    assert.equal(fs.existsSync(folder), false);
  });
});
