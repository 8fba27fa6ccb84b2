import assert from 'node:assert/strict';
import { DisposableStore } from '../../../src/host/disposableStore';

describe('DisposableStore', () => {
  it('releases last in, first out', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.defer(() => order.push('first'));
    store.add({ dispose: () => order.push('second') });
    store.dispose();
    assert.deepEqual(order, ['second', 'first']);
  });

  it('releases everything even when one throws, and rethrows the first error', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.defer(() => order.push('kept'));
    store.defer(() => {
      throw new Error('later');
    });
    store.defer(() => {
      throw new Error('first');
    });
    assert.throws(() => store.dispose(), /^Error: first$/);
    assert.deepEqual(order, ['kept']);
  });

  it('releases once', () => {
    let count = 0;
    const store = new DisposableStore();
    store.defer(() => (count += 1));
    store.dispose();
    store.dispose();
    assert.equal(count, 1);
  });

  it('disposes at once what is added after it closed', () => {
    const store = new DisposableStore();
    store.dispose();
    let isReleased = false;
    store.defer(() => (isReleased = true));
    assert.equal(isReleased, true);
  });

  it('releases what is added while it releases', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.defer(() => {
      store.defer(() => order.push('inner'));
      order.push('outer');
    });
    store.dispose();
    assert.deepEqual(order, ['inner', 'outer']);
  });
});
