import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import {
  nodeNameAt,
  nodeNames,
  refuseNodeName,
  renameNode,
} from '../../../src/topologyFile/nodeNames';
import { messyFile } from './messyFile';

const TEXT = `{
  // names: "central" in a comment is none
  "name": "central",
  "nodes": {
    "central": { "connection": "service=central" },
    "cen\\u0074ral-read": { "connection": "service=r", "standbyOf": "central", "slot": "central" },
    "edge": {
      "connection": "service=e",
      "subscriptions": { "central": { "publisher": "central", "publications": ["central"] } },
      "pendingSync": { "primary": "central" },
    },
  },
  "consumers": { "central": { "node": "central", "slot": "central" } },
}
`;

describe('names of nodes in a topology file', () => {
  it('are the keys of nodes and what refers to them, and nothing else', () => {
    const found = nodeNames(TEXT).map(
      ({ name, range, isDeclaration }) =>
        `${TEXT.slice(range.offset, range.offset + range.length)}=${name}${isDeclaration ? '!' : ''}`,
    );
    assert.deepEqual(found, [
      'central=central!',
      'cen\\u0074ral-read=central-read!',
      'central=central',
      'edge=edge!',
      'central=central',
      'central=central',
      'central=central',
    ]);
  });

  it('are found from inside and from their quotes', () => {
    const at = TEXT.indexOf('"standbyOf": "central"') + '"standbyOf": '.length;
    for (const offset of [at, at + 1, at + 4, at + '"central"'.length]) {
      assert.equal(nodeNameAt(TEXT, offset)?.name, 'central');
    }
    assert.equal(nodeNameAt(TEXT, TEXT.indexOf('"slot"')), null);
    assert.equal(nodeNameAt('no JSON at all', 3), null);
  });

  it('change together, and leave everything else as it is', () => {
    const renamed = applyTextEdits(TEXT, renameNode(TEXT, 'central', 'a "main" one'));
    assert.equal(
      renamed,
      TEXT.replace('"central": { "connection"', '"a \\"main\\" one": { "connection"')
        .replace('"standbyOf": "central"', '"standbyOf": "a \\"main\\" one"')
        .replace('"publisher": "central"', '"publisher": "a \\"main\\" one"')
        .replace('"primary": "central"', '"primary": "a \\"main\\" one"')
        .replace('"node": "central"', '"node": "a \\"main\\" one"'),
    );
    assert.deepEqual(applyTextEdits(renamed, renameNode(renamed, 'a "main" one', 'central')), TEXT);
  });

  it('are refused with the reason', () => {
    const refuse = (name: string) => refuseNodeName(TEXT, 'edge', name);
    assert.equal(refuse('edge-2'), null);
    assert.equal(refuse('edge'), null);
    assert.match(refuse(' ') ?? '', /is empty\.$/u);
    assert.match(refuse('a/b') ?? '', /hold no "\/"\.$/u);
    assert.match(refuse('a\u200bb') ?? '', /cannot be seen\.$/u);
    assert.match(refuse('central') ?? '', /^There is a node central already\.$/u);
  });

  it('change in any file without touching a comment or the form of anything else', () => {
    // Keys that are numbers would change places in what the test compares.
    const newNames = fc
      .string({ minLength: 1 })
      .filter((name) => !/^\d+$/u.test(name) && name !== '__proto__');
    fc.assert(
      fc.property(messyFile, newNames, ({ text, comments }, newName) => {
        const [first] = nodeNames(text).filter(({ isDeclaration }) => isDeclaration);
        fc.pre(first !== undefined && refuseNodeName(text, first.name, newName) === null);
        const edits = renameNode(text, first.name, newName);
        const renamed = applyTextEdits(text, edits);
        assert.ok(comments.every((comment) => renamed.includes(comment)));
        const undone = applyTextEdits(renamed, renameNode(renamed, newName, first.name));
        assert.deepEqual(namesIn(undone), namesIn(text));
        assert.equal(
          without(text, edits),
          without(renamed, renameNode(renamed, newName, first.name)),
        );
        assert.deepEqual(
          namesIn(renamed),
          namesIn(text).map((name) => (name === first.name ? newName : name)),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

function namesIn(text: string): readonly string[] {
  const { nodes } = parse(text.replace(/^\ufeff/u, '')) as { readonly nodes: object };
  return Object.keys(nodes);
}

/** The text with what is edited taken out. */
function without(text: string, edits: ReturnType<typeof renameNode>): string {
  return applyTextEdits(
    text,
    edits.map((edit) => ({ ...edit, text: '' })),
  );
}
