import assert from 'node:assert/strict';
import fc from 'fast-check';
import { secretKey } from '../../../src/core/secretKey';

const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc
    .array(fc.constantFrom('@', ':', '/', '%', '%40', 'a', '5432'), { maxLength: 5 })
    .map((all) => all.join('')),
);
const target = fc.record({
  user: part,
  host: part.map((host) => host.toLowerCase()),
  port: fc.integer({ min: 1, max: 65535 }),
  database: part,
});

describe('keys of stored passwords', () => {
  it('name user, host, port and database', () => {
    const key = secretKey({ user: 'monitor', host: 'DB.example.com', port: 5432, database: 'app' });
    assert.equal(key, 'pg-topology:monitor@db.example.com:5432/app');
  });

  it('keep the case of socket directories', () => {
    const key = secretKey({ user: 'me', host: '/Run/pg', port: 5432, database: 'app' });
    assert.equal(key, 'pg-topology:me@%2FRun%2Fpg:5432/app');
  });

  it('differ for different targets', () => {
    fc.assert(
      fc.property(target, target, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        assert.equal(secretKey(left) === secretKey(right), isSame);
      }),
      { numRuns: 2000 },
    );
    assert.notEqual(
      secretKey({ user: 'a@b', host: 'c', port: 1, database: 'd' }),
      secretKey({ user: 'a', host: 'b@c', port: 1, database: 'd' }),
    );
  });
});
