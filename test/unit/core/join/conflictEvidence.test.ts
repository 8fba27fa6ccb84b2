import assert from 'node:assert/strict';
import type { SubscriptionFacts } from '../../../../src/core/facts';
import {
  answered,
  Joiner,
  logicalSlot,
  node,
  primary,
  subscriber,
  subscribes,
  subscription,
  topology,
} from './builders';

const FILE = topology([
  node('central'),
  node('genesis', { subscriptions: [subscribes('jobs_sub', 'central')] }),
]);

function told(conflicts: SubscriptionFacts['conflicts']): string | undefined {
  const differs = conflicts === undefined ? {} : { conflicts };
  const snapshot = new Joiner(FILE).join({
    central: answered(primary({ slots: [logicalSlot('jobs_sub')] })),
    genesis: answered(subscriber({ subscriptions: [subscription('jobs_sub', differs)] })),
  });
  return snapshot.edges[0]?.evidence.find(({ label }) => label === 'Conflicts')?.value;
}

describe('conflicts that a subscriber counted', () => {
  it('are named by kind, those that occurred', () => {
    assert.equal(
      told({ insert_exists: 1_204, update_missing: 0, delete_missing: 3 }),
      '1,204 insert_exists, 3 delete_missing',
    );
    assert.equal(told({ insert_exists: 0 }), 'none counted');
  });

  it('are not said to be none where nothing counts them', () => {
    assert.equal(told(null), undefined);
    assert.equal(told(undefined), undefined);
  });
});
