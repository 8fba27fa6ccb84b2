import assert from 'node:assert/strict';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { freePort } from '../../clusters/freePort';
import { forEachMajor } from '../../clusters/majors';
import { failureOf, makePatientGateway, never, nodeAt } from './support';

forEachMajor('Several hosts', function (major) {
  let clusters: Clusters;
  let primary: Cluster;
  let standby: Cluster;
  const gateway = makePatientGateway();

  before(async function () {
    clusters = new Clusters(major);
    primary = await (await clusters.add('primary')).start();
    standby = await (await clusters.addStandby('standby', primary)).start();
  });

  after(async () => {
    await clusters.stop();
  });

  function nodeOf(ports: readonly number[], attrs: string) {
    return nodeAt(primary, {
      params: {
        host: ports.map(() => '127.0.0.1').join(','),
        port: ports.join(','),
        target_session_attrs: attrs,
      },
    });
  }

  async function answering(ports: readonly number[], attrs: string): Promise<number> {
    const session = await gateway.open(nodeOf(ports, attrs), never());
    await session.close();
    return session.endpoint.port;
  }

  it('I18: the first host that fits answers, and the session says which', async () => {
    const both = [standby.port, primary.port];
    assert.equal(await answering(both, 'any'), standby.port);
    assert.equal(await answering(both, 'read-write'), primary.port);
    assert.equal(await answering(both, 'primary'), primary.port);
    assert.equal(await answering([...both].reverse(), 'standby'), standby.port);
    assert.equal(await answering([...both].reverse(), 'read-only'), standby.port);
    assert.equal(await answering([...both].reverse(), 'prefer-standby'), standby.port);
    assert.equal(await answering([primary.port], 'prefer-standby'), primary.port);
  });

  it('I18: a dead host is passed over', async () => {
    assert.equal(await answering([await freePort(), primary.port], 'any'), primary.port);
  });

  it('I18: when none fits, each one’s reason is told', async () => {
    const dead = await freePort();
    const facts = await failureOf(gateway.open(nodeOf([dead, standby.port], 'primary'), never()));
    assert.equal(facts.reason, 'noHostFits');
    assert.match(facts.text, new RegExp(`127\\.0\\.0\\.1:${dead}: .*connection refused`));
    assert.match(facts.text, new RegExp(`127\\.0\\.0\\.1:${standby.port}: .*it is a standby`));
  });

  it('an answer such as "no such database" is final', async () => {
    const node = nodeOf([primary.port, standby.port], 'any');
    const facts = await failureOf(
      gateway.open({ ...node, connection: { ...node.connection, dbname: 'none' } }, never()),
    );
    assert.equal(facts.reason, 'noDatabase');
    assert.equal(facts.endpoint?.port, primary.port);
  });

  it('all endpoints are known before anything is dialled', async () => {
    assert.deepEqual(await gateway.endpointsOf(nodeOf([1, 2], 'any')), [
      { host: '127.0.0.1', port: 1 },
      { host: '127.0.0.1', port: 2 },
    ]);
  });
});
