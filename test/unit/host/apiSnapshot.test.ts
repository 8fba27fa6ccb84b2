import assert from 'node:assert/strict';
import { toApiSnapshot } from '../../../src/host/apiSnapshot';
import {
  declared,
  edge,
  failure,
  fast,
  queue,
  sample,
  snapshot,
  verdict,
} from '../core/describe/makeSnapshot';

describe('exported snapshot', () => {
  const secret = 'tr0ub4dor';
  const failed = sample({
    contact: 'failed',
    fast: fast({ currentLsn: 42n }),
    failure: failure({ text: `Could not reach central: ${secret}`, serverMessage: secret }),
  });
  const picture = snapshot({
    nodes: [declared('central', { connection: { host: 'db', user: 'monitor', options: secret } })],
    seen: { central: { sample: failed, verdict: verdict('unreachable') } },
    edges: [edge({ id: 'streaming/central-read', unknownBecause: secret, lagMs: null })],
    queues: [queue()],
    summary: { worstLagMs: null, replicas: 1 },
  });

  it('is plain JSON', () => {
    const exported = toApiSnapshot([picture]);
    assert.deepEqual(JSON.parse(JSON.stringify(exported)), exported);
  });

  it('holds state, and neither connections nor what servers said', () => {
    const [topology] = toApiSnapshot([picture]).topologies;
    assert.equal(topology?.nodes[0]?.verdict, 'unreachable');
    assert.equal(topology.nodes[0].contact, 'failed');
    assert.equal(topology.queues[0]?.waiting, 3);
    const text = JSON.stringify(topology);
    for (const hidden of [secret, 'monitor', '"db"'])
      assert.equal(text.includes(hidden), false, hidden);
  });

  it('says null for what is unknown', () => {
    const [topology] = toApiSnapshot([picture]).topologies;
    assert.equal(topology?.worstLagMs, null);
    assert.equal(topology.edges[0]?.lagMs, null);
  });
});
