import assert from 'node:assert/strict';
import { SystemClock } from '../../../src/host/systemClock';
import { Crawl } from '../../../src/operations/discovery/crawl';
import { PgDiscoveryGateway } from '../../../src/pg/discovery/pgDiscoveryGateway';
import { createLogin, requirePasswords } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { Proxy } from '../../clusters/proxy';
import { waitFor } from '../../clusters/waitFor';
import { makeGateway, never } from '../pg/support';

forEachMajor('Looking at a node where a person says that it is', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;
  /** What stands before the standby as a container's published port does. */
  let published: Proxy;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central')).start();
    await createLogin(central, 'monitor', { password: 'first', memberOf: ['pg_monitor'] });
    reader = await clusters.addStandby('reader', central, { slot: 'reader' });
    await reader.start();
    await waitFor(
      async () =>
        (await central.query(`SELECT FROM pg_stat_replication WHERE state = 'streaming'`)).length >
        0,
      { what: 'the standby streams' },
    );
    // The password of who leads there is refused, as where servers have roles of their own.
    await requirePasswords(reader);
    published = await Proxy.start({ port: reader.port });
  });
  after(async function () {
    await published.stop();
    await clusters.stop();
  });

  it('shows the failure of the server, then dials it again and finds the link', async () => {
    const gateway = new PgDiscoveryGateway(makeGateway().dialer, () => Date.now());
    const crawl = new Crawl({ gateway, clock: new SystemClock(), isApproved: () => false });
    const params = {
      host: '127.0.0.1',
      port: String(central.port),
      dbname: 'postgres',
      user: 'monitor',
    };
    await crawl.look({ params, password: 'wrong' }, never());
    const key = crawl.keys().get('reader');
    const wanted = { nodeId: 'reader', address: { host: 'localhost', port: published.port } };
    const reader1 = () => crawl.proposal().nodes.find(({ id }) => id === 'reader');
    assert.equal(reader1()?.certainty, 'guessed');

    await published.setMode({ kind: 'refuse' });
    await crawl.lookAgain(wanted, never());
    assert.match(
      reader1()?.problem ?? '',
      /^Could not reach reader .*refused\. Change host or port, and look again\.$/u,
    );
    await published.setMode({ kind: 'pass' });
    await crawl.lookAgain(wanted, never());
    assert.match(reader1()?.problem ?? '', /\(28P01\)\. Look again to enter another password\.$/u);
    assert.equal(crawl.proposal().edges[0]?.certainty, 'guessed');

    assert.equal(await crawl.lookAgain({ ...wanted, password: 'first' }, never()), 'answered');
    const found = reader1();
    assert.deepEqual(
      [found?.problem, found?.certainty, found?.connection['port']],
      [null, 'seen', String(published.port)],
    );
    assert.deepEqual(
      crawl.proposal().edges.map(({ kind, from, to, certainty }) => [kind, from, to, certainty]),
      [['streaming', 'primary', 'reader', 'seen']],
    );
    assert.equal(crawl.keys().get('reader'), key);
    assert.equal(crawl.secrets().get('reader'), 'first');
    assert.doesNotMatch(JSON.stringify(crawl.proposal()), /first|wrong/u);

    // Its own port leads there as well: the same node, dialled there from now on.
    const address = { host: '127.0.0.1', port: reader.port };
    assert.equal(await crawl.lookAgain({ nodeId: 'reader', address }, never()), 'answered');
    assert.equal(crawl.proposal().nodes.length, 2);
    assert.equal(reader1()?.connection['port'], String(reader.port));
    assert.equal(crawl.proposal().edges[0]?.certainty, 'seen');
  });
});
