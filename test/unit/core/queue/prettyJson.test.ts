import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonObjectProblem, prettyJson } from '../../../../src/core/queue/prettyJson';

describe('prettyJson', () => {
  it('gives each member a line and keeps numbers as they are written', () => {
    const text =
      '{"id": 9007199254740993, "price": 1.50, "tags": ["a, {b}", []], "more": {}, "n": null}';
    assert.equal(
      prettyJson(text),
      [
        '{',
        '  "id": 9007199254740993,',
        '  "price": 1.50,',
        '  "tags": [',
        '    "a, {b}",',
        '    []',
        '  ],',
        '  "more": {},',
        '  "n": null',
        '}',
      ].join('\n'),
    );
  });

  it('is the same as JSON.stringify with two spaces, for whatever that can write', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(prettyJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
      }),
    );
  });
});

describe('jsonObjectProblem', () => {
  it('wants one object', () => {
    assert.equal(jsonObjectProblem('{"a": 1}'), null);
    assert.match(jsonObjectProblem('[1]') ?? '', /one JSON object/u);
    assert.match(jsonObjectProblem('null') ?? '', /one JSON object/u);
    assert.match(jsonObjectProblem('{"a": }') ?? '', /^This is no JSON: /u);
  });
});
