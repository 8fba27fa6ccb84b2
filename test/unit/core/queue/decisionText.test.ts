import assert from 'node:assert/strict';
import type { ChoiceResult, ConflictDetails } from '../../../../src/core/queue/conflict';
import { decisionSentence } from '../../../../src/core/queue/decisionText';

const details: ConflictDetails = {
  operationId: 'a',
  primaryId: 'central',
  table: { schema: 'public', name: 'jobs' },
  operation: 'UPDATE',
  kind: 'changed',
  policy: 'manual',
  key: '{}',
  base: null,
  edgeRow: null,
  primaryRow: null,
  primaryFingerprint: null,
  error: null,
  sqlstate: null,
};
const done: ChoiceResult = { kind: 'done' };
const refusedBy = (message: string, sqlstate: string | null): ChoiceResult => ({
  kind: 'refused',
  message,
  sqlstate,
});

describe('what became of a choice', () => {
  it('counts each way in which it ended, and those that were not tried', () => {
    assert.equal(decisionSentence('Drop', [done], 1, 'central'), 'Drop: 1 conflict decided.');
    const results = [
      done,
      done,
      { kind: 'gone' } as const,
      { kind: 'changedAgain', details } as const,
      refusedBy('duplicate key', '23505'),
    ];
    assert.equal(
      decisionSentence('Keep Edge', results, 1_200, 'central'),
      'Keep Edge: 2 conflicts decided, 1 decided by somebody else before, 1 changed again on central and left alone, 1 refused by central, 1,195 not tried. duplicate key (23505).',
    );
    assert.match(
      decisionSentence('Keep Edge', [refusedBy('central has no table x.', null)], 1, 'central'),
      /^Keep Edge: 0 conflicts decided, 1 refused by central\. central has no table x\.$/u,
    );
  });
});
