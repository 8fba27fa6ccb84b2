import assert from 'node:assert/strict';
import { isLate, isWithinBudget } from '../../../../src/core/checks/checkResult';
import { latenciesOf } from '../../../../src/core/checks/latencies';

const arrived = (arrivedMs: number) => ({ outcome: 'arrived' as const, arrivedMs });
const LOST = { outcome: 'notArrived' as const, arrivedMs: null };

describe('latencies of checks', () => {
  it('are values that were measured, by nearest rank', () => {
    // Shuffled: 100, 1, 99, 2, …
    const all = Array.from({ length: 100 }, (_, at) =>
      arrived(at % 2 === 0 ? 100 - at / 2 : (at + 1) / 2),
    );
    assert.deepEqual(latenciesOf(all), {
      checks: 100,
      arrivals: 100,
      medianMs: 50,
      p95Ms: 95,
      p99Ms: 99,
    });
  });

  it('are not told from too few arrivals', () => {
    const of = (count: number) => {
      const { medianMs, p95Ms, p99Ms } = latenciesOf(
        Array<ReturnType<typeof arrived>>(count).fill(arrived(7)),
      );
      return [medianMs, p95Ms, p99Ms];
    };
    assert.deepEqual(of(4), [null, null, null]);
    assert.deepEqual(of(19), [7, null, null]);
    assert.deepEqual(of(99), [7, 7, null]);
    assert.deepEqual(of(100), [7, 7, 7]);
  });

  it('count what did not arrive, and leave out what was stopped', () => {
    const { checks, arrivals } = latenciesOf([
      arrived(7),
      LOST,
      { outcome: 'notPossible', arrivedMs: null },
      { outcome: 'cancelled', arrivedMs: null },
    ]);
    assert.deepEqual([checks, arrivals], [3, 1]);
  });
});

describe('the budget of a check', () => {
  it('is kept up to its last millisecond, and without a budget by every arrival', () => {
    assert.equal(isWithinBudget({ ...arrived(1_000), budgetMs: 1_000 }), true);
    assert.equal(isWithinBudget({ ...arrived(1_001), budgetMs: 1_000 }), false);
    assert.equal(isLate({ ...arrived(1_001), budgetMs: 1_000 }), true);
    assert.equal(isWithinBudget(arrived(9_999)), true);
  });

  it('says nothing of what did not arrive', () => {
    assert.equal(isWithinBudget({ ...LOST, budgetMs: 1_000 }), false);
    assert.equal(isLate({ ...LOST, budgetMs: 1_000 }), false);
  });
});
