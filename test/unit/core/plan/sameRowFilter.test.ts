import assert from 'node:assert/strict';
import { isSameRowFilter } from '../../../../src/core/plan/sameRowFilter';

describe('isSameRowFilter', () => {
  // The second of each is what Postgres 17 makes of the first.
  for (const [written, told] of [
    ['id > 10', '(id > 10)'],
    ['"id">10', '(id > 10)'],
    ["region = 'eu'", "(region = 'eu'::text)"],
    ["region = 'eu'", "((region)::text = 'eu'::text)"],
    ["region != 'It''s'", "(region <> 'It''s'::character varying(20))"],
    ['a > 1 AND b = 2 OR c = 3', '(((a > 1) AND (b = 2)) OR (c = 3))'],
    ['a > 1 AND (b = 2 OR c = 3)', '((a > 1) AND ((b = 2) OR (c = 3)))'],
    ['NOT active', '(NOT active)'],
    ['not (a = 1 or b = 2)', '(NOT ((a = 1) OR (b = 2)))'],
    ['a + b * 2 > 3', '((a + (b * 2)) > 3)'],
    ['id % 2 = 0', '((id % 2) = 0)'],
    ['name IS NOT NULL', '(name IS NOT NULL)'],
    ['lower(name) = name', '(lower(name) = name)'],
    ['"Odd Name" = 1', '("Odd Name" = 1)'],
    ["day >= '2020-01-01'", "(day >= '2020-01-01'::date)"],
    ['a - b - c > 0', '(((a - b) - c) > 0)'],
  ] as const) {
    it(`${written} is ${told}`, () => {
      assert.ok(isSameRowFilter(written, told));
    });
  }

  for (const [one, other] of [
    ['a = 1 AND (b = 2 OR c = 3)', '(((a = 1) AND (b = 2)) OR (c = 3))'],
    ['(a + b) * c > 1', '((a + (b * c)) > 1)'],
    ['NOT (a = 1 AND b = 2)', '((NOT (a = 1)) AND (b = 2))'],
    ["name = 'A'", "(name = 'a'::text)"],
    ['"ID" = 1', '(id = 1)'],
    ['day::date = now()', '(day = now())'],
    ['a - (b - c) > 0', '(((a - b) - c) > 0)'],
    ['f(a) = 1', 'a = 1'],
  ] as const) {
    it(`${one} is not ${other}`, () => {
      assert.ok(!isSameRowFilter(one, other));
    });
  }

  it('none is like none alone', () => {
    assert.ok(isSameRowFilter(null, null));
    assert.ok(!isSameRowFilter(null, 'true'));
  });
});
