import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  UnquotableTextError,
  escapeIdentifier,
  escapeLiteral,
  identifierBytes,
  qualifiedName,
  truncatedIdentifier,
} from '../../../src/core/sql';

/** What a server reads from a quoted identifier: the text between the outer quotes, doubled quotes being one. */
function readIdentifier(sql: string): string {
  const body = /^"((?:[^"]|"")*)"$/su.exec(sql)?.[1];
  assert.ok(body !== undefined, sql);
  return body.replaceAll('""', '"');
}

/** What a server reads from a literal, whatever standard_conforming_strings says. */
function readLiteral(sql: string): string {
  const plain = /^'((?:[^'\\]|'')*)'$/su.exec(sql)?.[1];
  if (plain !== undefined) return plain.replaceAll("''", "'");
  const escaped = /^E'((?:[^'\\]|''|\\\\)*)'$/su.exec(sql)?.[1];
  assert.ok(escaped !== undefined, sql);
  return escaped.replaceAll("''", "'").replaceAll('\\\\', '\\');
}

const text = fc.string({ unit: 'binary', maxLength: 80 }).filter((one) => !one.includes('\0'));
const nasty = fc
  .array(fc.constantFrom('"', "'", '\\', ';', '--', 'drop table x', '$$', '\n', 'E', '\u202e'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('SQL quoting', () => {
  it('quotes names always', () => {
    assert.equal(escapeIdentifier('users'), '"users"');
    assert.equal(escapeIdentifier('"; drop table x;--'), '"""; drop table x;--"');
    assert.equal(qualifiedName({ schema: 'a.b', name: 'My "T"' }), '"a.b"."My ""T"""');
  });

  it('quotes values, with E only where a backslash is', () => {
    assert.equal(escapeLiteral("it's"), "'it''s'");
    assert.equal(escapeLiteral("p'a\\s"), "E'p''a\\\\s'");
  });

  it('gives the server any name back as it was', () => {
    fc.assert(
      fc.property(fc.oneof(text, nasty), (name) => {
        assert.equal(readIdentifier(escapeIdentifier(name)), name);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the server any value back as it was', () => {
    fc.assert(
      fc.property(fc.oneof(text, nasty), (value) => {
        assert.equal(readLiteral(escapeLiteral(value)), value);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses NUL without repeating the text', () => {
    for (const quote of [escapeIdentifier, escapeLiteral]) {
      assert.throws(
        () => quote('secret\0'),
        (error) => error instanceof UnquotableTextError && !error.message.includes('secret'),
      );
    }
  });

  it('counts bytes as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        assert.equal(identifierBytes(name), Buffer.byteLength(name));
      }),
    );
  });

  it('cuts where Postgres cuts, never inside a character', () => {
    assert.equal(truncatedIdentifier('a'.repeat(63)), null);
    assert.equal(truncatedIdentifier('a'.repeat(64)), 'a'.repeat(63));
    assert.equal(truncatedIdentifier(`${'a'.repeat(62)}é`), 'a'.repeat(62));
    assert.equal(truncatedIdentifier(`${'a'.repeat(60)}😀`), 'a'.repeat(60));
  });
});
