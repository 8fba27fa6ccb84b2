import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { TRAPS } from './trapTable';

describe('Every known trap of replication', () => {
  it('is in the table', () => {
    const numbers = Array.from({ length: 15 }, (_, index) => String(index + 1));
    const faults = Array.from({ length: 17 }, (_, index) => `F${index + 34}`);
    assert.deepEqual(
      TRAPS.map(({ id }) => id),
      [...numbers, ...faults],
    );
  });

  for (const { id, what, tests } of TRAPS) {
    it(`${id}, that ${what}, has tests of these titles`, () => {
      assert.ok(tests.length > 0);
      for (const [file, title] of tests) {
        const titles = titlesIn(path.join('test', file));
        assert.ok(
          titles.some((found) => found.startsWith(title)),
          `${file} has no test "${title}": ${titles.join(' | ')}`,
        );
      }
    });
  }
});

function titlesIn(file: string): readonly string[] {
  const text = fs.readFileSync(file, 'utf8');
  return Array.from(text.matchAll(/\bit\(\s*(['"`])(.*?)\1,/gsu), (match) => match[2] ?? '');
}
