import assert from 'node:assert/strict';
import { HOST_MESSAGE_LIMIT_BYTES, isWithinSize } from '../../../src/protocol/messageSize';

describe('protocol/messageSize', () => {
  it('takes what fits', () => {
    assert.ok(isWithinSize({ a: [1, 'two', null, { b: true }] }, 200));
  });

  it('refuses text, keys and lists beyond the limit', () => {
    assert.ok(!isWithinSize('x'.repeat(201), 200));
    assert.ok(!isWithinSize({ ['k'.repeat(201)]: 1 }, 200));
    assert.ok(!isWithinSize(new Array(100).fill(1), 200));
    assert.ok(!isWithinSize('x'.repeat(HOST_MESSAGE_LIMIT_BYTES), HOST_MESSAGE_LIMIT_BYTES));
  });

  it('counts text as UTF-8', () => {
    assert.ok(isWithinSize('a'.repeat(90), 100));
    assert.ok(!isWithinSize('€'.repeat(90), 100));
  });

  it('refuses what is nested without end', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    assert.ok(!isWithinSize(circle, HOST_MESSAGE_LIMIT_BYTES));
  });

  it('refuses buffers without walking them', () => {
    assert.ok(!isWithinSize(new Uint8Array(10), HOST_MESSAGE_LIMIT_BYTES));
    assert.ok(!isWithinSize(new ArrayBuffer(10), HOST_MESSAGE_LIMIT_BYTES));
  });
});
