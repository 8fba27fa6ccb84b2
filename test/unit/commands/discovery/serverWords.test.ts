import assert from 'node:assert/strict';
import { databaseWords, placeOf, tlsWords } from '../../../../src/commands/discovery/serverWords';

const far = [{ host: 'db.example.com', port: 5432 }];
const near = [{ host: '127.0.0.1', port: 5432 }];

describe('what is said of a server before it is dialled', () => {
  it('names the database that will be asked', () => {
    assert.equal(databaseWords({ dbname: 'app' }, 'monitor', {}), 'database app');
    assert.equal(databaseWords({}, 'monitor', {}), 'database monitor');
    assert.equal(databaseWords({}, 'monitor', { PGDATABASE: 'other' }), 'database other');
    assert.equal(databaseWords({ service: 'app' }, 'monitor', {}), 'database of service app');
  });

  it('says how safely it is spoken to', () => {
    const full = 'TLS, certificate and host name verified';
    assert.equal(tlsWords({}, far, {}), full);
    assert.equal(tlsWords({}, near, {}), 'no TLS');
    assert.equal(tlsWords({}, [...near, ...far], {}), full);
    assert.equal(tlsWords({ sslmode: 'disable' }, far, {}), 'no TLS');
    assert.equal(tlsWords({ sslmode: 'prefer' }, far, {}), 'TLS, certificate not verified');
    assert.equal(tlsWords({}, near, { PGSSLMODE: 'verify-ca' }), 'TLS, certificate verified');
    assert.equal(tlsWords({ service: 'app' }, far, {}), 'TLS as the service says');
  });

  it('names its place without a secret', () => {
    assert.equal(
      placeOf({ host: 'db', port: '5433', dbname: 'app', password: 'hunter22' }),
      'db:5433 · app',
    );
    assert.equal(placeOf({ service: 'app', host: 'db' }), 'service app');
    assert.equal(placeOf({}), 'localhost');
  });
});
