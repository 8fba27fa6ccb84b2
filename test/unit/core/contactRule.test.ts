import assert from 'node:assert/strict';
import {
  approvalKey,
  concernAbout,
  decideContact,
  endpointsToApprove,
  type ContactState,
} from '../../../src/core/contactRule';

const local = { host: '127.0.0.1', port: 5432 };
const socket = { host: '/var/run/postgresql', port: 5432 };
const remote = { host: 'db.example.com', port: 5432 };
const other = { host: 'db-r1.example.com', port: 5432 };

const state = (change: Partial<ContactState> = {}): ContactState => ({
  isTrusted: true,
  hasActed: true,
  approved: new Set(),
  ...change,
});

describe('contact rule', () => {
  it('is never open in Restricted Mode, whatever was approved before', () => {
    const approved = new Set([approvalKey(remote)]);
    assert.equal(decideContact(state({ isTrusted: false, approved }), [remote]), 'restricted');
    assert.equal(decideContact(state({ isTrusted: false }), [local]), 'restricted');
    assert.equal(decideContact(state({ isTrusted: false, hasActed: false }), []), 'restricted');
  });

  it('waits for the first act of the user, on loopback too', () => {
    assert.equal(decideContact(state({ hasActed: false }), [local]), 'notAsked');
    assert.equal(decideContact(state({ hasActed: false }), [socket]), 'notAsked');
  });

  it('needs no more for loopback and Unix sockets', () => {
    const hosts = [
      '127.0.0.1',
      '127.8.9.1',
      'localhost',
      'LOCALHOST',
      '::1',
      '/run/pg',
      '@abstract',
    ];
    for (const host of hosts) {
      assert.equal(decideContact(state(), [{ host, port: 1 }]), 'allowed', host);
    }
  });

  it('asks about everything else, also what only looks local', () => {
    const hosts = [
      '10.0.0.1',
      'localhost.example.com',
      '127.0.0.1.example.com',
      '0.0.0.0',
      '2130706433',
    ];
    for (const host of hosts) {
      assert.equal(decideContact(state(), [{ host, port: 5432 }]), 'notApproved', host);
    }
  });

  it('remembers an approval for host and port together', () => {
    const approved = new Set([approvalKey(remote)]);
    assert.equal(decideContact(state({ approved }), [remote]), 'allowed');
    assert.equal(decideContact(state({ approved }), [{ ...remote, port: 5433 }]), 'notApproved');
    assert.equal(
      decideContact(state({ approved }), [{ host: 'DB.Example.com.', port: 5432 }]),
      'allowed',
    );
  });

  it('holds a node back while one of its hosts is not approved', () => {
    const approved = new Set([approvalKey(remote)]);
    assert.equal(decideContact(state({ approved }), [remote, other]), 'notApproved');
  });

  it('lists what waits for consent, each endpoint once', () => {
    const waiting = endpointsToApprove({ approved: new Set([approvalKey(other)]) }, [
      local,
      remote,
      other,
      { host: 'DB.example.com', port: 5432 },
      socket,
    ]);
    assert.deepEqual(waiting, [remote]);
  });

  it('points at link-local addresses and at ports that are not of Postgres', () => {
    assert.match(concernAbout({ host: '169.254.169.254', port: 5432 }) ?? '', /link-local/);
    assert.match(concernAbout({ host: 'db.example.com', port: 22 }) ?? '', /port/);
    assert.equal(concernAbout(remote), null);
    assert.equal(concernAbout({ host: '/run/pg', port: 22 }), null);
  });
});
