import assert from 'node:assert/strict';
import {
  rowQuestion,
  slotQuestion,
  tokenStatements,
} from '../../../../src/core/checks/checkStatements';

const TOKEN = '0b0f1d1c-7d4e-4f7a-9f57-3b1f6d1f5a01';
const SPENT = 'aaaaaaaa-7d4e-4f7a-9f57-3b1f6d1f5a01';
const TABLE = { schema: 'pgtopology', name: 'sentinel_00000001' };

describe('tokenStatements', () => {
  it('commits for certain, prunes, and asks for the position last', () => {
    const sql = tokenStatements({
      token: TOKEN,
      tables: [TABLE],
      spent: [SPENT],
      withMarker: true,
    });
    assert.deepEqual(sql, [
      'BEGIN',
      `SET LOCAL synchronous_commit = 'local'`,
      `DELETE FROM "pgtopology"."sentinel_00000001" WHERE "token" IN ('${SPENT}'::uuid) OR "written_at" < pg_catalog.now() - interval '1 minute'`,
      `INSERT INTO "pgtopology"."sentinel_00000001" ("token") VALUES ('${TOKEN}'::uuid)`,
      `SELECT pg_catalog.pg_logical_emit_message(true, 'pg-topology', '${TOKEN}')`,
      'COMMIT',
      'SELECT pg_catalog.pg_current_wal_flush_lsn()::text AS "lsn"',
    ]);
  });

  it('takes nothing for a token but a uuid', () => {
    for (const token of ['', "x'; DROP TABLE t; --", TOKEN.toUpperCase(), `${TOKEN}'`]) {
      const message = { token, tables: [TABLE], spent: [], withMarker: false };
      assert.throws(() => tokenStatements(message), /uuid/u);
      assert.throws(() => tokenStatements({ ...message, token: TOKEN, spent: [token] }), /uuid/u);
      assert.throws(() => rowQuestion([TABLE], token).wait(10), /uuid/u);
    }
  });
});

describe('slotQuestion', () => {
  it('cannot be left by a name', () => {
    const { wait, proof } = slotQuestion("it's $body$ '' x", 0x16n);
    // The body is one literal, in which the name's literal is quoted again.
    assert.ok(wait(100).text.includes("''it''''s $body$ '''''''' x''"), wait(100).text);
    assert.deepEqual(proof.values, ["it's $body$ '' x", '0/16']);
  });
});
