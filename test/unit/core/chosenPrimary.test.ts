import assert from 'node:assert/strict';
import { isChoiceOver, rivalsOf } from '../../../src/core/chosenPrimary';
import type { ChosenPrimary } from '../../../src/core/snapshot';
import {
  answered,
  failed,
  Joiner,
  node,
  primary,
  standby,
  SYSTEM,
  T0,
  topology,
  type Samples,
} from './join/builders';

const file = topology([node('a'), node('b', { standbyOf: 'a' })]);
const promoted = primary({ postmasterStartedAtMs: T0 - 1_000 });
const choice: ChosenPrimary = { systemIdentifier: SYSTEM, nodeId: 'a', others: ['b'] };
const picture = (samples: Samples) => new Joiner(file).join(samples);

describe('A primary chosen in a split brain', () => {
  it('is one of the writable servers of one system', () => {
    const split = picture({ a: answered(primary()), b: answered(promoted) });
    assert.deepEqual(
      rivalsOf(split).map(({ systemIdentifier, nodes }) => [
        systemIdentifier,
        nodes.map(({ id }) => id),
      ]),
      [[SYSTEM, ['a', 'b']]],
    );
    assert.deepEqual(rivalsOf(picture({ a: answered(primary()), b: answered(standby()) })), []);
  });

  const over = (samples: Samples) => isChoiceOver(choice, picture(samples));

  it('stays chosen while the other one takes writes, or may, out of reach', () => {
    assert.equal(over({ a: answered(primary()), b: answered(promoted) }), false);
    assert.equal(over({ a: answered(primary()), b: failed('refused', answered(promoted)) }), false);
    assert.equal(over({ a: answered(primary()) }), false);
    assert.equal(over({ a: failed(), b: answered(promoted) }), false);
  });

  it('is forgotten once either is no writable server of that system any more', () => {
    assert.equal(over({ a: answered(primary()), b: answered(standby()) }), true);
    assert.equal(over({ a: answered(standby()), b: answered(promoted) }), true);
    const anew = answered(primary({ systemIdentifier: '99' }));
    assert.equal(over({ a: answered(primary()), b: anew }), true);
    const alone = new Joiner(topology([node('a')])).join({ a: answered(primary()) });
    assert.equal(isChoiceOver(choice, alone), true);
  });
});
