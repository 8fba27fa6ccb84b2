import assert from 'node:assert/strict';
import type { Difference } from '../../../../src/core/differences/difference';
import { differencesOf } from '../../../../src/core/differences/differencesOf';
import type { SlowFacts } from '../../../../src/core/facts';
import {
  answered,
  failed,
  Joiner,
  logicalSlot,
  node,
  primary,
  slow,
  subscriber,
  subscribes,
  subscription,
  topology,
  T0,
  type Samples,
} from '../join/builders';
import { only } from './publicationFacts';

describe('Differences of subscriptions', () => {
  const file = topology([
    node('central'),
    node('edge', {
      subscriptions: [
        {
          ...subscribes('jobs_sub', 'central'),
          options: {
            enabled: true,
            streaming: true,
            binary: false,
            copyData: false,
            failover: true,
          },
        },
      ],
    }),
  ]);

  function ofEdge(
    differs: Parameters<typeof subscription>[1] | null,
    options: SlowFacts['subscriptionOptions'] = [
      { subscription: 'jobs_sub', options: { streaming: 'on', binary: false } },
    ],
    slots = [logicalSlot('jobs_sub')],
  ): readonly Difference[] {
    const samples: Samples = {
      central: answered(primary({ slots })),
      edge: answered(
        subscriber({ subscriptions: differs === null ? [] : [subscription('jobs_sub', differs)] }),
        T0,
        { slow: slow({ subscriptionOptions: options }) },
      ),
    };
    return differencesOf(new Joiner(file).join(samples));
  }

  it('there is none where all is as the file says; an option that the version lacks is no difference', () => {
    assert.deepEqual(ofEdge({}), []);
  });

  it('one that is disabled while the file does not say so', () => {
    const silent = topology([
      node('central'),
      node('edge', { subscriptions: [subscribes('jobs_sub', 'central')] }),
    ]);
    const found = (isEnabled: boolean) =>
      differencesOf(
        new Joiner(silent).join({
          central: answered(primary({ slots: [logicalSlot('jobs_sub')] })),
          edge: answered(subscriber({ subscriptions: [subscription('jobs_sub', { isEnabled })] })),
        }),
      );
    assert.deepEqual(found(true), []);
    const [told] = found(false);
    assert.equal(
      told?.message,
      'Subscription jobs_sub on edge is disabled; the file does not say so, and then it is enabled.',
    );
    assert.equal(told.declared, 'enabled');
    assert.deepEqual(told.fileChanges, [
      { path: ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'enabled'], value: false },
    ]);
  });

  it('a missing one, other publications, state, options and slot', () => {
    assert.deepEqual(
      ofEdge(null, undefined, []).map(({ id }) => id),
      ['missingSubscription/edge/jobs_sub'],
    );
    const other = ofEdge(
      { publications: ['pub', 'more'], isEnabled: false, slotName: 'elsewhere' },
      [
        {
          subscription: 'jobs_sub',
          options: { streaming: 'parallel', binary: true, failover: false },
        },
      ],
    );
    assert.deepEqual(
      other.map(({ id, live, fileChanges }) => [id, live, fileChanges[0]?.value]),
      [
        ['subscribedPublications/edge/jobs_sub', 'pub, more', ['pub', 'more']],
        ['enabled/edge/jobs_sub', 'disabled', false],
        ['slotName/edge/jobs_sub', 'slot elsewhere', 'elsewhere'],
        ['subscriptionOption/edge/jobs_sub/streaming', 'parallel', 'parallel'],
        ['subscriptionOption/edge/jobs_sub/binary', 'on', true],
        ['subscriptionOption/edge/jobs_sub/failover', 'off', false],
      ],
    );
  });

  it('the order of publications says nothing', () => {
    const both = topology([
      node('edge', {
        subscriptions: [{ ...subscribes('s', 'edge'), publications: ['a', 'b'] }],
      }),
    ]);
    const sample = answered(
      subscriber({
        subscriptions: [subscription('s', { publications: ['b', 'a'] })],
        slots: [logicalSlot('s')],
      }),
    );
    assert.deepEqual(differencesOf(new Joiner(both).join({ edge: sample })), []);
  });

  it('one that the file does not mention is written down with the publisher that its slot tells', () => {
    const bare = topology([node('central'), node('edge')]);
    const samples = {
      central: answered(primary({ slots: [logicalSlot('by_hand')] })),
      edge: answered(subscriber({ subscriptions: [subscription('by_hand')] })),
    };
    const difference = only(differencesOf(new Joiner(bare).join(samples)));
    assert.equal(difference.code, 'extraSubscription');
    assert.deepEqual(difference.fileChanges, [
      {
        path: ['nodes', 'edge', 'subscriptions', 'by_hand'],
        value: { publisher: 'central', publications: ['pub'] },
      },
    ]);
    const alone = { ...samples, central: failed('refused', samples.central) };
    assert.deepEqual(only(differencesOf(new Joiner(bare).join(alone))).fileChanges, []);
  });

  it('a slot that is gone from the publisher', () => {
    assert.deepEqual(
      ofEdge({}, undefined, []).map(({ id }) => id),
      ['missingSlot/edge/jobs_sub/jobs_sub'],
    );
  });
});
