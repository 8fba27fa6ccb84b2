import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { sha256Hex } from '../../../src/core/sha256';

describe('sha256Hex', () => {
  it('agrees with the real one at every length around a block, and beyond ASCII', () => {
    const texts = [
      '',
      'abc',
      'Bücher 🐘 \u0000',
      ...Array.from({ length: 140 }, (_, length) => 'x'.repeat(length)),
      'long '.repeat(5_000),
    ];
    for (const text of texts) {
      assert.equal(sha256Hex(text), createHash('sha256').update(text, 'utf8').digest('hex'));
    }
  });
});
