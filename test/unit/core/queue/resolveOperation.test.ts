import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonMembers, JsonReader, jsonScalarText } from '../../../../src/core/queue/applyJson';
import { keySpelling } from '../../../../src/core/queue/applyKey';
import type { QueueOperation } from '../../../../src/core/queue/operation';
import { isRefusal, resolveOperation } from '../../../../src/core/queue/resolveOperation';
import type { TargetTable } from '../../../../src/core/queue/targetTable';
import { column, queued, target } from './targets';

const NOTES = target('notes');

function resolved(op: Partial<QueueOperation>, table: TargetTable = NOTES) {
  const result = resolveOperation(queued(op), table);
  assert.ok(!isRefusal(result), isRefusal(result) ? result.message : '');
  return result;
}

/** `state sqlstate: message` */
function refusal(op: Partial<QueueOperation>, table: TargetTable | null = NOTES): string {
  const result = resolveOperation(queued(op), table);
  assert.ok(isRefusal(result));
  return `${result.state} ${result.conflict ?? '-'} ${result.sqlstate ?? '-'}: ${result.message}`;
}

describe('resolveOperation', () => {
  it('tells key, columns and shape of an operation', () => {
    const update = resolved({
      operation: 'UPDATE',
      key: '{"id": 9007199254740993}',
      data: '{"id": 9007199254740995, "body": null}',
      oldData: '{"id": 9007199254740993, "body": "a", "gone": 1}',
    });
    assert.equal(update.keyText, '9007199254740993');
    assert.equal(update.key, '{"id": 9007199254740993}');
    assert.deepEqual(update.columns, ['id', 'body']);
    assert.deepEqual(update.oldColumns, ['id', 'body']);
    assert.equal(update.changesKey, true);
    assert.deepEqual(update.touches, ['9007199254740993', '9007199254740995']);
  });

  it('takes the key of an application from its data', () => {
    const op = { writtenBy: 'application', key: null, operation: 'UPDATE' } as const;
    const update = resolved({ ...op, data: '{"id": " 007", "body": "b"}' });
    assert.deepEqual([update.touches, update.oldColumns, update.changesKey], [['7'], null, false]);
    assert.match(refusal({ ...op, data: '{"body": "b"}' }), /^dead - 23502: .*"id"/u);
    assert.match(refusal({ ...op, data: '[1]' }), /^dead - 22023: .*no JSON object/u);
    assert.match(refusal({ ...op, data: null }), /^dead/u);
    assert.match(refusal({ ...op, data: '{"id": null, "body": ""}' }), /^dead - 23502/u);
  });

  it('refuses what means nothing on the primary', () => {
    assert.match(refusal({ operation: 'X' }), /^dead - -: It is queued as "X"/u);
    assert.match(
      refusal({}, null),
      /^conflict drift 42P01: The primary has no table public.notes/u,
    );
    assert.match(refusal({}, target('notes', { key: [] })), /^dead - -: .*no primary key/u);
    const more = { data: '{"id": 1, "new \\"one\\"": 2}' };
    assert.match(refusal(more), /^conflict drift 42703: .*no column "new "one""/u);
    assert.match(refusal({ bytes: 101 * 1024 * 1024 }), /^dead - 54000/u);
  });

  it('neither writes generated columns nor changes an identity that is always generated', () => {
    const table = target('notes', {
      columns: [
        column('id', 'integer', { spelling: 'integer', identity: 'always' }),
        column('body', 'text'),
        column('twice', 'integer', { isGenerated: true }),
      ],
    });
    const data = '{"id": 1, "body": "b", "twice": 2}';
    assert.deepEqual(resolved({ data }, table).columns, ['id', 'body']);
    const update = { operation: 'UPDATE', data, key: '{"id": 2}', oldData: '{"id": 2}' };
    assert.match(refusal(update, table), /^dead - 428C9: "id"/u);
  });

  it('names the rows that foreign keys look up', () => {
    const reference = { schema: 'public', name: 'people', isIndirect: false };
    const table = target('notes', {
      columns: [...NOTES.columns, column('who', 'uuid', { spelling: 'uuid' })],
      references: [{ ...reference, columns: ['who'] }],
    });
    const id = '00000000-0000-4000-8000-00000000000a';
    const reads = (op: Partial<QueueOperation>) => resolved(op, table).reads.map(({ key }) => key);
    assert.deepEqual(reads({ data: `{"id": 1, "who": "${id.toUpperCase()}"}` }), [id]);
    assert.deepEqual(reads({ data: '{"id": 1, "who": null}' }), []);
    assert.deepEqual(reads({ data: '{"id": 1}' }), [null]);
  });
});

