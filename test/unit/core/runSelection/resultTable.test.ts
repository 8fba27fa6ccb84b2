import assert from 'node:assert/strict';
import { hasInvisible } from '../../../../src/core/visibleText';
import { resultTable } from '../../../../src/core/runSelection/resultTable';

const TEXT = 25;
const INT = 23;

function table(
  columns: readonly (readonly [name: string, typeOid: number])[],
  rows: readonly (readonly (string | null)[])[],
) {
  return resultTable({ columns: columns.map(([name, typeOid]) => ({ name, typeOid })), rows });
}

describe('rows as a table', () => {
  it('line up, numbers to the right, NULL told from its word and from nothing', () => {
    const { lines } = table(
      [
        ['id', INT],
        ['note', TEXT],
        ['n', INT],
      ],
      [
        ['1', null, '5'],
        ['1200', 'NULL', null],
        ['7', '', '12'],
      ],
    );
    assert.deepEqual(lines, [
      'id   | note   | n',
      '-----+--------+-----',
      '   1 | NULL   |    5',
      '1200 | "NULL" | NULL',
      '   7 |        |   12',
    ]);
  });

  it('stay a table whatever values and names hold', () => {
    const hostile = 'a\r\nb\nc\td\u2028e\u202ef\u0007g\u001b[31m';
    const { lines } = table(
      [
        [`x\n-- ${hostile}`, TEXT],
        ['y', TEXT],
      ],
      [[hostile, '| ---']],
    );
    assert.equal(lines.length, 3);
    for (const line of lines) assert.equal(hasInvisible(line), false, line);
    assert.match(lines[2] ?? '', /^a⏎b⏎c⇥d\\u2028e\\u202ef\\u0007g\\u001b\[31m +\| \| ---$/u);
  });

  it('keep marks that pile up out of other lines, and accents', () => {
    const { lines } = table([['a', TEXT]], [[`e\u0301 o${'\u0301'.repeat(200)}`]]);
    assert.equal(lines[2], 'e\u0301 o…');
  });

  it('cut what is wide, less where it is alone', () => {
    const wide = 'w'.repeat(3_000);
    const beside = table(
      [
        ['a', TEXT],
        ['b', TEXT],
      ],
      [[wide, 'b']],
    );
    assert.equal(beside.isCut, true);
    assert.equal(beside.lines[2], `${'w'.repeat(100)}… | b`);
    assert.equal(table([['a', TEXT]], [[wide]]).lines[2]?.length, 2_001);
    assert.equal(table([['a', TEXT]], [['w'.repeat(2_000)]]).isCut, false);
  });

  it('leave rows out rather than fill the memory', () => {
    const columns = Array.from({ length: 1_600 }, (_, index) => [`c${index}`, TEXT] as const);
    const row = columns.map(() => 'v'.repeat(100));
    const { lines, shownRows } = table(
      columns,
      Array.from({ length: 1_000 }, () => row),
    );
    assert.ok(shownRows > 0 && shownRows < 100, String(shownRows));
    assert.ok(lines.join('\n').length < 4_500_000);
  });

  it('of no columns are none', () => {
    assert.deepEqual(table([], []).lines, []);
  });
});
