import assert from 'node:assert/strict';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freePort } from '../../clusters/freePort';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { PATIENT_LIMITS } from '../monitor/patience';
import { failureOf, makePatientGateway, never, nodeAt, untilNoSessions } from './support';

forEachMajor('A Unix socket', function (major) {
  let clusters: Clusters;
  let server: Cluster;
  let directory: string;

  before(async () => {
    clusters = new Clusters(major);
    directory = clusters.run.serversPath;
    const conf = { unix_socket_directories: directory };
    server = await (await clusters.add('central', { conf })).start();
  });

  after(async () => {
    await clusters.stop();
  });

  const node = (params: Readonly<Record<string, string>> = {}) =>
    nodeAt(server, { params: { host: directory, ...params } });

  /** The address as the server sees it: none for a socket. */
  async function clientAddresses(): Promise<readonly (string | null)[]> {
    const rows = await server.query<{ address: string | null; ssl: boolean }>(
      `SELECT a.client_addr::text AS address, s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
        WHERE a.application_name = 'pg-topology'`,
    );
    assert.ok(rows.every(({ ssl }) => !ssl));
    return rows.map(({ address }) => address);
  }

  it('is dialled when host is its directory, in clear whatever sslmode says', async () => {
    for (const params of [{}, { sslmode: 'verify-full' }]) {
      const session = await makePatientGateway().open(node(params), never());
      try {
        assert.deepEqual(session.endpoint, { host: directory, port: server.port });
        assert.equal((await session.readFast(never())).isInRecovery, false);
        assert.deepEqual(await clientAddresses(), [null]);
      } finally {
        await session.close();
      }
      await untilNoSessions(server);
    }
  });

  it('is passed over in a list of hosts when nobody listens there', async () => {
    const elsewhere = await freePort();
    const ports = { host: `${directory},127.0.0.1`, port: `${elsewhere},${server.port}` };
    const session = await makePatientGateway().open(node(ports), never());
    assert.deepEqual(session.endpoint, { host: '127.0.0.1', port: server.port });
    await session.close();
  });

  it('is named by its file when nobody listens there', async () => {
    const port = await freePort();
    const facts = await failureOf(makePatientGateway().open(node({ port: String(port) }), never()));
    assert.equal(facts.reason, 'refused');
    assert.equal(
      facts.text,
      `Could not reach central (${directory}/.s.PGSQL.${port}): connection refused.`,
    );
  });

  it('carries the word that cancels a statement', async () => {
    await untilNoSessions(server);
    const patient = { ...PATIENT_LIMITS, lockMs: 60_000, cancelMs: 60_000 };
    const session = await makePatientGateway({ limits: patient }).open(node(), never());
    const locker = await server.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE pg_catalog.pg_subscription IN ACCESS EXCLUSIVE MODE');
      const abort = new AbortController();
      const running = failureOf(session.readFast(abort.signal));
      const waits = `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND wait_event_type = 'Lock'`;
      await waitFor(async () => (await server.query(waits)).length === 1, {
        what: 'the poll waits',
      });
      abort.abort();
      assert.equal((await running).reason, 'cancelled');
      await untilNoSessions(server);
    } finally {
      await locker.end();
      await session.close();
    }
    assert.match(server.readLog(), /canceling statement due to user request/);
  });
});
