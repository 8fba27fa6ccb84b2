import assert from 'node:assert/strict';
import { routingFindings } from '../../../../src/core/routing/routingFindings';
import { declared, failure, fast, sample, snapshot, verdict } from '../describe/makeSnapshot';

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
