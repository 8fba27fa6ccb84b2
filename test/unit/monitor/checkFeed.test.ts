import assert from 'node:assert/strict';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { CheckFeed } from '../../../src/monitor/checkFeed';
import { checked } from '../../webview/support/checks';

describe('results of checks', () => {
  it('go into the history once each, also when many come at once', () => {
    let results: readonly CheckResult[] = [];
    let tell: (topologyId: string) => void = () => assert.fail();
    const taken: (number | null)[] = [];
    const feed = new CheckFeed(
      {
        of: () => [{ edgeId: 'e', results, isRunning: true }],
        onDidChange: (listener) => {
          tell = listener;
          return { dispose: () => undefined };
        },
      },
      { recordChecks: (_id, fresh) => taken.push(...fresh.map(({ arrivedMs }) => arrivedMs)) },
    );
    const result = (arrivedMs: number) => checked('e', { arrivedMs });
    tell('t');
    results = [result(1)];
    tell('t');
    tell('t');
    results = [...results, result(2), result(3)];
    tell('t');
    results = [...results.slice(2), result(4)];
    tell('t');
    results = [result(5), result(6)];
    tell('t');
    assert.deepEqual(taken, [1, 2, 3, 4, 5, 6]);
    feed.dispose();
  });
});
