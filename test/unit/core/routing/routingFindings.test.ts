import assert from 'node:assert/strict';
import { routingFindings } from '../../../../src/core/routing/routingFindings';
import { declared, failure, fast, sample, slow, snapshot, verdict } from '../describe/makeSnapshot';

const NODES = [declared('main'), declared('near', { standbyOf: 'main' })];
const ROUTING = { reads: ['near', 'main'], maxLagMs: null };
const writable = sample({ fast: fast({ isInRecovery: false }) });

describe('what servers say against the routing of a file', () => {
  it('names a read address that leads to a primary, while that is known', () => {
    const found = (seen: object) =>
      routingFindings(
        snapshot({ nodes: NODES, seen: { near: seen }, topology: { routing: ROUTING } }),
      );
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ sample: writable }), [
      {
        path: ['routing', 'reads', 0],
        code: 'routing-takes-writes',
        message: 'Reads go to "near" as to a standby, but its server takes writes.',
      },
    ]);
    assert.deepEqual(found({ sample: writable, verdict: verdict('stale') }), []);
    assert.deepEqual(found({ sample: { ...writable, contact: 'failed' } }), []);
  });

  it('names each server that allows fewer connections than the pools may open', () => {
    const settings = { max_connections: '60' };
    const server = sample({ slow: slow({ settings }) });
    const standby = sample({ fast: fast({ isInRecovery: true }), slow: slow({ settings }) });
    const found = (writes: number | null) =>
      routingFindings(
        snapshot({
          nodes: NODES,
          seen: { main: { sample: server }, near: { sample: standby } },
          topology: { routing: { ...ROUTING, pools: { writes, reads: 55 } } },
        }),
      );
    assert.deepEqual(found(5), []);
    const [only, ...more] = found(6);
    assert.deepEqual(more, [], 'reads alone fit the standby');
    assert.deepEqual([only?.code, only?.path], ['pools-too-large', ['routing', 'pools']]);
    assert.match(only?.message ?? '', /61.connections may be opened to main, 6 for writes and 55/u);
  });

  it('names a database that a standby cannot have', () => {
    const missing = sample({
      contact: 'failed',
      failure: failure({ sqlstate: '3D000' }),
      fast: null,
    });
    const seen = { main: { sample: missing }, near: { sample: missing } };
    assert.deepEqual(
      routingFindings(snapshot({ nodes: NODES, seen })).map(({ path, message }) => [path, message]),
      [
        [
          ['nodes', 'near', 'connection'],
          '"near" has no database app: a standby has the databases of "main", and no others.',
        ],
      ],
    );
  });
});
