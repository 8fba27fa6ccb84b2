import assert from 'node:assert/strict';
import { toApiChecks } from '../../../src/host/apiChecks';
import { failure, verdict } from '../core/describe/makeSnapshot';

describe('exported results of checks', () => {
  const secret = 'tr0ub4dor';
  const late = {
    edgeId: 'streaming/central-read',
    kind: 'row' as const,
    outcome: 'notArrived' as const,
    arrivedMs: null,
    startedAtMs: 1,
    endedAtMs: 10_001,
    limitMs: 10_000,
    verdict: verdict('notStreaming', { reason: secret }),
    failure: failure({ text: secret, serverMessage: secret }),
  };

  it('are plain JSON, without what servers said', () => {
    const exported = toApiChecks('file:///folder/pg-topology.json', [late]);
    assert.deepEqual(JSON.parse(JSON.stringify(exported)), exported);
    assert.equal(JSON.stringify(exported).includes(secret), false);
    assert.equal(exported[0]?.verdict, 'notStreaming');
    assert.equal(exported[0].arrivedMs, null);
  });
});
