import assert from 'node:assert/strict';
import {
  furtherDetails,
  furtherServers,
  isServer,
} from '../../../../src/commands/discovery/furtherServers';
import type { WaitingEndpoint } from '../../../../src/operations/discovery/waitingEndpoint';

function waiting(nodeId: string, more: Partial<WaitingEndpoint> = {}): WaitingEndpoint {
  return {
    key: nodeId,
    nodeId,
    endpoint: { host: '10.0.0.7', port: 5432 },
    host: '10.0.0.7',
    database: 'app',
    user: 'monitor',
    isPortGuessed: false,
    evidence: [{ text: 'client_addr 10.0.0.7 in pg_stat_replication on central', atMs: 1 }],
    ...more,
  };
}

describe('further servers that discovery asks about', () => {
  it('are told by address, each once; what has no address is none', () => {
    const servers = furtherServers([
      waiting('a'),
      waiting('b'),
      waiting('c', { endpoint: { host: '10.0.0.8', port: 5432 } }),
      waiting('d', { endpoint: null }),
    ]);
    assert.deepEqual(
      servers.map(({ endpoint, places }) => [endpoint.host, places.map(({ nodeId }) => nodeId)]),
      [
        ['10.0.0.7', ['a', 'b']],
        ['10.0.0.8', ['c']],
      ],
    );
  });

  it('say where they were seen, and what is odd about them', () => {
    const detailsOf = (more: Partial<WaitingEndpoint>) =>
      furtherServers([waiting('a', more)]).map(furtherDetails);
    assert.deepEqual(detailsOf({}), ['client_addr 10.0.0.7 in pg_stat_replication on central']);
    assert.deepEqual(detailsOf({ isPortGuessed: true }), [
      'client_addr 10.0.0.7 in pg_stat_replication on central · its port is a guess',
    ]);
    assert.deepEqual(detailsOf({ endpoint: { host: '169.254.169.254', port: 80 }, evidence: [] }), [
      '$(warning) link-local address: clouds answer here with credentials of the machine',
    ]);
    assert.deepEqual(detailsOf({ evidence: [{ text: 'name \u202e', atMs: null }] }), [
      'name \\u202e',
    ]);
  });

  it('are told from the interface of a cluster manager', () => {
    const [server] = furtherServers([waiting('a')]);
    const [manager] = furtherServers([waiting('patroni', { database: '', user: '' })]);
    assert.ok(server !== undefined && manager !== undefined);
    assert.deepEqual([isServer(server), isServer(manager)], [true, false]);
  });
});
