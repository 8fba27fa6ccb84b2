import assert from 'node:assert/strict';
import { saslPrep } from '../../../src/core/saslPrep';

describe('saslPrep', () => {
  it('the examples of RFC 4013', () => {
    assert.equal(saslPrep('I\u00adX'), 'IX');
    assert.equal(saslPrep('user'), 'user');
    assert.equal(saslPrep('USER'), 'USER');
    assert.equal(saslPrep('\u00aa'), 'a');
    assert.equal(saslPrep('\u2168'), 'IX');
  });

  it('spaces become spaces, parts of a letter one letter', () => {
    assert.equal(saslPrep('a\u00a0b\u3000c'), 'a b c');
    assert.equal(saslPrep('e\u0301'), '\u00e9');
  });

  it('what is prohibited stays as it is, and so does what would vanish', () => {
    for (const text of ['\u2168\u0007', '\u2168\ue000', '\u2168\u200e', '\u00ad']) {
      assert.equal(saslPrep(text), text);
    }
  });
});
