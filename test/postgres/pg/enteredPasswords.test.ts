import assert from 'node:assert/strict';
import { secretKey } from '../../../src/core/secretKey';
import type { TopologyNode } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freePort } from '../../clusters/freePort';
import { forEachMajor } from '../../clusters/majors';
import { failureOf, makePatientGateway, MemorySecrets, nodeAt, untilNoSessions } from './support';

const PASSWORD = 'c4n4ry';

forEachMajor('A password entered for a node of several hosts', function (major) {
  let clusters: Clusters;
  let primary: Cluster;
  let standby: Cluster;
  let secrets: MemorySecrets;

  before(async function () {
    clusters = new Clusters(major);
    primary = await (await clusters.add('primary')).start();
    await primary.query(`CREATE ROLE monitor LOGIN PASSWORD '${PASSWORD}'`);
    standby = await (await clusters.addStandby('standby', primary)).start();
    for (const server of [primary, standby]) await askForPasswords(server);
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(() => {
    secrets = new MemorySecrets();
  });

  const askForPasswords = (server: Cluster): Promise<void> =>
    server.setHba([
      'host all postgres 127.0.0.1/32 trust',
      'host replication all 127.0.0.1/32 trust',
      'host all all 127.0.0.1/32 scram-sha-256',
    ]);

  const nodeOf = (ports: readonly number[], attrs = 'any'): TopologyNode =>
    nodeAt(primary, {
      params: {
        user: 'monitor',
        host: ports.map(() => '127.0.0.1').join(','),
        port: ports.join(','),
        target_session_attrs: attrs,
      },
    });

  const keyOf = (port: number): string =>
    secretKey({ user: 'monitor', host: '127.0.0.1', port, database: 'postgres' });

  const enter = (ports: readonly number[], attrs?: string): Promise<string> =>
    makePatientGateway({ secrets }).enterPassword(nodeOf(ports, attrs), PASSWORD);

  it('is kept for the host that took it, and for none that was not tried', async () => {
    const never = await freePort();
    assert.equal(await enter([primary.port, never]), 'kept');
    assert.deepEqual([...secrets.values.keys()], [keyOf(primary.port)]);
  });

  it('is not kept for a host that did not answer', async () => {
    const dead = await freePort();
    assert.equal(await enter([dead, primary.port]), 'kept');
    assert.deepEqual([...secrets.values.keys()], [keyOf(primary.port)]);
  });

  it('is kept for a host that let us in, though its role did not fit', async () => {
    assert.equal(await enter([standby.port, primary.port], 'primary'), 'kept');
    assert.deepEqual(
      [...secrets.values.keys()].sort(),
      [keyOf(standby.port), keyOf(primary.port)].sort(),
    );
  });

  it('is kept for nobody when none let us in, and leaves no session', async () => {
    const dead = await freePort();
    const facts = await failureOf(
      makePatientGateway({ secrets }).enterPassword(nodeOf([dead, primary.port]), 'wrong'),
    );
    assert.equal(facts.reason, 'passwordRefused');
    assert.equal(secrets.values.size, 0);
    await untilNoSessions(primary);
    await untilNoSessions(standby);
  });
});
