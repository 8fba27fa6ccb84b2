import assert from 'node:assert/strict';
import { readRowFilter } from '../../../../src/core/plan/rowFilter';

describe('readRowFilter', () => {
  it('names the columns, not functions, types or texts', () => {
    const filter = `lower(Region) = 'eu)' AND "Odd ""name" > 3 AND at::date IN (day) AND x IS NOT NULL`;
    assert.deepEqual(readRowFilter(filter), {
      problem: null,
      names: ['region', 'and', 'Odd "name', 'and', 'at', 'and', 'x', 'is', 'not', 'null'].flatMap(
        (name) => (name === 'at' ? ['at', 'day'] : [name]),
      ),
      functions: ['lower', 'in'],
    });
  });

  it('keeps a filter in its parentheses', () => {
    const problems: readonly (readonly [string, string])[] = [
      ['true); DROP TABLE jobs; --', 'it closes a parenthesis that it never opened'],
      ['(true', 'a parenthesis in it is never closed'],
      ["name = 'x", 'a quote in it is never closed'],
      ['"name = 1', 'a quote in it is never closed'],
      ['true -- )', 'it holds a comment'],
      ['true /* ) */', 'it holds a comment'],
      ["name = E'\\')'", 'it holds a backslash'],
      ['name = $$)$$', 'it holds a $ sign; write values in quotes'],
      ['a; b', 'it holds a semicolon outside of quotes'],
      ['  ', 'it is empty'],
    ];
    for (const [filter, problem] of problems) assert.equal(readRowFilter(filter).problem, problem);
  });
});
