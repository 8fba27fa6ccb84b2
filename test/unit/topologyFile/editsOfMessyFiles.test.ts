import assert from 'node:assert/strict';
import fc from 'fast-check';
import { getNodeValue } from 'jsonc-parser';
import { changedSpan } from '../../../src/topologyFile/changedSpan';
import { applyTextEdits, removeValue } from '../../../src/topologyFile/edits';
import { putValue } from '../../../src/topologyFile/insertion';
import { readJsonTree } from '../../../src/topologyFile/jsonTree';
import { findNode } from '../../../src/topologyFile/positions';
import type { JsonPath, TextEdit } from '../../../src/topologyFile/problem';
import { messyFile, type MessyFile } from './messyFile';

const FILES = 1_000;

const node = fc.constantFrom('central', 'standby', 'edge', 'a.b', 'ünï', 'new');
const path: fc.Arbitrary<JsonPath> = fc.oneof(
  fc.constantFrom<JsonPath>(['name'], ['environment'], ['thresholds', 'lag', 'warning']),
  node.map((id) => ['nodes', id]),
  fc
    .tuple(node, fc.constantFrom('standbyOf', 'slot', 'connection', 'adminUser'))
    .map(([id, key]) => ['nodes', id, key]),
  fc
    .tuple(node, fc.constantFrom('publications', 'subscriptions'), fc.constantFrom('app_pub', 'p'))
    .map(([id, kind, name]) => ['nodes', id, kind, name]),
);
const value = fc.oneof(
  fc.constantFrom<unknown>('central', 12, true, {}, [], ['public.users', 'public.jobs']),
  fc.constant({ publisher: 'central', publications: ['app_pub'], connection: 'x'.repeat(120) }),
);

/** Each way that the extension changes a file. */
const makers: Readonly<
  Record<string, (text: string, at: JsonPath, value: unknown) => readonly TextEdit[]>
> = {
  putValue,
  changedSpan: (text, at, wanted) => {
    const edit = changedSpan(text, [{ path: at, value: wanted }]);
    return edit === null ? [] : [edit];
  },
};

describe(`edits of ${FILES} files, whatever they look like`, () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`${name} puts a value where it belongs, and keeps all else with its comments`, () => {
      fc.assert(
        fc.property(messyFile, path, value, (file, at, wanted) => {
          const before = valueOf(file.text);
          const after = applyTextEdits(file.text, make(file.text, at, wanted));
          assert.deepEqual(valueOf(after), withValue(before, at, wanted));
          keepsComments(file, at, after);
        }),
        { numRuns: FILES },
      );
    });
  }

  it('removeValue takes a value out with its comma, and keeps all else with its comments', () => {
    fc.assert(
      fc.property(messyFile, path, (file, at) => {
        const before = valueOf(file.text);
        const after = applyTextEdits(file.text, removeValue(file.text, at));
        assert.deepEqual(valueOf(after), withoutValue(before, at));
        keepsComments(file, at, after);
      }),
      { numRuns: FILES },
    );
  });
});

/** What the file says; fails where it is no JSON with comments. */
function valueOf(text: string): unknown {
  const { root, problems } = readJsonTree(text);
  assert.deepEqual(problems, []);
  assert.ok(root !== null);
  // Its objects have no prototype, others do.
  return JSON.parse(JSON.stringify(getNodeValue(root)));
}

/** Comments within what was replaced or taken out go with it; every other one stays, in its order. */
function keepsComments({ text, comments }: MessyFile, at: JsonPath, after: string): void {
  const { root } = readJsonTree(text);
  const found = root === null ? null : findNode(root, at);
  const place = found?.parent?.type === 'property' ? found.parent : found;
  const start = place?.offset ?? 0;
  const end = start + (place?.length ?? 0);
  let from = 0;
  for (const comment of comments) {
    const offset = text.indexOf(comment);
    if (offset >= start && offset < end) continue;
    const there = after.indexOf(comment, from);
    assert.notEqual(there, -1, comment);
    from = there + comment.length;
  }
}

function withValue(before: unknown, [step, ...rest]: JsonPath, wanted: unknown): unknown {
  if (step === undefined) return wanted;
  const object = isObject(before) ? before : {};
  return { ...object, [step]: withValue(object[step], rest, wanted) };
}

function withoutValue(before: unknown, [step, ...rest]: JsonPath): unknown {
  if (step === undefined || !isObject(before) || !Object.hasOwn(before, step)) return before;
  if (rest.length > 0) return { ...before, [step]: withoutValue(before[step], rest) };
  return Object.fromEntries(Object.entries(before).filter(([key]) => key !== step));
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
