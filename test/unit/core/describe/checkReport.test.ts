import assert from 'node:assert/strict';
import type { CheckResult } from '../../../../src/core/checks/checkResult';
import { checkLine, checkProblem } from '../../../../src/core/describe/checkReport';
import { failure, NOW, plain, verdict } from './makeSnapshot';

const NAME = 'metrics_sub on genesis';
const STOPPED = { health: 'error' as const, title: 'metrics_sub on genesis stopped: no table.' };
const WELL = { health: 'healthy' as const, title: 'metrics_sub streams.' };

function result(change: Partial<CheckResult> = {}): CheckResult {
  return {
    edgeId: 'logical/genesis/metrics_sub',
    kind: 'row',
    outcome: 'arrived',
    arrivedMs: 9,
    startedAtMs: NOW,
    endedAtMs: NOW,
    limitMs: 10_000,
    verdict: null,
    failure: null,
    ...change,
  };
}

const problem = (change: Partial<CheckResult>, cause: typeof STOPPED | typeof WELL | null) => {
  const text = checkProblem(NAME, result(change), cause);
  return text === null ? null : plain(text);
};

describe('what a check reports', () => {
  it('is nothing to complain of when it arrived in time, or was stopped', () => {
    assert.equal(problem({}, STOPPED), null);
    assert.equal(problem({ outcome: 'cancelled', arrivedMs: null }, STOPPED), null);
  });

  it('is the cause beside what was seen, where one is known', () => {
    const lost = { outcome: 'notArrived' as const, arrivedMs: null };
    assert.equal(
      problem({ ...lost, verdict: verdict('stoppedByError') }, STOPPED),
      'metrics_sub on genesis: not within 10 s: stopped by an error. metrics_sub on genesis stopped: no table.',
    );
    const unknown = 'metrics_sub on genesis: not within 10 s: cause not known.';
    assert.equal(problem(lost, WELL), unknown);
    assert.equal(problem(lost, null), unknown);
  });

  it('is the budget where it was not kept', () => {
    assert.equal(
      problem({ arrivedMs: 1_400, budgetMs: 1_000 }, WELL),
      'metrics_sub on genesis: row arrived in 1.4 s, budget 1 s.',
    );
  });

  it('is why it was not possible, with what to do', () => {
    const facts = failure({ text: 'genesis did not answer.', advice: 'Try again.' });
    const refused = { outcome: 'notPossible' as const, arrivedMs: null, failure: facts };
    assert.equal(problem(refused, STOPPED), 'genesis did not answer. Try again.');
    assert.equal(
      plain(checkLine(NAME, result(refused))),
      'metrics_sub on genesis: could not be checked: genesis did not answer.',
    );
  });

  it('is one line without anything that a terminal obeys', () => {
    const facts = failure({ text: 'no\n\u001b[2Jtable \u001b]8;;http://x\u0007\r', advice: null });
    const refused = result({ outcome: 'notPossible', arrivedMs: null, failure: facts });
    for (const text of [checkLine(NAME, refused), checkProblem(NAME, refused, null) ?? '']) {
      assert.ok(
        Array.from(text).every((character) => character >= ' ' && character !== '\u007f'),
        JSON.stringify(text),
      );
    }
  });
});
