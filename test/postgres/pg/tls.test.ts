import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { makeCertificate } from '../../clusters/certificates';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { BEFORE_UNUSED_CLOSE_MS, waitFor } from '../../clusters/waitFor';
import { PATIENT_LIMITS } from '../monitor/patience';
import { failureOf, makePatientGateway, never, nodeAt, reasonOf } from './support';

forEachMajor('TLS', function (major) {
  let clusters: Clusters;
  let good: Cluster;
  let expired: Cluster;
  let foreign: Cluster;
  let plain: Cluster;
  let rootPath: string;
  const gateway = makePatientGateway();

  before(async function () {
    clusters = new Clusters(major);
    const authority = {
      name: 'Test Authority',
      ...makeCertificate({ names: ['Test Authority'], isAuthority: true }),
    };
    rootPath = path.join(clusters.run.path, 'root.crt');
    fs.writeFileSync(rootPath, authority.certificate);
    const names = ['127.0.0.1', 'localhost'];
    const day = 86_400_000;
    const make = async (name: string, tls?: ReturnType<typeof makeCertificate>): Promise<Cluster> =>
      (await clusters.add(name, tls === undefined ? {} : { tls })).start();
    good = await make('good', makeCertificate({ names, issuer: authority }));
    expired = await make(
      'expired',
      makeCertificate({
        names,
        issuer: authority,
        validFrom: new Date(Date.now() - 9 * day),
        validTo: new Date(Date.now() - 2 * day),
      }),
    );
    foreign = await make(
      'foreign',
      makeCertificate({ names: ['attacker.example'], issuer: authority }),
    );
    plain = await make('plain');
  });

  after(async () => {
    await clusters.stop();
  });

  async function outcome(server: Cluster, params: Record<string, string>): Promise<string> {
    try {
      const session = await gateway.open(nodeAt(server, { params }), never());
      await session.readFast(never());
      const [row] = await server.query<{ ssl: boolean }>(
        `SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'pg-topology'`,
      );
      await session.close();
      await waitFor(
        async () =>
          (
            await server.query(
              `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`,
            )
          ).length === 0,
        { what: 'the session is gone', timeoutMs: BEFORE_UNUSED_CLOSE_MS },
      );
      return row?.ssl === true ? 'encrypted' : 'clear';
    } catch (error) {
      return reasonOf(error);
    }
  }

  it('loopback is in clear unless the file says otherwise', async () => {
    assert.equal(await outcome(good, {}), 'clear');
    assert.equal(await outcome(good, { sslmode: 'disable' }), 'clear');
    assert.equal(await outcome(good, { sslmode: 'prefer' }), 'encrypted');
  });

  it('F20: a server without TLS is told as such, and nothing is sent', async () => {
    for (const sslmode of ['require', 'verify-ca', 'verify-full', 'prefer']) {
      assert.equal(await outcome(plain, { sslmode, sslrootcert: rootPath }), 'tlsMissing');
    }
    const node = nodeAt(plain, { params: { sslmode: 'verify-full', sslrootcert: rootPath } });
    const facts = await failureOf(gateway.open(node, never()));
    assert.equal(
      `${facts.text} ${facts.advice}`,
      'central offers no TLS, but sslmode is verify-full. Nothing was sent.',
    );
  });

  it('require encrypts and verifies nothing, until an authority is at hand', async () => {
    assert.equal(await outcome(foreign, { sslmode: 'require' }), 'encrypted');
    assert.equal(await outcome(expired, { sslmode: 'require' }), 'encrypted');
    assert.equal(
      await outcome(expired, { sslmode: 'require', sslrootcert: rootPath }),
      'certificate',
    );
  });

  it('F21: verify-ca checks the chain, verify-full the name as well', async () => {
    assert.equal(await outcome(good, { sslmode: 'verify-ca' }), 'certificate');
    assert.equal(await outcome(good, { sslmode: 'verify-full' }), 'certificate');
    const known = { sslrootcert: rootPath };
    assert.equal(await outcome(good, { sslmode: 'verify-ca', ...known }), 'encrypted');
    assert.equal(await outcome(good, { sslmode: 'verify-full', ...known }), 'encrypted');
    assert.equal(await outcome(foreign, { sslmode: 'verify-ca', ...known }), 'encrypted');
    assert.equal(await outcome(foreign, { sslmode: 'verify-full', ...known }), 'certificate');
    assert.equal(await outcome(expired, { sslmode: 'verify-ca', ...known }), 'certificate');
  });

  it('F21: each certificate that is not accepted says why, and never to turn checks off', async () => {
    const textOf = async (server: Cluster, params: Record<string, string>): Promise<string> => {
      const node = nodeAt(server, { params: { sslmode: 'verify-full', ...params } });
      const { text, advice } = await failureOf(gateway.open(node, never()));
      return `${text} ${advice}`;
    };
    assert.equal(
      await textOf(good, {}),
      'The certificate of central is not signed by a known authority. Add sslrootcert to the connection.',
    );
    assert.match(await textOf(expired, { sslrootcert: rootPath }), /has expired/);
    assert.match(
      await textOf(foreign, { sslrootcert: rootPath }),
      /is for another name than the host/,
    );
  });

  it('hostaddr is dialled while the certificate must carry the host’s name', async () => {
    const params = { sslmode: 'verify-full', sslrootcert: rootPath, hostaddr: '127.0.0.1' };
    assert.equal(await outcome(good, { ...params, host: 'localhost' }), 'encrypted');
    assert.equal(await outcome(good, { ...params, host: 'db.example.com' }), 'certificate');
  });

  it('a statement over TLS is cancelled over TLS', async () => {
    // No limit may end the statement before we do.
    const patient = { ...PATIENT_LIMITS, lockMs: 60_000, cancelMs: 60_000 };
    const session = await makePatientGateway({ limits: patient }).open(
      nodeAt(good, { params: { sslmode: 'verify-full', sslrootcert: rootPath } }),
      never(),
    );
    const locker = await good.connect();
    await locker.query('BEGIN; LOCK TABLE pg_catalog.pg_subscription IN ACCESS EXCLUSIVE MODE');
    const abort = new AbortController();
    const running = failureOf(session.readFast(abort.signal));
    await waitFor(
      async () =>
        (
          await good.query(
            `SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology' AND wait_event_type = 'Lock'`,
          )
        ).length === 1,
      { what: 'the poll waits', everyMs: 5 },
    );
    abort.abort();
    assert.equal((await running).reason, 'cancelled');
    await waitFor(
      async () =>
        (await good.query(`SELECT FROM pg_stat_activity WHERE application_name = 'pg-topology'`))
          .length === 0,
      { what: 'the server stopped it' },
    );
    await locker.end();
    assert.match(good.readLog(), /canceling statement due to user request/);
  });
});
