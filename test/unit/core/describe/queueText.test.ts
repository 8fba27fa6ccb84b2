import assert from 'node:assert/strict';
import { drainingWords, queuedWords, queueRowText } from '../../../../src/core/describe/queueText';
import type { DrainState } from '../../../../src/core/queue/drain';
import { NOW, plain, queue, queueFacts, verdict } from './makeSnapshot';

const NO_COUNTS = {
  applied: 0,
  skipped: 0,
  kept: 0,
  replaced: 0,
  merged: 0,
  conflicts: 0,
  dead: 0,
  waiting: 0,
};

function drain(change: Partial<DrainState> = {}): DrainState {
  return {
    address: { topologyId: 'file:///a', nodeId: 'vengeance' },
    progress: { done: 3_500, total: 9_999, perSecond: null, remainingMs: null, counts: NO_COUNTS },
    isAutomatic: false,
    last: null,
    ...change,
  };
}

describe('describe: drains of a queue', () => {
  const deep = queue({ facts: queueFacts({ waiting: 6_499, conflicts: 3 }) });

  it('a drain of ours says how far it is', () => {
    const { description, icon, contextValue } = queueRowText(deep, NOW, drain());
    assert.equal(plain(description), 'draining · 3,500 of 9,999');
    assert.equal(icon.codicon, 'sync');
    assert.equal(contextValue, 'queue busy hasConflicts');
    const automatic = queueRowText(deep, NOW, drain({ isAutomatic: true }));
    assert.equal(plain(automatic.description), 'draining · 3,500 of 9,999 · automatic');
  });

  it('more may have come in than was counted', () => {
    const progress = { done: 12, total: 10, perSecond: null, remainingMs: null, counts: NO_COUNTS };
    assert.equal(plain(drainingWords(deep, drain({ progress })) ?? ''), 'draining · 12 of 12');
  });

  it('a deep queue warns also while it does not grow', () => {
    const at = (health: 'healthy' | 'warning') =>
      queueRowText({ ...deep, verdict: { ...verdict('queueWaiting'), health } }, NOW).icon;
    assert.equal(at('warning').codicon, 'warning');
    assert.equal(at('healthy').codicon, 'list-ordered');
  });

  it("somebody else's is told by its process", () => {
    const sinceMs = new Date(2026, 10, 21, 12, 3).getTime();
    const identity = {
      edgeId: 'e',
      drainedAtMs: null,
      drainer: { pid: 4711, who: 'anna', sinceMs },
      drainedTo: null,
    };
    const facts = queueFacts({ waiting: 3, identity });
    const busy = queue({ facts, verdict: verdict('queueDraining') });
    const text = queueRowText(busy, NOW);
    assert.equal(plain(text.description), 'drained by pid 4711 since 12:03');
    assert.equal(text.icon.codicon, 'sync');
    assert.equal(text.contextValue, 'queue busy');
    const old = queue({ facts, verdict: verdict('stale') });
    assert.equal(drainingWords(old, null), null);
  });

  it('an automatic one that rests says that it is on', () => {
    const text = queueRowText(queue(), NOW, drain({ progress: null, isAutomatic: true }));
    assert.equal(plain(text.description), '3 waiting · oldest 1.8 s · automatic');
    assert.match(text.contextValue, /\bdrainable automatic$/u);
  });

  it('the identity knows better than the rows when something was drained', () => {
    const drainedAtMs = new Date(2026, 10, 21, 14, 20).getTime();
    const identity = { edgeId: 'e', drainedAtMs, drainer: null, drainedTo: null };
    const facts = queueFacts({ waiting: 0, oldestAtMs: null, lastDoneAtMs: 1, identity });
    const text = queueRowText(queue({ facts, verdict: verdict('queueEmpty') }), NOW);
    assert.equal(plain(text.description), 'empty · drained 14:20');
  });

  it('an empty one is drained again after a failover, for what the former primary took with it', () => {
    const facts = queueFacts({ waiting: 0, oldestAtMs: null });
    const replaced = queue({ facts, isPrimaryReplaced: true, verdict: verdict('queueFailedOver') });
    const text = queueRowText(replaced, NOW);
    assert.equal(plain(text.description), 'empty · drain after failover');
    assert.match(text.contextValue, /\bdrainable\b/u);
    assert.equal(queuedWords(replaced, NOW), 'drain after failover');
  });
});
