import assert from 'node:assert/strict';
import { automaticDrainingText } from '../../../../src/core/queue/automaticDrainingText';
import { choiceWords } from '../../../../src/core/queue/conflictWords';
import { deadDocument } from '../../../../src/core/queue/deadDocument';
import {
  operationSql,
  rawMember,
  type ExportedOperation,
} from '../../../../src/core/queue/exportSql';
import { mergeRows } from '../../../../src/core/queue/mergeRows';
import { operationOf, operationSubject } from '../../../../src/core/queue/queueSubject';

const ID = '0b6f7a52-8c1d-4a6e-9a57-0d6b2f3c4e5f';

describe('mergeRows', () => {
  it('takes from each side what it alone changed, numbers as they are written', () => {
    const base = '{"id": 1, "a": 1.50, "b": "x", "c": null}';
    const primary = '{"id": 1, "a": 1.50, "b": "y", "c": null, "late": true}';
    const edge = '{"id": 1, "a": 9007199254740993, "b": "x", "c": {"k": [1]}}';
    assert.equal(
      mergeRows(base, primary, edge),
      '{"id": 1, "a": 9007199254740993, "b": "y", "c": {"k": [1]}, "late": true}',
    );
  });

  it('begins with the edge where both changed, or nobody knows what was before', () => {
    assert.equal(mergeRows('{"a": 1}', '{"a": 2}', '{"a": 3}'), '{"a": 3}');
    assert.equal(mergeRows(null, '{"a": 2, "b": 1}', '{"a": 3}'), '{"a": 3, "b": 1}');
    assert.equal(mergeRows(null, null, '{"a": 3}'), '{"a": 3}');
    assert.equal(mergeRows('{"a": 1}', '{"a": 2}', null), '{"a": 2}');
  });
});

describe('rawMember', () => {
  it('cuts a value out as it is written', () => {
    const json = '{"a": {"b": 1, "c": [2, {"b": 3}]}, "b": 1.50, "x\\"y": "}", "e": {}}';
    assert.equal(rawMember(json, 'a'), '{"b": 1, "c": [2, {"b": 3}]}');
    assert.equal(rawMember(json, 'b'), '1.50');
    assert.equal(rawMember(json, 'x"y'), '"}"');
    assert.equal(rawMember(json, 'e'), '{}');
    assert.equal(rawMember(json, 'c'), null);
    assert.equal(rawMember('{}', 'a'), null);
  });
});

describe('operationSql', () => {
  const operation: ExportedOperation = {
    id: ID,
    seq: '7',
    state: 'dead',
    table: { schema: 'public', name: 'Odd "t"' },
    operation: 'DELETE',
    key: '{"id": 9007199254740993, "n": "it\'s"}',
    data: null,
    error: 'line one\n\u2028DROP TABLE x;',
    sqlstate: '23505',
  };

  it('quotes names and values, and lets nothing out of a comment', () => {
    const text = operationSql(operation, []);
    assert.equal(
      text,
      [
        `-- 7, ${ID}: DELETE of public."Odd ""t""", dead (23505): line one`,
        '-- ',
        '-- DROP TABLE x;',
        `DELETE FROM "public"."Odd ""t""" WHERE "id" = '9007199254740993' AND "n" = 'it''s';`,
      ].join('\n'),
    );
  });

  it('says what it cannot write', () => {
    assert.match(operationSql({ ...operation, key: null }, []), /its key is not known/u);
  });
});

describe('The subject of an operation', () => {
  it('names its queue', () => {
    const subject = operationSubject('queue/a/b', ID);
    assert.deepEqual(operationOf(subject), { queueId: 'queue/a/b', operationId: ID });
    assert.equal(operationOf('queue/a/b'), null);
  });
});

describe('Texts of a queue', () => {
  it('say what a choice does, as the rows are', () => {
    const shown = { operation: 'UPDATE', edgeRow: '{}', primaryRow: null } as const;
    // Only what the words depend on.
    const wordsOf = (part: object) =>
      choiceWords({ ...shown, ...part } as Parameters<typeof choiceWords>[0]);
    assert.match(wordsOf({}).keepEdge, /is inserted on the primary/u);
    assert.match(wordsOf({ primaryRow: '{}' }).keepEdge, /replaces the primary's/u);
    assert.match(wordsOf({ operation: 'DELETE', primaryRow: '{}' }).keepEdge, /is deleted/u);
    assert.match(wordsOf({}).keepPrimary, /stays away/u);
  });

  it('say what automatic draining will do before it is turned on', () => {
    const { message, detail, button } = automaticDrainingText('vengeance', {
      primary: 'central',
      tables: [{ schema: 'public', name: 'jobs', policy: 'merge' }],
    });
    assert.equal(message, 'Drain vengeance to central automatically?');
    assert.equal(button, 'Drain Automatically');
    for (const words of [/without a question/u, /public\.jobs: merge/u, /restricted mode/u]) {
      assert.match(detail, words);
    }
  });

  it('show a dead operation without letting its rows become Markdown', () => {
    const text = deadDocument('vengeance', {
      operationId: ID,
      operation: 'INSERT',
      tableText: 'public.jobs',
      data: '{"a": "```\\n# x"}',
      oldData: null,
      isCut: false,
      error: '<img src=x> [y](command:z)',
      sqlstate: '22001',
    });
    assert.ok(text.includes('    {\n      "a": "```\\n# x"\n    }'), text);
    assert.ok(text.includes('\\<img'), text);
    assert.ok(!/(?<!\\)\]\(command/u.test(text), text);
  });
});
