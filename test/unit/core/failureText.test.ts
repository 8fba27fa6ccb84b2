import assert from 'node:assert/strict';
import type { FailureReason } from '../../../src/core/failure';
import { describeFailure, type FailureContext } from '../../../src/core/failureText';

const central: FailureContext = {
  nodeId: 'central',
  endpoint: { host: 'db.example.com', port: 5432 },
  user: 'monitor',
};

function sentences(reason: FailureReason, context: Partial<FailureContext> = {}): string {
  const { text, advice } = describeFailure(reason, { ...central, ...context });
  return advice === null ? text : `${text} ${advice}`;
}

describe('describeFailure', () => {
  it('says what was tried, where, and what to do next', () => {
    assert.equal(
      sentences('refused'),
      'Could not reach central (db.example.com:5432): connection refused. The server is down or listens elsewhere.',
    );
    assert.equal(
      describeFailure('unresolved', {
        nodeId: 'central-read',
        endpoint: { host: 'db-r9.example.com', port: 5432 },
      }).text,
      'Could not find host db-r9.example.com of central-read.',
    );
    assert.equal(
      sentences('silent', { limitMs: 5_000 }),
      'central did not answer within 5 s. A firewall may drop the packets.',
    );
    assert.equal(
      describeFailure('notPostgres', {
        nodeId: 'central',
        endpoint: { host: 'db.example.com', port: 8080 },
      }).text,
      'db.example.com:8080 answers, but does not speak Postgres.',
    );
    assert.equal(
      sentences('passwordRefused', { nodeId: 'genesis', sqlstate: '28P01' }),
      'Password refused for monitor on genesis (28P01). It is asked for once; polling of genesis is paused.',
    );
    assert.equal(
      describeFailure('hbaRefused', { ...central, nodeId: 'genesis', sqlstate: '28000' }).text,
      'genesis has no pg_hba.conf line for monitor from this address (28000).',
    );
    assert.equal(
      sentences('tlsMissing', { sslmode: 'verify-full' }),
      'central offers no TLS, but sslmode is verify-full. Nothing was sent.',
    );
    assert.equal(
      sentences('certificate'),
      'The certificate of central is not signed by a known authority. Add sslrootcert to the connection.',
    );
    assert.equal(
      sentences('tooOld', { nodeId: 'legacy', detail: '13.14' }),
      'legacy runs Postgres 13.14; this needs 14 or newer. Other nodes are not affected.',
    );
    assert.equal(
      describeFailure('readOnly', { nodeId: 'central-read', sqlstate: '25006' }).text,
      'central-read is a standby and takes no changes (25006).',
    );
  });

  it('carries the server’s own words, with one full stop', () => {
    assert.equal(
      describeFailure('limit', {
        ...central,
        sqlstate: '53400',
        serverMessage: 'all replication slots are in use.',
      }).text,
      'A limit was reached on central (53400): all replication slots are in use.',
    );
  });

  it('writes IPv6 addresses and sockets as people know them', () => {
    assert.match(sentences('refused', { endpoint: { host: '::1', port: 5 } }), /\(\[::1\]:5\)/);
    assert.match(
      sentences('refused', { endpoint: { host: '/tmp', port: 5432 } }),
      /\(\/tmp\/\.s\.PGSQL\.5432\)/,
    );
  });

  it('has a finished sentence and a next step for every reason', () => {
    const reasons: readonly FailureReason[] = [
      'refused',
      'unresolved',
      'unroutable',
      'silent',
      'notPostgres',
      'passwordNeeded',
      'passwordRefused',
      'roleRefused',
      'hbaRefused',
      'tlsRequired',
      'tlsMissing',
      'certificate',
      'noDatabase',
      'connectionsFull',
      'starting',
      'lost',
      'readTimeout',
      'privilege',
      'schemaDrift',
      'readOnly',
      'wrongState',
      'limit',
      'tooOld',
      'configuration',
      'noHostFits',
      'cancelled',
      'other',
    ];
    for (const reason of reasons) {
      const bare = describeFailure(reason, { nodeId: 'central' });
      assert.match(bare.text, /^[A-Z$a-z].*[^.]\.$/, reason);
      assert.ok(!/undefined|null/.test(bare.text), `${reason}: ${bare.text}`);
      assert.match(bare.text, /central/, reason);
      // A cancelled one is told to nobody.
      if (reason !== 'cancelled') assert.match(bare.advice ?? '', /^[A-Z].*\.$/, reason);
    }
  });
});
