import assert from 'node:assert/strict';
import { needsPerson, retryDelayMs } from '../../../src/core/backoff';

const sequence = (reason: Parameters<typeof retryDelayMs>[0], tries: number, random: number) =>
  Array.from({ length: tries }, (_, index) => retryDelayMs(reason, index + 1, random));

describe('back-off', () => {
  it('doubles from a second to half a minute, and goes on for ever', () => {
    assert.deepEqual(sequence('refused', 7, 0), [1250, 2500, 5000, 10000, 20000, 30000, 30000]);
    assert.equal(retryDelayMs('refused', 100_000, 0), 30_000);
  });

  it('takes off up to a fifth at random, and never goes below a second', () => {
    const least = sequence('refused', 6, 0.999_999);
    assert.deepEqual(least, [1000, 2000, 4000, 8000, 16000, 24000]);
  });

  it('leaves a full server alone for ten seconds at least', () => {
    assert.deepEqual(sequence('connectionsFull', 3, 0.999_999), [10000, 10000, 10000]);
    assert.equal(retryDelayMs('connectionsFull', 9, 0), 30_000);
  });

  it('asks a starting server every second, later every five', () => {
    assert.deepEqual(new Set(sequence('starting', 30, 0)), new Set([1250]));
    assert.equal(retryDelayMs('starting', 31, 0), 5_000);
  });

  it('asks every half minute where the other side must change something', () => {
    for (const reason of ['hbaRefused', 'roleRefused', 'certificate', 'tooOld'] as const) {
      assert.equal(retryDelayMs(reason, 1, 0), 30_000, reason);
    }
  });

  it('waits for a person for the sake of a password, and for nothing else', () => {
    assert.equal(needsPerson('passwordRefused'), true);
    assert.equal(needsPerson('passwordNeeded'), true);
    for (const reason of ['roleRefused', 'certificate', 'refused', 'connectionsFull'] as const) {
      assert.equal(needsPerson(reason), false, reason);
    }
  });
});
