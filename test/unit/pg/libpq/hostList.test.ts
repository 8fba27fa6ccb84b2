import assert from 'node:assert/strict';
import { findDefaultHost, pairHosts } from '../../../../src/pg/libpq/hostList';

function addresses(params: Record<string, string>): unknown {
  const paired = pairHosts(params, '/run');
  if ('problem' in paired) return paired.problem;
  return paired.targets.map(
    ({ endpoint, hostAddress }) =>
      `${endpoint.host}:${endpoint.port}${hostAddress === null ? '' : `=${hostAddress}`}`,
  );
}

describe('pairHosts', () => {
  it('has one default when nothing is said', () => {
    assert.deepEqual(addresses({}), ['/run:5432']);
  });

  it('gives one port to every host, or each its own', () => {
    assert.deepEqual(addresses({ host: 'a,b', port: '6000' }), ['a:6000', 'b:6000']);
    assert.deepEqual(addresses({ host: 'a,b', port: '6000,6001' }), ['a:6000', 'b:6001']);
  });

  it('reads an empty entry as the default', () => {
    assert.deepEqual(addresses({ host: 'a,,c', port: '1,,3' }), ['a:1', '/run:5432', 'c:3']);
  });

  it('dials hostaddr and keeps the host as the name', () => {
    assert.deepEqual(addresses({ host: 'a', hostaddr: '10.0.0.1' }), ['a:5432=10.0.0.1']);
    assert.deepEqual(addresses({ hostaddr: '10.0.0.1' }), ['10.0.0.1:5432=10.0.0.1']);
  });

  it('refuses lists that do not match, and ports that are none', () => {
    assert.equal(addresses({ host: 'a,b,c', port: '1,2' }), '2 ports do not match 3 hosts');
    assert.equal(
      addresses({ host: 'a,b', hostaddr: '10.0.0.1' }),
      '2 hosts do not match 1 values of hostaddr',
    );
    for (const port of ['0', '65536', '-1', 'abc', '5432.5']) {
      assert.equal(addresses({ host: 'a', port }), `"${port}" is no port (1 to 65535)`);
    }
  });
});

describe('findDefaultHost', () => {
  it('is the socket directory that exists, and localhost on Windows', async () => {
    const only = (wanted: string) => (path: string) => Promise.resolve(path === wanted);
    assert.equal(
      await findDefaultHost('linux', only('/var/run/postgresql')),
      '/var/run/postgresql',
    );
    assert.equal(await findDefaultHost('linux', only('/tmp')), '/tmp');
    assert.equal(await findDefaultHost('win32', only('/tmp')), 'localhost');
  });
});
