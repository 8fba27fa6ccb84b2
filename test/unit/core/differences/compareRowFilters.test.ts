import assert from 'node:assert/strict';
import { compareRowFilters } from '../../../../src/core/differences/compareRowFilters';

describe('Row filters of the file and of the server', () => {
  const same: readonly (readonly [string, string])[] = [
    [`region = 'eu'`, `(region = 'eu'::text)`],
    [`region = 'eu'`, `((region)::text = 'eu'::text)`],
    [`Region != 'e''u'`, `(region <> 'e''u'::text)`],
    [`"Odd Name" = 1`, `("Odd Name" = 1)`],
    ['amount > -1', `(amount > '-1'::integer)`],
    ['amount >= 1.50', `(amount >= 1.50)`],
    ['amount > 5', '(amount > (5)::numeric)'],
    ['a in (1, 2)', '(a = ANY (ARRAY[1, 2]))'],
    [
      `region IN ('eu','us')`,
      `((region)::text = ANY ((ARRAY['eu'::character varying, 'us'::character varying])::text[]))`,
    ],
    [`name NOT LIKE 'a%'`, `(name !~~ 'a%'::text)`],
    ['active and not gone', '(active AND (NOT gone))'],
    ['a is not null or b > 2', '((a IS NOT NULL) OR (b > 2))'],
    [`lower(region) = 'eu'`, `(lower(region) = 'eu'::text)`],
    ['a = 1 and (b = 2 or c = 3)', '((a = 1) AND ((b = 2) OR (c = 3)))'],
  ];
  for (const [file, live] of same) {
    it(`${file} is ${live}`, () => assert.equal(compareRowFilters(file, live), 'same'));
  }

  const different: readonly (readonly [string, string])[] = [
    [`region = 'eu'`, `(region = 'us'::text)`],
    [`region = 'eu'`, `(country = 'eu'::text)`],
    ['a > 5', '(a > 6)'],
    ['a > 5', '(a > (6)::numeric)'],
    ['a > 5', '(a < 5)'],
    ['a > 5 and b > 1', '((a > 5) OR (b > 1))'],
    ['a > 5', '((a > 5) AND (b IS NOT NULL))'],
    ['a in (1, 2)', '(a = ANY (ARRAY[1, 3]))'],
  ];
  for (const [file, live] of different) {
    it(`${file} is not ${live}`, () => assert.equal(compareRowFilters(file, live), 'different'));
  }

  const unknown: readonly (readonly [string, string])[] = [
    // Spelled otherwise, and the same to the server.
    [`made > '2020-1-1'`, `(made > '2020-01-01'::date)`],
    [`made > date '2020-01-01'`, `(made > '2020-01-01'::date)`],
    ['a between 1 and 2', '((a >= 1) AND (a <= 2))'],
    ['active = true', 'active'],
    [`cast(a as text) = '1'`, `((a)::text = '1'::text)`],
    [`t.region = 'eu'`, `(region = 'eu'::text)`],
    [`region = E'e\\u'`, `(region = 'eu'::text)`],
    // The same words in other groups: whether that is another filter is not decided here.
    ['a = 1 and (b = 2 or c = 3)', '(((a = 1) AND (b = 2)) OR (c = 3))'],
    ['not (a and b)', '((NOT a) AND b)'],
    ['a - (b - c) > 0', '(((a - b) - c) > 0)'],
    ['trim(a) = b', '(btrim(a) = b)'],
    ['char_length(a) > 1', '(length(a) > 1)'],
  ];
  for (const [file, live] of unknown) {
    it(`says nothing of ${file} and ${live}`, () => {
      assert.equal(compareRowFilters(file, live), 'unknown');
    });
  }
});
