import assert from 'node:assert/strict';
import fc from 'fast-check';
import { didYouMean } from '../../../src/core/didYouMean';
import { deriveSlotName, isSlotName } from '../../../src/core/slotName';
import { formatTableName, parseTableName } from '../../../src/core/tableName';
import { hasInvisible, showEscaped } from '../../../src/core/visibleText';

describe('suggestions', () => {
  const cases: readonly [string, readonly string[], string | null][] = [
    ['centrl', ['central', 'genesis'], 'central'],
    ['cnetral', ['central', 'genesis'], 'central'],
    ['Central', ['central'], 'central'],
    ['standby_of', ['standbyOf', 'slot'], 'standbyOf'],
    ['pasword', ['passwordSource', 'pendingSync'], 'passwordSource'],
    ['berlin', ['central', 'genesis'], null],
    ['x', ['central'], null],
    ['a', ['b'], 'b'],
    ['lagg', [], null],
  ];
  for (const [word, candidates, expected] of cases) {
    it(`for "${word}" of ${JSON.stringify(candidates)}: ${expected ?? 'none'}`, () => {
      assert.equal(didYouMean(word, candidates), expected);
    });
  }
});

describe('table names', () => {
  const cases: readonly [string, readonly [string, string] | null][] = [
    ['public.users', ['public', 'users']],
    ['Public.Users', ['Public', 'Users']],
    ['"a.b"."c"', ['a.b', 'c']],
    ['public."say ""hi"""', ['public', 'say "hi"']],
    ['users', null],
    ['a.b.c', null],
    ['.users', null],
    ['public.', null],
    ['', null],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const table = parseTableName(text);
      assert.deepEqual(table === null ? null : [table.schema, table.name], expected);
    });
  }

  it('reads what it wrote', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(name, name, (schema, table) => {
        assert.deepEqual(parseTableName(formatTableName({ schema, name: table })), {
          schema,
          name: table,
        });
      }),
    );
  });
});

describe('slot names', () => {
  it('follow from the name of the subscription', () => {
    assert.equal(deriveSlotName('patterns_sub'), 'patterns_sub');
    assert.equal(deriveSlotName('My-Sub'), 'my_sub');
    assert.equal(deriveSlotName('ü'), '_');
  });

  it('are always such that Postgres takes them', () => {
    fc.assert(fc.property(fc.string(), (name) => isSlotName(deriveSlotName(name))));
  });
});

describe('characters that cannot be seen', () => {
  it('are found and shown as escapes', () => {
    assert.equal(hasInvisible('Zürich 東京 "x"'), false);
    assert.equal(hasInvisible('😀'), false);
    assert.equal(hasInvisible('half\ud83d'), true);
    assert.equal(showEscaped('half\ud83d'), 'half\\ud83d');
    assert.equal(showEscaped('a\u202eb\0c\u200b\u{e0001}'), 'a\\u202eb\\u0000c\\u200b\\u{e0001}');
  });
});
