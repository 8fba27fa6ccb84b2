import assert from 'node:assert/strict';
import { isLate, isWithinBudget } from '../../../../src/core/checks/checkResult';

const arrived = (arrivedMs: number) => ({ outcome: 'arrived' as const, arrivedMs });
const LOST = { outcome: 'notArrived' as const, arrivedMs: null };

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
