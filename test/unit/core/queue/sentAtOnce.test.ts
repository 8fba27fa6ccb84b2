import assert from 'node:assert/strict';
import { sentAtOnce } from '../../../../src/core/queue/sentAtOnce';

describe('queue: batches on their way', () => {
  it('are few to a primary next door, more with its distance, and never many', () => {
    const distances = [0, 0.3, 5, 19.9, 20, 60, 100, 5_000];
    assert.deepEqual(distances.map(sentAtOnce), [2, 2, 3, 3, 4, 6, 8, 8]);
  });

  it('are few where a clock went backwards', () => {
    assert.equal(sentAtOnce(-40), 2);
  });
});
