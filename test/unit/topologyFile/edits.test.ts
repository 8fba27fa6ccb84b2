import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { applyTextEdits, removeValue } from '../../../src/topologyFile/edits';
import { putValue } from '../../../src/topologyFile/insertion';
import { templateTopologyFile } from '../../../src/topologyFile/template';

const TEXT = `{
    // why it is so
    "nodes": {
        "a": { "connection": "service=a" }, // the first
        "b": {
            "connection": "service=b", /* kept */
            "standbyOf": "a",
        },
    },
}
`;

function set(text: string, path: (string | number)[], value: unknown): string {
  return applyTextEdits(text, putValue(text, path, value));
}

describe('edits of topology files', () => {
  it('change one value and nothing else', () => {
    const edited = set(TEXT, ['nodes', 'b', 'standbyOf'], 'c');
    assert.equal(edited, TEXT.replace('"standbyOf": "a"', '"standbyOf": "c"'));
  });

  it('put new keys in with the indentation of the file', () => {
    const edited = set(TEXT, ['nodes', 'b', 'slot'], 'b_slot');
    assert.equal(
      edited,
      TEXT.replace('"standbyOf": "a",', '"standbyOf": "a",\n            "slot": "b_slot",'),
    );
  });

  it('indent by tabs where the file does, and keep CRLF', () => {
    const text = '{\r\n\t"nodes": {\r\n\t\t"a": {}\r\n\t}\r\n}';
    assert.equal(
      set(text, ['nodes', 'b'], { slot: 's' }),
      '{\r\n\t"nodes": {\r\n\t\t"a": {},\r\n\t\t"b": { "slot": "s" }\r\n\t}\r\n}',
    );
  });

  const removals: readonly [string, (string | number)[], string][] = [
    ['{ "a": 1, "b": 2 }', ['a'], '{ "b": 2 }'],
    ['{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
    ['{ "a": 1 }', ['a'], '{ }'],
    ['{"a":[1,2,3]}', ['a', 1], '{"a":[1,3]}'],
    ['{"a":[1,2,3]}', ['a', 2], '{"a":[1,2]}'],
    ['{\n  "a": 1,\n  "b": 2\n}', ['b'], '{\n  "a": 1\n}'],
    ['{\r\n  "a": 1,\r\n  "b": 2\r\n}', ['a'], '{\r\n  "b": 2\r\n}'],
    ['{\n  "a": 1, // one\n  "b": 2 // two\n}', ['b'], '{\n  "a": 1 // one\n  // two\n}'],
    ['{\n  "a": 1 /* x */, // one\n  "b": 2,\n}', ['a'], '{\n  /* x */ // one\n  "b": 2,\n}'],
    ['{ "a": 1 }', ['z'], '{ "a": 1 }'],
    ['{ "a": 1 }', [], '{ "a": 1 }'],
  ];
  for (const [text, path, expected] of removals) {
    it(`take ${JSON.stringify(path)} out of ${JSON.stringify(text)}`, () => {
      assert.equal(applyTextEdits(text, removeValue(text, path)), expected);
    });
  }

  it('take a key out with its comma and its line, and leave the comments', () => {
    const edited = applyTextEdits(TEXT, removeValue(TEXT, ['nodes', 'b', 'standbyOf']));
    assert.equal(edited, TEXT.replace('            "standbyOf": "a",\n', ''));
  });

  it('put any value where it was asked for, outside of which the text is the same', () => {
    const text = templateTopologyFile();
    const path = ['nodes', 'standby', 'slot'];
    const before = text.indexOf('"standby"\n    },');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const edited = set(text, path, value);
        // JSON has no negative zero.
        const expected: unknown = JSON.parse(JSON.stringify(value));
        const read = parse(edited) as { nodes: { standby: { slot: unknown } } }; // made by us, of this shape
        assert.deepEqual(read.nodes.standby.slot, expected);
        assert.ok(edited.startsWith(text.slice(0, before)));
        assert.ok(edited.endsWith(text.slice(before + '"standby"'.length)));
      }),
    );
  });
});
