import assert from 'node:assert/strict';
import { findService } from '../../../src/core/serviceFile';

describe('findService', () => {
  it('takes the keywords of the named section alone', () => {
    const text =
      '[other]\nhost=wrong\n# note\n[mine]\nhost=db.example.com\nport = 5433\n\n[last]\nport=1\n';
    assert.deepEqual(findService(text, 'mine').service, {
      params: { host: 'db.example.com', port: '5433' },
      notes: [],
    });
  });

  it('takes the first section of a name and the first value of a key, as libpq does', () => {
    const text = '[s]\nhost=first\nhost=second\n[s]\nport=9\n';
    assert.deepEqual(findService(text, 's').service?.params, { host: 'first' });
  });

  it('reads Windows line ends and values that hold an equals sign', () => {
    const text = '[s]\r\noptions=-c search_path=app\r\n';
    assert.deepEqual(findService(text, 's').service?.params, { options: '-c search_path=app' });
  });

  it('leaves LDAP, unknown keys, nested services and junk out, with a note for each', () => {
    const text = '[s]\nldap://h/dc=x?d?one?(cn=y)\ncolour=red\nservice=other\njunk\nhost=h\n';
    const { service } = findService(text, 's');
    assert.deepEqual(service?.params, { host: 'h' });
    assert.deepEqual(service.notes, [
      'Line 2: LDAP look-ups are not made; the line is ignored.',
      'Line 3: "colour" is no keyword; the line is ignored.',
      'Line 4: a service cannot name another ("service"); the line is ignored.',
      'Line 5: there is no key=value; the line is ignored.',
    ]);
  });

  it('says when a file has no section at all', () => {
    assert.deepEqual(findService('host=h\n', 's'), {
      service: null,
      notes: ['The file has no [section].'],
    });
  });

  it('does not take a longer name for a shorter one', () => {
    assert.equal(findService('[mine2]\nhost=h\n', 'mine').service, null);
  });
});
