import assert from 'node:assert/strict';
import { offsetOf, refusalOf } from '../../../../src/core/runSelection/statementText';

const RUN = [
  'SELECT 1',
  '  (SELECT 1) UNION SELECT 2',
  'WITH a AS (SELECT 1) SELECT * FROM a;',
  '-- COMMIT\nSELECT 1',
  '/* BEGIN /* COMMIT */ ROLLBACK */ TABLE kept',
  'EXPLAIN ANALYZE DELETE FROM kept',
  'DELETE FROM kept',
  `SELECT 'COMMIT'`,
  'CREATE INDEX ON kept (id)',
  'SHOW work_mem',
  'endpoints',
  // No statement; the server has the words for it.
  '"commit"',
];

const REFUSED: readonly (readonly [text: string, why: RegExp])[] = [
  ['', /no statement/u],
  [' \n-- nothing\n/* at all', /no statement/u],
  [';;', /no statement/u],
  ['COMMIT; DELETE FROM kept', /COMMIT is refused/u],
  ['commit', /COMMIT is refused/u],
  [';COMMIT', /COMMIT is refused/u],
  ['--\rCOMMIT', /COMMIT is refused/u],
  ['/*/**/*/end', /END is refused/u],
  ['START TRANSACTION READ WRITE', /START is refused/u],
  [`PREPARE TRANSACTION 'left'`, /PREPARE is refused/u],
  ['SET transaction_read_only = off', /SET is refused: it would last/u],
  ['LISTEN news', /LISTEN is refused/u],
  [`COPY kept TO PROGRAM 'sh'`, /COPY is refused/u],
  ['VACUUM kept', /does not run within a transaction/u],
  ['CREATE UNIQUE INDEX CONCURRENTLY ON kept (id)', /CREATE is refused/u],
  ['DROP INDEX /**/ concurrently kept_id', /DROP is refused/u],
  [`ALTER SYSTEM SET work_mem = '1MB'`, /ALTER is refused/u],
  ['\\dt', /psql/u],
  ['SELECT 1\0; DELETE FROM kept', /NUL/u],
  ['SELECT 1'.padEnd(200_001), /too long/u],
];

describe('what of a selected text is run', () => {
  for (const text of RUN) {
    it(`tries ${JSON.stringify(text)}`, () => assert.equal(refusalOf(text), null));
  }

  for (const [text, why] of REFUSED) {
    it(`refuses ${JSON.stringify(text.slice(0, 50))}`, () =>
      assert.match(refusalOf(text) ?? 'it is tried', why));
  }

  it('reads a megabyte of comments in no time', () => {
    assert.match(refusalOf('/*'.repeat(99_000)) ?? '', /no statement/u);
    assert.match(refusalOf('-- \n'.repeat(49_000)) ?? '', /no statement/u);
  });

  it('counts a position of the server in UTF-16 units', () => {
    assert.equal(offsetOf(`SELECT '😀', x`, 13), 13);
    assert.equal(offsetOf('SELECT x', 8), 7);
    assert.equal(offsetOf('x', 99), 1);
  });
});
