import assert from 'node:assert/strict';
import type { PeerCertificate } from 'node:tls';
import { resolveConnection } from '../../../src/pg/libpq/resolveConnection';
import { tlsModeFor } from '../../../src/pg/tls/tlsMode';
import { readTlsMaterial, tlsOptionsFor, type TlsMaterial } from '../../../src/pg/tls/tlsOptions';
import { nodeAt } from '../../postgres/pg/support';
import { scratchFolder } from './scratchFolder';

const NOTHING: TlsMaterial = { rootCert: null, cert: null, key: null, crl: null };
const PLAIN = { sslsni: true, minTlsVersion: null, maxTlsVersion: null };
// The one part of a certificate that the check of the name reads.
const FOR_ANOTHER_HOST = { subjectaltname: 'DNS:attacker.example' } as PeerCertificate;

describe('tlsModeFor', () => {
  it('verifies fully unless the server is on this machine', () => {
    const modeOf = (host: string): string => tlsModeFor(null, host, false).mode;
    assert.equal(modeOf('db.example.com'), 'verify-full');
    assert.equal(modeOf('10.0.0.7'), 'verify-full');
    for (const host of ['localhost', '127.0.0.1', '::1', '/var/run/postgresql']) {
      assert.equal(modeOf(host), 'disable');
    }
  });

  it('obeys what is said, on loopback as well; never over a socket', () => {
    assert.equal(tlsModeFor('require', '127.0.0.1', false).mode, 'require');
    assert.equal(tlsModeFor('disable', 'db.example.com', false).mode, 'disable');
    assert.equal(tlsModeFor('verify-full', '/tmp', false).mode, 'disable');
  });

  it('reads prefer and allow as require, and says so', () => {
    for (const word of ['prefer', 'allow']) {
      const { mode, note } = tlsModeFor(word, 'h', false);
      assert.equal(mode, 'require');
      assert.equal(note, `sslmode=${word} is read as require.`);
    }
  });

  it('refuses other words, and weak modes with the system authorities', () => {
    assert.throws(() => tlsModeFor('banana', 'h', false), /"banana" is none of disable, require/);
    assert.throws(() => tlsModeFor('no-verify', 'h', false), /"no-verify" is none of/);
    assert.throws(() => tlsModeFor('require', 'h', true), /weak sslmode "require"/);
    assert.equal(tlsModeFor(null, '127.0.0.1', true).mode, 'verify-full');
  });
});

describe('tlsOptionsFor', () => {
  const check = (mode: 'require' | 'verify-ca' | 'verify-full', material = NOTHING): unknown => {
    const options = tlsOptionsFor(mode, 'db.example.com', PLAIN, material);
    return {
      chain: options?.rejectUnauthorized,
      name: options?.checkServerIdentity?.('db.example.com', FOR_ANOTHER_HOST) !== undefined,
    };
  };

  it('maps each mode to what is verified', () => {
    assert.equal(tlsOptionsFor('disable', 'h', PLAIN, NOTHING), null);
    assert.deepEqual(check('require'), { chain: false, name: false });
    assert.deepEqual(check('verify-ca'), { chain: true, name: false });
    assert.deepEqual(check('verify-full'), { chain: true, name: true });
  });

  it('verifies the chain under require once an authority is at hand, as libpq does', () => {
    assert.deepEqual(check('require', { ...NOTHING, rootCert: 'pem' }), {
      chain: true,
      name: false,
    });
  });

  it('checks the declared name, not the address that was dialled', () => {
    const options = tlsOptionsFor('verify-full', 'db.example.com', PLAIN, NOTHING);
    const certificate = { subjectaltname: 'DNS:db.example.com' } as PeerCertificate;
    assert.equal(options?.checkServerIdentity?.('10.0.0.7', certificate), undefined);
    assert.equal(options?.servername, 'db.example.com');
  });

  it('sends no name for an IP address, and takes TLS 1.2 at least', () => {
    const options = tlsOptionsFor('verify-full', '10.0.0.7', PLAIN, NOTHING);
    assert.equal(options?.servername, undefined);
    assert.equal(options?.minVersion, 'TLSv1.2');
    assert.throws(
      () => tlsOptionsFor('require', 'h', { ...PLAIN, minTlsVersion: 'SSLv3' }, NOTHING),
      /ssl_min_protocol_version "SSLv3"/,
    );
  });
});

describe('readTlsMaterial', () => {
  const scratch = scratchFolder();

  async function read(params: Record<string, string>): Promise<TlsMaterial> {
    const node = { ...nodeAt({ port: 1 }), connection: { host: 'h', ...params } };
    const environment = {
      variables: {},
      homeDirectory: scratch.path('home'),
      userName: 'u',
      platform: 'linux' as const,
    };
    const paths = {
      baseDirectory: () => scratch.path(),
      isAllowed: (_node: unknown, path: string) => path.startsWith(scratch.path()),
    };
    return readTlsMaterial(await resolveConnection(node, environment, paths), 'linux');
  }

  it('takes libpq’s default files where they exist', async () => {
    assert.deepEqual(await read({}), NOTHING);
    scratch.write('home/.postgresql/root.crt', 'authority');
    assert.equal((await read({})).rootCert, 'authority');
    assert.equal((await read({ sslrootcert: 'system' })).rootCert, null);
  });

  it('fails when a named file is missing or no file', async () => {
    await assert.rejects(
      read({ sslrootcert: 'none.crt' }),
      /sslrootcert .*none\.crt does not exist/,
    );
    await assert.rejects(read({ sslrootcert: '.' }), /is not a regular file/);
  });

  it('refuses a key that others may read', async () => {
    scratch.write('client.crt', 'certificate');
    scratch.write('client.key', 'key', 0o644);
    const params = { sslcert: 'client.crt', sslkey: 'client.key' };
    await assert.rejects(read(params), /sslkey .* has group or world access/);
    scratch.write('client.key', 'key', 0o600);
    assert.deepEqual(await read(params), { ...NOTHING, cert: 'certificate', key: 'key' });
  });
});
