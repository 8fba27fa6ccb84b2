import assert from 'node:assert/strict';
import {
  formatEndpoint,
  isLinkLocal,
  isLoopback,
  isUsualPostgresPort,
} from '../../../src/core/endpoint';

describe('endpoints', () => {
  const hosts: readonly [string, { loopback: boolean; linkLocal: boolean }][] = [
    ['localhost', { loopback: true, linkLocal: false }],
    ['LOCALHOST.', { loopback: true, linkLocal: false }],
    ['127.0.0.1', { loopback: true, linkLocal: false }],
    ['127.255.0.9', { loopback: true, linkLocal: false }],
    ['::1', { loopback: true, linkLocal: false }],
    ['[::1]', { loopback: true, linkLocal: false }],
    ['0:0:0:0:0:0:0:1', { loopback: true, linkLocal: false }],
    ['::ffff:127.0.0.1', { loopback: true, linkLocal: false }],
    ['/var/run/postgresql', { loopback: true, linkLocal: false }],
    ['@abstract', { loopback: true, linkLocal: false }],
    ['localhost.example.com', { loopback: false, linkLocal: false }],
    ['127.0.0.1.example.com', { loopback: false, linkLocal: false }],
    // Resolvers may read these as 127.0.0.1; asking about them once too often does no harm.
    ['127.1', { loopback: false, linkLocal: false }],
    ['2130706433', { loopback: false, linkLocal: false }],
    ['0.0.0.0', { loopback: false, linkLocal: false }],
    ['::', { loopback: false, linkLocal: false }],
    ['::2', { loopback: false, linkLocal: false }],
    ['1::1', { loopback: false, linkLocal: false }],
    ['', { loopback: false, linkLocal: false }],
    ['10.0.0.1', { loopback: false, linkLocal: false }],
    ['169.254.169.254', { loopback: false, linkLocal: true }],
    ['169.254.0.1', { loopback: false, linkLocal: true }],
    ['0xa9fea9fe', { loopback: false, linkLocal: true }],
    ['2852039166', { loopback: false, linkLocal: true }],
    ['0251.0376.0251.0376', { loopback: false, linkLocal: true }],
    ['169.254.43518', { loopback: false, linkLocal: true }],
    ['::ffff:169.254.169.254', { loopback: false, linkLocal: true }],
    ['fe80::1%eth0', { loopback: false, linkLocal: true }],
    ['febf::1', { loopback: false, linkLocal: true }],
    ['fec0::1', { loopback: false, linkLocal: false }],
    ['fd00:ec2::254', { loopback: false, linkLocal: true }],
    ['metadata.google.internal', { loopback: false, linkLocal: true }],
    ['169.253.1.1', { loopback: false, linkLocal: false }],
  ];
  for (const [host, { loopback, linkLocal }] of hosts) {
    const kind = loopback ? 'loopback' : linkLocal ? 'link-local' : 'neither';
    it(`takes "${host}" for ${kind}`, () => {
      assert.equal(isLoopback(host), loopback);
      assert.equal(isLinkLocal(host), linkLocal);
    });
  }

  it('knows the ports where Postgres and poolers listen', () => {
    const ports = [22, 80, 5431, 5432, 5433, 5499, 5500, 6432, 8080];
    assert.deepEqual(ports.filter(isUsualPostgresPort), [5432, 5433, 5499, 6432]);
  });

  it('writes them for people', () => {
    assert.equal(formatEndpoint({ host: 'db.example.com', port: 5432 }), 'db.example.com:5432');
    assert.equal(formatEndpoint({ host: '::1', port: 5432 }), '[::1]:5432');
    assert.equal(formatEndpoint({ host: '/run', port: 5433 }), '/run/.s.PGSQL.5433');
  });
});
