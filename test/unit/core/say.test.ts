import assert from 'node:assert/strict';
import { keyOf, say, sayIn, sayWord } from '../../../src/core/say';
import type { Words } from '../../../src/core/words';

const GERMAN: Words = {
  'Slot {0} is lost.': 'Der Slot {0} ist verloren.',
  '{0} of {1}': 'von {1} {0}',
};

/** What the tag is given, with a language of one's choice. */
function german(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return sayIn(GERMAN, parts, values);
}

describe('core/say', () => {
  it('is the English of the code where there are no words', () => {
    assert.equal(say`Slot ${'a'} keeps ${3} files.`, 'Slot a keeps 3 files.');
    assert.equal(say`plain`, 'plain');
    assert.equal(sayWord('rows'), 'rows');
  });

  it('looks a text up by its English with numbered holes', () => {
    assert.equal(keyOf(['Slot ', ' on ', '']), 'Slot {0} on {1}');
    assert.equal(german`Slot ${'a'} is lost.`, 'Der Slot a ist verloren.');
  });

  it('lets a translation put the holes where it wants', () => {
    assert.equal(german`${3} of ${'4 nodes'}`, 'von 4 nodes 3');
  });

  it('stays English where the text was not translated', () => {
    assert.equal(german`Nothing of ${'a'}`, 'Nothing of a');
    assert.equal(german`constructor`, 'constructor');
  });

  it('takes a value as it is, whatever it holds', () => {
    assert.equal(german`Slot ${'{0} $& $1'} is lost.`, 'Der Slot {0} $& $1 ist verloren.');
    assert.equal(say`Slot ${'${x} \\n'} is lost.`, 'Slot ${x} \\n is lost.');
  });
});
