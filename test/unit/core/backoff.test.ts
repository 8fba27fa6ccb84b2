import assert from 'node:assert/strict';
import { isUnheard, needsPerson, retryDelayMs, type Failing } from '../../../src/core/backoff';
import type { FailureReason } from '../../../src/core/failure';

const delay = (reason: FailureReason, tries: number, random: number, rest: Partial<Failing> = {}) =>
  retryDelayMs(
    { reason, failures: tries, alike: tries, intervalMs: 5_000, unheard: 1, ...rest },
    random,
  );

const sequence = (reason: FailureReason, tries: number, random: number) =>
  Array.from({ length: tries }, (_, index) => delay(reason, index + 1, random));

describe('back-off', () => {
  it('doubles from a second to half a minute, and goes on for ever', () => {
    assert.deepEqual(sequence('silent', 7, 0), [1250, 2500, 5000, 10000, 20000, 30000, 30000]);
    assert.equal(delay('silent', 100_000, 0), 30_000);
  });

  it('goes no further than the poll interval where no server hears of it', () => {
    for (const reason of ['refused', 'unroutable'] as const) {
      assert.ok(isUnheard(reason));
      assert.deepEqual(sequence(reason, 5, 0), [1250, 2500, 5000, 5000, 5000], reason);
    }
    assert.equal(delay('refused', 9, 0.999_999), 4_000);
    assert.equal(delay('refused', 9, 0, { intervalMs: 1_000 }), 1_250);
    assert.equal(delay('refused', 9, 0, { intervalMs: 15_000 }), 15_000);
    assert.equal(delay('refused', 9, 0, { intervalMs: 3_600_000 }), 30_000);
    for (const reason of ['silent', 'unresolved', 'lost', 'connectionsFull'] as const) {
      assert.equal(isUnheard(reason), false);
      assert.equal(delay(reason, 9, 0), 30_000, reason);
    }
  });

  it('spares this machine where hundreds of ports are closed: twenty dials a second, by all of them', () => {
    assert.equal(delay('refused', 9, 0, { unheard: 100 }), 5_000);
    assert.equal(delay('refused', 9, 0, { unheard: 500 }), 25_000);
    assert.equal(delay('refused', 9, 0, { unheard: 5_000 }), 30_000);
  });

  it('takes off up to a fifth at random, and never goes below a second', () => {
    const least = sequence('silent', 6, 0.999_999);
    assert.deepEqual(least, [1000, 2000, 4000, 8000, 16000, 24000]);
  });

  it('leaves a full server alone for ten seconds at least', () => {
    assert.deepEqual(sequence('connectionsFull', 3, 0.999_999), [10000, 10000, 10000]);
    assert.equal(delay('connectionsFull', 9, 0), 30_000);
  });

  it('asks a starting server every second, later every five', () => {
    assert.deepEqual(new Set(sequence('starting', 30, 0)), new Set([1250]));
    assert.equal(delay('starting', 31, 0), 5_000);
    assert.equal(delay('starting', 500, 0, { alike: 1 }), 1_250, 'however long it was down before');
  });

  it('asks every half minute where the other side must change something', () => {
    for (const reason of ['hbaRefused', 'roleRefused', 'certificate', 'tooOld'] as const) {
      assert.equal(delay(reason, 1, 0), 30_000, reason);
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
