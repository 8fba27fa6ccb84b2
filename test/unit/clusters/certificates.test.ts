import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { makeCertificate } from '../../clusters/certificates';

const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
const issuer = { ...authority, name: 'Authority' };

describe('makeCertificate', () => {
  it('names hosts and addresses, and fits its key', () => {
    const made = makeCertificate({ names: ['db.example.com', '127.0.0.1'], issuer });
    const certificate = new X509Certificate(made.certificate);
    assert.equal(certificate.checkHost('db.example.com'), 'db.example.com');
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(certificate.checkHost('other.example.com'), undefined);
    assert.equal(certificate.ca, false);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)));
  });

  it('is signed by its authority', () => {
    const root = new X509Certificate(authority.certificate);
    const leaf = new X509Certificate(makeCertificate({ names: ['a'], issuer }).certificate);
    assert.ok(root.ca);
    assert.ok(leaf.checkIssued(root));
    assert.ok(leaf.verify(root.publicKey));
  });

  it('keeps the dates it is given, for certificates that have run out', () => {
    const validFrom = new Date('2020-01-01T00:00:00Z');
    const validTo = new Date('2020-02-03T04:05:06Z');
    const { certificate } = makeCertificate({ names: ['old'], validFrom, validTo });
    const { validFrom: from, validTo: to } = new X509Certificate(certificate);
    assert.deepEqual([new Date(from), new Date(to)], [validFrom, validTo]);
  });

  it('has a number of its own each time', () => {
    const numbers = Array.from(
      { length: 20 },
      () => new X509Certificate(makeCertificate({ names: ['a'] }).certificate).serialNumber,
    );
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it('convinces a client that trusts the authority, and nobody else', async () => {
    const { certificate: cert, key } = makeCertificate({ names: ['127.0.0.1'], issuer });
    const server = tls.createServer({ cert, key }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const dial = async (ca?: string) => {
      const options = { host: '127.0.0.1', port: address.port };
      const socket = tls.connect(ca === undefined ? options : { ...options, ca });
      await once(socket, 'secureConnect');
      socket.destroy();
    };
    await dial(authority.certificate);
    await assert.rejects(dial(), /certificate/);
    server.close();
  });
});
