import assert from 'node:assert/strict';
import { askSteps, type Answer, type Step } from '../../../src/host/multiStep';

interface Order {
  readonly dish: string | null;
  readonly sauce: string | null;
}

const NOTHING: Order = { dish: null, sauce: null };

/** Steps that answer from a script, and a record of what each was shown. */
function script(...answers: readonly Answer<string>[]) {
  const asked: string[] = [];
  const left = [...answers];
  const step = (key: keyof Order, applies?: Step<Order>['applies']): Step<Order> => ({
    ...(applies === undefined ? {} : { applies }),
    ask: (state, { title, step: number, totalSteps, canGoBack }) => {
      const before = state[key] === null ? '' : ` had ${state[key]}`;
      const back = canGoBack ? ' ←' : '';
      asked.push(`${title} (${number}/${totalSteps}) ${key}${before}${back}`);
      const answer = left.shift() ?? null;
      const given = answer === null || answer === 'back' ? answer : { ...state, [key]: answer };
      return Promise.resolve(given);
    },
  });
  return { asked, step };
}

describe('questions of several steps', () => {
  it('are numbered, with a way back from all but the first', async () => {
    const { asked, step } = script('soup', 'pesto');
    const order = await askSteps('Order', [step('dish'), step('sauce')], NOTHING);
    assert.deepEqual(order, { dish: 'soup', sauce: 'pesto' });
    assert.deepEqual(asked, ['Order (1/2) dish', 'Order (2/2) sauce ←']);
  });

  it('go back with what was answered before', async () => {
    const { asked, step } = script('soup', 'back', 'pasta', 'pesto');
    const order = await askSteps('Order', [step('dish'), step('sauce')], NOTHING);
    assert.deepEqual(order, { dish: 'pasta', sauce: 'pesto' });
    assert.deepEqual(asked.slice(2), ['Order (1/2) dish had soup', 'Order (2/2) sauce ←']);
  });

  it('end with nothing when any of them is dismissed', async () => {
    const { step } = script('soup', null);
    assert.equal(await askSteps('Order', [step('dish'), step('sauce')], NOTHING), null);
  });

  it('leave out what an earlier answer makes needless, and do not count it', async () => {
    const { asked, step } = script('soup', 'back', 'pasta', 'pesto');
    const steps = [
      step('dish', ({ sauce }) => sauce === null),
      step('sauce', ({ dish }) => dish !== 'soup'),
      step('dish', ({ dish }) => dish === 'soup'),
    ];
    const order = await askSteps('Order', steps, NOTHING);
    assert.deepEqual(order, { dish: 'pasta', sauce: 'pesto' });
    assert.deepEqual(asked, [
      'Order (1/2) dish',
      'Order (2/2) dish had soup ←',
      'Order (1/2) dish had soup',
      'Order (2/2) sauce ←',
    ]);
  });

  it('ask nothing when nothing is left to ask', async () => {
    const { asked, step } = script();
    const steps = [step('dish', () => false)];
    assert.deepEqual(await askSteps('Order', steps, NOTHING), NOTHING);
    assert.deepEqual(asked, []);
  });
});
