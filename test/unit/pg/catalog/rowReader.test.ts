import assert from 'node:assert/strict';
import { RowReader } from '../../../../src/pg/catalog/rowReader';

describe('RowReader', () => {
  it('takes values in their order', () => {
    const taken = RowReader.read(
      [1, 'a', null, true, '1/A', [1, 2], ['x'], 'on', { b: 2 }],
      (row) => ({
        number: row.number(),
        text: row.text(),
        nothing: row.nullableText(),
        boolean: row.boolean(),
        lsn: row.nullableLsn(),
        numbers: row.nullableNumbers(),
        texts: row.texts(),
        word: row.oneOf(['on', 'off']),
        counts: row.nullableCounts(),
      }),
    );
    assert.deepEqual(taken, {
      number: 1,
      text: 'a',
      nothing: null,
      boolean: true,
      lsn: 0x1_0000_000an,
      numbers: [1, 2],
      texts: ['x'],
      word: 'on',
      counts: { b: 2 },
    });
  });

  it('takes null where it may be, and only there', () => {
    const row = [null, null, null, null, null, null];
    const taken = RowReader.read(row, (reader) => [
      reader.nullableText(),
      reader.nullableNumber(),
      reader.nullableBoolean(),
      reader.nullableLsn(),
      reader.nullableNumbers(),
      reader.nullableCounts(),
    ]);
    assert.deepEqual(taken, row);
    const strict: readonly ((reader: RowReader) => unknown)[] = [
      (reader) => reader.text(),
      (reader) => reader.number(),
      (reader) => reader.boolean(),
      (reader) => reader.texts(),
      (reader) => reader.oneOf(['a']),
    ];
    for (const take of strict) assert.throws(() => RowReader.read([null], take), /Value 1 of 1/);
  });

  it('refuses a value of another kind, and says nothing of it', () => {
    const wrong: readonly (readonly [unknown, (reader: RowReader) => unknown])[] = [
      [7, (reader) => reader.text()],
      ['c4n4ry', (reader) => reader.number()],
      ['c4n4ry', (reader) => reader.nullableNumber()],
      [7, (reader) => reader.nullableText()],
      ['c4n4ry', (reader) => reader.boolean()],
      ['c4n4ry', (reader) => reader.nullableBoolean()],
      ['c4n4ry', (reader) => reader.nullableLsn()],
      ['c4n4ry', (reader) => reader.oneOf(['a', 'b'])],
      [['c4n4ry'], (reader) => reader.nullableNumbers()],
      [{ a: 'c4n4ry' }, (reader) => reader.nullableCounts()],
      [[7], (reader) => reader.nullableCounts()],
      [[7], (reader) => reader.texts()],
    ];
    for (const [value, take] of wrong) {
      assert.throws(
        () => RowReader.read([value], take),
        (error: unknown) => error instanceof Error && !error.message.includes('c4n4ry'),
      );
    }
  });

  it('refuses a row that is longer or shorter than what is taken of it', () => {
    assert.throws(() => RowReader.read([1, 2], (reader) => reader.number()), /not the last/);
    assert.throws(() => RowReader.read([], (reader) => reader.number()), /not there/);
    assert.throws(() => RowReader.read(undefined, (reader) => reader.next()), /not a list/);
  });

  it('reads no rows where the server has NULL', () => {
    assert.deepEqual(
      RowReader.list(null, (reader) => reader.number()),
      [],
    );
    assert.deepEqual(
      RowReader.list([[1], [2]], (reader) => reader.number()),
      [1, 2],
    );
    assert.throws(() => RowReader.list('x', (reader) => reader.number()));
  });
});
