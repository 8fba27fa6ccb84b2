import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findPassword } from '../../../../src/pg/libpq/passfile';

const target = { host: 'db.example.com', port: 5432, database: 'app', user: 'monitor' };

describe('findPassword', () => {
  it('takes the first line whose fields are equal or a star', () => {
    const text = [
      '# comment:5432:*:*:no',
      'other:5432:app:monitor:no',
      'db.example.com:5433:app:monitor:no',
      'db.example.com:*:*:monitor:first',
      '*:*:*:*:second',
    ].join('\n');
    assert.equal(findPassword(text, target), 'first');
  });

  it('is null when no line fits', () => {
    assert.equal(findPassword('db.example.com:5432:app:someone:x\n', target), null);
    assert.equal(findPassword('', target), null);
  });

  it('reads escaped colons and backslashes in every field', () => {
    const text = String.raw`\:\:1:5432:a\\b:monitor:p\:w\\d`;
    assert.equal(findPassword(text, { ...target, host: '::1', database: 'a\\b' }), 'p:w\\d');
  });

  it('takes an escaped star as the character', () => {
    assert.equal(findPassword(String.raw`db.example.com:5432:\*:monitor:x`, target), null);
    assert.equal(
      findPassword(String.raw`db.example.com:5432:\*:monitor:x`, { ...target, database: '*' }),
      'x',
    );
  });

  it('keeps colons that stand in the password unescaped', () => {
    assert.equal(findPassword('*:*:*:*:a:b:c', target), 'a:b:c');
  });

  it('looks a default socket directory up as localhost, another one by its path', () => {
    const text = 'localhost:5432:app:monitor:socket\n/srv/pg:5432:app:monitor:own\n';
    assert.equal(findPassword(text, { ...target, host: '/var/run/postgresql' }), 'socket');
    assert.equal(findPassword(text, { ...target, host: '/srv/pg' }), 'own');
  });

  it('finds what was written with escapes, whatever it holds', () => {
    const field = fc.string({ minLength: 1 }).filter((text) => !/[\r\n\0]/.test(text));
    const escape = (text: string): string => text.replace(/[\\:]/g, '\\$&').replace(/^\*$/, '\\*');
    fc.assert(
      fc.property(field, field, field, field, (host, database, user, password) => {
        fc.pre(!host.startsWith('#') && !host.startsWith('/'));
        const line = [host, '5432', database, user].map(escape).join(':');
        const text = `${line}:${password.replaceAll('\\', '\\\\')}`;
        assert.equal(findPassword(text, { host, port: 5432, database, user }), password);
      }),
    );
  });
});
