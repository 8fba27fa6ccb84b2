import assert from 'node:assert/strict';
import { decodePgoutput } from '../../../../src/core/decoding/pgoutput';
import { contentWords, transactionSql } from '../../../../src/core/decoding/transactionSql';
import { findApplyError } from '../../../../src/core/decoding/applyError';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** A message of pieces: letters and names as text, numbers with their width. */
function message(...parts: readonly (string | readonly [bits: 8 | 16 | 32 | 64, value: number])[]) {
  const buffers = parts.map((part) => {
    if (typeof part === 'string') return Buffer.from(part, 'utf8');
    const [bits, value] = part;
    const buffer = Buffer.alloc(bits / 8);
    if (bits === 64) buffer.writeBigUInt64BE(BigInt(value));
    else buffer.writeUIntBE(value, 0, bits / 8);
    return buffer;
  });
  return Uint8Array.from(Buffer.concat(buffers));
}

const value = (text: string) => ['t', [32, Buffer.byteLength(text)] as const, text] as const;

const BEGIN = message('B', [64, 0x16], [64, 0], [32, 7]);
const COMMIT = message('C', [8, 0], [64, 0x16], [64, 0x20], [64, 0]);
const RELATION = message(
  'R',
  [32, 5],
  'public\0',
  "it's\0",
  'd',
  [16, 2],
  [8, 1],
  'id\0',
  [32, 23],
  [32, 0],
  [8, 0],
  'note\0',
  [32, 25],
  [32, 0],
);

describe('decodePgoutput', () => {
  it('reads whole transactions, values and NULL and unchanged ones apart', () => {
    const [first, second] = decodePgoutput(
      [
        BEGIN,
        RELATION,
        message('I', [32, 5], 'N', [16, 2], ...value('1'), 'n'),
        message('U', [32, 5], 'N', [16, 2], ...value('1'), 'u'),
        message(
          'U',
          [32, 5],
          'K',
          [16, 2],
          ...value('1'),
          'n',
          'N',
          [16, 2],
          ...value('2'),
          ...value('é'),
        ),
        message('D', [32, 5], 'K', [16, 2], ...value('2'), 'n'),
        message('T', [32, 1], [8, 0], [32, 5]),
        message('Y', [32, 23]),
        COMMIT,
        BEGIN,
      ],
      textOf,
    );
    assert.deepEqual([first?.finishLsn, first?.endLsn], [0x16n, 0x20n]);
    assert.deepEqual(second, { finishLsn: 0x16n, endLsn: null, changes: [] });
    assert.ok(first !== undefined);
    assert.deepEqual(contentWords(first), ["4 rows of public.it's", "TRUNCATE of public.it's"]);
    assert.deepEqual(transactionSql(first, ['Head\n; DROP']).split('\n'), [
      '-- Head',
      '-- ; DROP',
      '-- Finish LSN 0/16.',
      'BEGIN;',
      `INSERT INTO "public"."it's" ("id", "note") OVERRIDING SYSTEM VALUE VALUES ('1', NULL);`,
      `UPDATE "public"."it's" SET "id" = '1' WHERE "id" = '1';`,
      `UPDATE "public"."it's" SET "id" = '2', "note" = 'é' WHERE "id" = '1';`,
      `DELETE FROM "public"."it's" WHERE "id" = '2';`,
      `TRUNCATE "public"."it's";`,
      'COMMIT;',
      '',
    ]);
  });

  it('what has no key means no row rather than every row', () => {
    const keyless = message(
      'R',
      [32, 5],
      'public\0',
      'log\0',
      'n',
      [16, 1],
      [8, 0],
      'id\0',
      [32, 23],
      [32, 0],
    );
    const [found] = decodePgoutput(
      [BEGIN, keyless, message('D', [32, 5], 'O', [16, 1], ...value('2')), COMMIT],
      textOf,
    );
    assert.ok(found !== undefined);
    assert.match(transactionSql(found, []), /DELETE FROM "public"\."log" WHERE false;/);
  });
});

describe('findApplyError', () => {
  const CONTEXT = (lsn: string) =>
    `processing remote data for replication origin "pg_16395" during message type "INSERT" for replication target relation "public.jobs" in transaction 740, finished at ${lsn}`;

  it('the last one of that subscription, in each format', () => {
    const plain = [
      'LOG:  something',
      'ERROR:  duplicate key value violates unique constraint "old"',
      'DETAIL:  Key (id)=(6) already exists.',
      `CONTEXT:  ${CONTEXT('0/1')}`,
      'ERROR:  duplicate key value violates unique constraint "jobs_pkey"',
      'DETAIL:  Key (id)=(7) already exists.',
      `CONTEXT:  ${CONTEXT('0/157E708')}`,
      `ERROR:  other\nCONTEXT:  ${CONTEXT('0/9').replace('pg_16395', 'pg_163950')}`,
    ].join('\n');
    const expected = {
      message: 'duplicate key value violates unique constraint "jobs_pkey"',
      detail: 'Key (id)=(7)',
      relation: 'public.jobs',
      finishLsn: '0/157E708',
    };
    assert.deepEqual(findApplyError(plain, 16395), expected);
    const csv = `2026-01-01 10:00:00 UTC,,,81,,6f.51,2,,2026-01-01,4/2,740,ERROR,23505,"duplicate key value violates unique constraint ""jobs_pkey""","Key (id)=(7) already exists.",,,,"${CONTEXT('0/157E708').replaceAll('"', '""')}",,,,""\n`;
    assert.deepEqual(findApplyError(csv, 16395), expected);
    const json = `${JSON.stringify({
      error_severity: 'ERROR',
      message: expected.message,
      detail: 'Key (id)=(7) already exists.',
      context: CONTEXT('0/157E708'),
    })}\n`;
    assert.deepEqual(findApplyError(json, 16395), expected);
  });

  it('nothing of that subscription: nothing', () => {
    assert.equal(findApplyError('ERROR:  syntax error\n', 16395), null);
    assert.equal(findApplyError(`CONTEXT:  ${CONTEXT('0/1')}`, 16396), null);
  });
});
