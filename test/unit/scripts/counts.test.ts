import assert from 'node:assert/strict';
import {
  closingLine,
  readCounts,
  readFailures,
  sumCounts,
} from '../../../scripts/testing/counts.mjs';

describe('counts of a run', () => {
  it('are what the reporter left', () => {
    const counts = readCounts('{"passed":7,"failed":2,"skipped":1}', false);
    assert.deepEqual(counts, { passed: 7, failed: 2, skipped: 1 });
  });

  it('make a suite that ran nothing a failure', () => {
    const counts = readCounts('{"passed":0,"failed":0,"skipped":3}', true);
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 3 });
  });

  it('make a suite that broke off after good tests a failure', () => {
    const counts = readCounts('{"passed":5,"failed":0,"skipped":0}', false);
    assert.deepEqual(counts, { passed: 5, failed: 1, skipped: 0 });
  });

  for (const text of [null, '', 'null', '{"passed":1}', '{"passed":-1,"failed":0,"skipped":0}']) {
    it(`make a suite that left ${text ?? 'nothing'} a failure`, () => {
      assert.deepEqual(readCounts(text, true), { passed: 0, failed: 1, skipped: 0 });
    });
  }

  it('come with what failed, where the reporter left it', () => {
    const text = '{"passed":1,"failed":1,"skipped":0,"failures":["standby copies: 3 is not 4"]}';
    assert.deepEqual(readFailures(text), ['standby copies: 3 is not 4']);
    for (const without of [null, '', 'null', '{"failures":7}']) {
      assert.deepEqual(readFailures(without), []);
    }
  });

  it('close with one line, which names skipped tests only when there are some', () => {
    const sum = sumCounts([
      { passed: 3, failed: 0, skipped: 0 },
      { passed: 4, failed: 1, skipped: 2 },
    ]);
    assert.equal(closingLine(sum), '7 passed, 1 failed, 2 skipped');
    assert.equal(closingLine({ ...sum, skipped: 0 }), '7 passed, 1 failed');
  });
});
