import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { changedSpan } from '../../../src/topologyFile/changedSpan';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import type { JsonPath } from '../../../src/topologyFile/problem';

function put(text: string, path: JsonPath, value: unknown): string {
  const edit = changedSpan(text, [{ path, value }]);
  return edit === null ? text : applyTextEdits(text, [edit]);
}

const cases: readonly [
  what: string,
  text: string,
  path: JsonPath,
  value: unknown,
  after: string,
][] = [
  [
    'behind the last key, with its comment left where it is',
    '{\n  "a": { "x": [1] } // one\n}\n',
    ['b'],
    { y: ['two'] },
    '{\n  "a": { "x": [1] }, // one\n  "b": { "y": ["two"] }\n}\n',
  ],
  [
    'behind a trailing comma, which stays the style of the file',
    '{\n  "a": 1, /* x */ // one\n}',
    ['b'],
    2,
    '{\n  "a": 1, /* x */ // one\n  "b": 2,\n}',
  ],
  ['on the line where the others stand', '{ "a": 1 }', ['b'], 2, '{ "a": 1, "b": 2 }'],
  ['on such a line with a trailing comma', '{ "a": 1, }', ['b'], 2, '{ "a": 1, "b": 2 }'],
  ['into an empty object', '{ "a": {} }', ['a', 'b'], 2, '{ "a": {\n  "b": 2\n} }'],
  [
    'into an object of comments',
    '{\n  "a": {\n    // nothing yet\n  }\n}',
    ['a', 'b'],
    2,
    '{\n  "a": {\n    // nothing yet\n    "b": 2\n  }\n}',
  ],
  [
    'with the objects on the way',
    '{\n\t"a": {\n\t\t"c": 1\n\t}\n}',
    ['a', 'd', 'e'],
    true,
    '{\n\t"a": {\n\t\t"c": 1,\n\t\t"d": { "e": true }\n\t}\n}',
  ],
  ['at the end of a list on one line', '{ "a": [1, 2] }', ['a', 2], 3, '{ "a": [1, 2, 3] }'],
  ['into an empty list', '{ "a": [ ] }', ['a', 5], { b: 1 }, '{ "a": [{ "b": 1 }] }'],
  [
    'at the end of a list of lines, each with its comment',
    '{\n  "a": [\n    1, // one\n    2 // two\n  ]\n}',
    ['a', 7],
    'x',
    '{\n  "a": [\n    1, // one\n    2, // two\n    "x"\n  ]\n}',
  ],
  ['with the list on the way', '{ "a": {} }', ['a', 'b', 0], 1, '{ "a": {\n  "b": [1]\n} }'],
  [
    'out of an object, with its comma and not with the comments around it',
    '{\n  // first\n  "a": 1, // one\n  // second\n  "b": 2\n}',
    ['a'],
    undefined,
    '{\n  // first\n  // one\n  // second\n  "b": 2\n}',
  ],
  ['out of a list', '{ "a": [1, 2, 3] }', ['a', 1], undefined, '{ "a": [1, 3] }'],
  ['out of where it is not', '{ "a": [1] }', ['b', 'c'], undefined, '{ "a": [1] }'],
  [
    'in place of another value, whatever stands around it',
    '{\r\n  "a": [1, 2], // one\r\n  "b": 3\r\n}',
    ['a'],
    'x',
    '{\r\n  "a": "x", // one\r\n  "b": 3\r\n}',
  ],
];

describe('values written into a topology file', () => {
  for (const [what, text, path, value, after] of cases) {
    it(`stand ${what}`, () => {
      assert.equal(put(text, path, value), after);
      assert.deepEqual(
        parse(after, [], { allowTrailingComma: true }),
        parse(put(text, path, value)),
      );
    });
  }

  it('takes several elements out of a list and appends others, as the indexes were before', () => {
    const text = '{ "a": [0, 1, 2, 3] }';
    const edit = changedSpan(text, [
      { path: ['a', 0], value: undefined },
      { path: ['a', 4], value: 'x' },
      { path: ['a', 2], value: undefined },
      { path: ['a', 5], value: 'y' },
    ]);
    assert.ok(edit !== null);
    assert.equal(applyTextEdits(text, [edit]), '{ "a": [1, 3, "x", "y"] }');
  });

  it('go over several lines where one would be too long', () => {
    const tables = Array.from({ length: 8 }, (_, index) => `public.some_table_${index}`);
    const text = '{\n  "nodes": {\n    "a": {}\n  }\n}';
    const after = put(text, ['nodes', 'a', 'publications', 'p'], { tables });
    assert.match(after, /^ {8}"p": \{\n {10}"tables": \[\n {12}"public\.some_table_0",\n/mu);
    assert.deepEqual(parse(after), { nodes: { a: { publications: { p: { tables } } } } });
  });

  it('are one edit, also when there are several', () => {
    const text = '{\n  "a": 1, // one\n  "b": 2 // two\n}\n';
    const edit = changedSpan(text, [
      { path: ['a'], value: 9 },
      { path: ['c'], value: 3 },
    ]);
    assert.ok(edit);
    const after = applyTextEdits(text, [edit]);
    assert.equal(after, '{\n  "a": 9, // one\n  "b": 2, // two\n  "c": 3\n}\n');
  });

  it('need no edit when they stand there already', () => {
    const text = '{ "a": { "b": [1, 2] } }';
    assert.equal(changedSpan(text, [{ path: ['a', 'b'], value: [1, 2] }]), null);
    assert.equal(changedSpan(text, []), null);
  });

  it('leave every other line of an example as it is', () => {
    const file = new URL('../../../examples/centralcloud/pg-topology.json', import.meta.url);
    const text = readFileSync(file, 'utf8');
    const path = ['nodes', 'central', 'publications', 'new_pub'];
    const value = { tables: ['public.users'] };
    const before = text.split('\n');
    const after = put(text, path, value).split('\n');
    assert.deepEqual(
      after.filter((line) => !before.includes(line)).map((line) => line.trim()),
      [
        '"sync_log_pub": { "tables": ["public.sync_log"] },',
        '"new_pub": { "tables": ["public.users"] }',
      ],
    );
    assert.equal(after.length, before.length + 1);
  });

  it('are read back from any file', () => {
    const key = fc.string({ maxLength: 5 }).filter((text) => text !== '__proto__');
    const tree = fc.dictionary(key, fc.dictionary(key, fc.jsonValue(), { maxKeys: 3 }), {
      maxKeys: 3,
    });
    fc.assert(
      fc.property(tree, key, key, fc.jsonValue(), fc.boolean(), (object, a, b, value, isLong) => {
        const text = JSON.stringify(object, null, isLong ? 2 : 0);
        // Minus zero is no JSON.
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const errors: never[] = [];
        const after: unknown = parse(put(text, [a, b], plain), errors);
        const expected = { ...object, [a]: { ...object[a], [b]: plain } };
        assert.deepEqual(errors, []);
        assert.deepEqual(after, JSON.parse(JSON.stringify(expected)));
      }),
    );
  });
});