describe('keySpelling', () => {
  const spell = (value: string, isOwn: boolean, rest: Parameters<typeof column>[2]) =>
    keySpelling(target('t', { columns: [column('id', 'x', rest)] }), ['id'], [value], isOwn);

  it('knows equal keys that are spelled differently', () => {
    for (const value of ['1.50', '01.5', '+1.500', '1.5']) {
      assert.equal(spell(value, true, { spelling: 'numeric' }), '1.5');
    }
    for (const value of ['0', '-0', '0.00', '-.0', '00']) {
      assert.equal(spell(value, true, { spelling: 'numeric' }), '0');
    }
    assert.equal(spell('NaN', true, { spelling: 'numeric' }), 'NaN');
    assert.equal(spell('ab  ', false, { spelling: 'padded' }), 'ab');
    assert.equal(spell('-007', false, { spelling: 'integer' }), '-7');
  });

  it('does not guess', () => {
    assert.equal(spell('1e3', false, { spelling: 'integer' }), null);
    assert.equal(spell('1e3', true, { spelling: 'numeric' }), null);
    assert.equal(spell('nan', false, { spelling: 'numeric' }), null);
    assert.equal(
      spell('{00000000-0000-4000-8000-00000000000a}', false, { spelling: 'uuid' }),
      null,
    );
    assert.equal(spell('2026-1-1', false, { spelling: 'asWritten' }), null);
    assert.equal(spell('a', true, { spelling: null }), null);
  });
});

describe('jsonMembers', () => {
  it('reads what JSON.parse reads, values as they are written', () => {
    const value = fc.jsonValue();
    const object = fc.dictionary(fc.string(), value, { noNullPrototype: true });
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1), (made, space) => {
        const members = jsonMembers(JSON.stringify(made, undefined, space));
        assert.ok(members !== null);
        assert.deepEqual([...members.names].sort(), Object.keys(made).sort());
        for (const name of members.names) {
          const raw: string = members.get(name) ?? '';
          assert.deepEqual(JSON.parse(raw), JSON.parse(JSON.stringify(made[name])));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads one object after the other as each by itself', () => {
    const value = fc.jsonValue();
    const like = fc.record({ id: value, 'a "b"': value, doc: value }, { requiredKeys: ['id'] });
    const any = fc.dictionary(fc.string(), value, { noNullPrototype: true });
    const text = fc
      .tuple(fc.oneof(like, any), fc.constantFrom(undefined, 1), fc.constantFrom('', ' ', ']'))
      .map(([made, space, behind]) => JSON.stringify(made, undefined, space) + behind);
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 6 }), (texts) => {
        const reader = new JsonReader();
        for (const one of texts) {
          const [members, alone] = [reader.read(one), jsonMembers(one)];
          assert.deepEqual(members?.names, alone?.names);
          for (const name of alone?.names ?? []) {
            assert.equal(members?.get(name), alone?.get(name));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the same names as the same list', () => {
    const reader = new JsonReader();
    const [one, other] = [
      reader.read('{"a": 1, "b": [2, "}"]}'),
      reader.read('{"a": "x", "b": {}}'),
    ];
    assert.equal(one?.names, other?.names);
    assert.deepEqual([other?.get('a'), other?.get('b'), other?.get('c')], ['"x"', '{}', undefined]);
    assert.equal(reader.read('{"a":  }'), null);
    assert.equal(reader.read('{"a": 1, "b": 2'), null);
    assert.deepEqual(reader.read('{"a": 1, "b": 2, "c": 3}')?.names, ['a', 'b', 'c']);
  });

  it('keeps numbers that a parser would change', () => {
    const members = jsonMembers(
      '{"a": 1.50, "b": 12345678901234567890.10, "__proto__": "\\u00e4"}',
    );
    assert.ok(members !== null);
    assert.deepEqual(
      members.names.map((name) => [name, members.get(name)]),
      [
        ['a', '1.50'],
        ['b', '12345678901234567890.10'],
        ['__proto__', '"\\u00e4"'],
      ],
    );
    assert.equal(jsonScalarText(members.get('__proto__') ?? ''), 'ä');
  });

  it('tells what is no object', () => {
    for (const text of ['', 'null', '[1]', '"{}"', '1', '{"a"', '{"a" 1}', '{"a": }', '{,}']) {
      assert.equal(jsonMembers(text), null, text);
    }
  });
});
