import assert from 'node:assert/strict';
import {
  escapeMarkdown,
  escapeMarkdownOfDialog,
} from '../../../../src/core/describe/escapeMarkdown';

/** What a reader sees: escapes and entities undone. */
function seen(markdown: string): string {
  const named: Readonly<Record<string, string>> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&commat;': '@',
    '&colon;': ':',
    '&vert;': '|',
    '&dollar;': '$',
    '&period;': '.',
    '&amp;': '&',
  };
  return markdown
    .replace(/\\([^A-Za-z0-9\s])/gu, '$1')
    .replace(/&\w+;/gu, (entity) => named[entity] ?? entity);
}

const HOSTILE = [
  '[x](command:workbench.action.terminal.new)',
  '<img src=x onerror=alert(1)>',
  '![i](https://evil.example/x.png)',
  'https://evil.example/a?b=c&d',
  'www.evil.example',
  'someone@evil.example',
  '**bold** _it_ `code` ~~no~~',
  'cell | other',
  '$(trash) icon',
  '# heading',
  '1. list',
  '- list',
  '&lt;b&gt;',
  'back\\slash',
];

describe('escapeMarkdown', () => {
  it('shows every hostile name as it is written', () => {
    for (const name of HOSTILE) assert.equal(seen(escapeMarkdown(name)), name);
  });

  it('leaves nothing that Markdown, HTML or a link would begin with', () => {
    for (const name of HOSTILE) {
      const escaped = escapeMarkdown(name);
      assert.doesNotMatch(escaped, /[<>|$@:"]/u, name);
      assert.doesNotMatch(escaped, /(?<!\\)[`*_[\]()#!~]/u, name);
      assert.doesNotMatch(escaped, /www\.|^\d+\.|^[-+]/iu, name);
    }
  });

  it('keeps to one line and drops what cannot be seen', () => {
    assert.equal(escapeMarkdown('a\n\nb\tc'), 'a b c');
    assert.equal(escapeMarkdown('a\u202eb\u200bc\u0007'), 'abc');
    assert.equal(escapeMarkdown('12\u00a0ms'), '12\u00a0ms');
  });
});

describe('escapeMarkdownOfDialog', () => {
  it('needs no entity but those that every dialog reads, and leaves no link either', () => {
    for (const name of HOSTILE) {
      const escaped = escapeMarkdownOfDialog(name);
      assert.equal(seen(escaped), name);
      assert.doesNotMatch(escaped, /&(?!(?:amp|lt|gt|quot);)/u, name);
      assert.doesNotMatch(escaped, /(?<!\\)[`*_[\]()#!~@:|$]|www\./u, name);
    }
    assert.equal(escapeMarkdownOfDialog('of Central: a'), 'of Central\\: a');
  });
});
