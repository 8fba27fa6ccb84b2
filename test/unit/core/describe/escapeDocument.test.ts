import assert from 'node:assert/strict';
import { escapeDocument } from '../../../../src/core/describe/escapeDocument';

const HOSTILE = [
  '[x](command:workbench.action.terminal.new)',
  '<img src=x onerror=alert(1)>',
  '![i](https://evil.example/x.png)',
  'https://evil.example/a?b=c&d',
  'www.evil.example',
  'mailto:someone@evil.example',
  '**bold** _it_ __it__ `code` ~~no~~ $x$',
  'cell | other',
  '&lt;b&gt; &#60;b',
  'back\\slash',
];

describe('escapeDocument', () => {
  it('shows every hostile name as it is written', () => {
    for (const name of HOSTILE) {
      assert.equal(escapeDocument(name).replace(/\\([^A-Za-z0-9\s])/gu, '$1'), name);
    }
  });

  it('leaves nothing that Markdown, HTML or a link would begin with', () => {
    for (const name of HOSTILE) {
      const escaped = escapeDocument(name);
      assert.doesNotMatch(escaped, /(?<!\\)[`*[\]<>|~$]/u, name);
      assert.doesNotMatch(escaped, /(?<!\\)&[#a-z]|(?<!\\):\/\/|www\.|mailto:|\w@/iu, name);
      assert.doesNotMatch(escaped, /(?<![\\\w])_|(?<!\\)_(?!\w)/u, name);
    }
  });

  it('leaves ordinary words as they are', () => {
    for (const words of [
      'pg_stat_replication on central-read',
      '2026-11-21T12:14:05.128Z',
      "ssl is off: set it (it's free); a = b, 0/157E708",
    ]) {
      assert.equal(escapeDocument(words), words);
    }
  });

  it('keeps to one line and drops what cannot be seen', () => {
    assert.equal(escapeDocument('a\n\nb\tc'), 'a b c');
    assert.equal(escapeDocument('a\u202eb\u200bc\u0007'), 'abc');
  });
});
