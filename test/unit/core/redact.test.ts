import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redact } from '../../../src/core/redact';

const CANARY = 'c4n4ry-S3cret';

describe('redact', () => {
  const forms: readonly string[] = [
    `postgresql://monitor:${CANARY}@db.example.com:5432/app`,
    `postgres://monitor:${CANARY}%23@h/db?sslmode=require`,
    `(7postgres://monitor:${CANARY}@h/db)`,
    `host=h password=${CANARY} dbname=x`,
    `host=h password='${CANARY}' dbname=x`,
    `host=h password = '${CANARY}\\'more' dbname=x`,
    `{"password":"${CANARY}"}`,
    `{"password": "${CANARY}", "host": "h"}`,
    `PGPASSWORD=${CANARY} psql -h h`,
    `sslpassword=${CANARY}`,
    `CREATE ROLE x PASSWORD '${CANARY}'`,
    `ALTER ROLE x WITH LOGIN password '${CANARY}';`,
    `CONNECTION 'host=h user=u password=${CANARY}'`,
    `CONNECTION 'host=h password=''${CANARY}'' user=u'`,
    `https://h/path?user=u&password=${CANARY}&x=1`,
    `jdbc:postgresql://h/db?user=u&password=${CANARY}`,
    `pwd: ${CANARY}`,
    `SCRAM-SHA-256$4096:${CANARY}$x:y`,
    `c=biws,r=${'n'.repeat(20)}${CANARY.replace('-', '')},p=abc`,
  ];
  for (const form of forms) {
    it(`hides the secret in ${form.replace(CANARY, '…')}`, () => {
      assert.ok(!redact(form).includes('c4n4ry'), redact(form));
    });
  }

  it('reads long text once, however it is made', () => {
    const text = 'a'.repeat(200_000);
    const startedAt = performance.now();
    assert.equal(redact(text), text);
    // A rule that begins anew at every letter takes minutes for this.
    assert.ok(performance.now() - startedAt < 20_000);
  });

  it('hides MD5 hashes', () => {
    assert.equal(redact(`md5${'0123456789abcdef'.repeat(2)}`), '***');
  });

  it('leaves what is no secret as it is', () => {
    for (const text of [
      'password authentication failed for user "monitor"',
      'Could not reach central (db.example.com:5432): connection refused.',
      'relation "public.only_p" does not exist',
      'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption',
      'client password must be a string',
    ]) {
      assert.equal(redact(text), text);
    }
  });

  it('keeps what tells where the secret stood', () => {
    assert.equal(redact('host=h password=x1y2 dbname=d'), 'host=h password=*** dbname=d');
    assert.equal(redact('postgres://u:pw@h/d'), 'postgres://u:***@h/d');
  });

  it('hides known secrets wherever they stand', () => {
    assert.equal(redact(`the word ${CANARY} here`, [CANARY]), 'the word *** here');
  });

  it('hides any password in a URL or a conninfo', () => {
    const secret = fc.string({ minLength: 6 }).filter((text) => /^[^\s'"\\@/,;&]+$/.test(text));
    fc.assert(
      fc.property(secret, (word) => {
        const marked = `zz${word}zz`;
        assert.ok(!redact(`postgresql://u:${marked}@h/d`).includes(marked));
        assert.ok(!redact(`host=h password=${marked} user=u`).includes(marked));
        assert.ok(!redact(`host=h password='${marked}' user=u`).includes(marked));
      }),
    );
  });

  it('hides a quoted password whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (word) => {
        const marked = `zz${word}zz`;
        const quoted = marked.replace(/[\\']/g, '\\$&');
        assert.ok(!redact(`host=h password='${quoted}' user=u`).includes(quoted));
      }),
    );
  });
});
