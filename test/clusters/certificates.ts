import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import net from 'node:net';

/**
 * Makes X.509 certificates for servers of tests. Node has no maker of its own, and not every machine has the openssl program;
 * what a test server needs of DER is small.
 */

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** DNS names and IP addresses it is good for; the first is the common name. */
  readonly names: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** Who signs it; without one it is signed by itself. */
  readonly issuer?: Certificate & { readonly name: string };
  /** May sign others. */
  readonly isAuthority?: boolean;
}

const DAY_MS = 86_400_000;

/** Makes a key and a certificate for it (EC P-256, SHA-256). */
export function makeCertificate(options: CertificateOptions): Certificate {
  const name = options.names[0] ?? 'localhost';
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer: KeyObject =
    options.issuer === undefined ? privateKey : createPrivateKey(options.issuer.key);
  const validFrom = options.validFrom ?? new Date(Date.now() - DAY_MS);
  const validTo = options.validTo ?? new Date(Date.now() + 30 * DAY_MS);
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    distinguishedName(options.issuer?.name ?? name),
    sequence(time(validFrom), time(validTo)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(options))),
  );
  const signature = sign('sha256', body, signer);
  return {
    certificate: pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bitString(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions({ isAuthority = false, names }: CertificateOptions): readonly Buffer[] {
  const alternatives = names.map((name) =>
    net.isIPv4(name)
      ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
      : tagged(0x82, Buffer.from(name, 'latin1')),
  );
  const constraints = sequence(...(isAuthority ? [tagged(0x01, Buffer.of(0xff))] : []));
  return [
    sequence(SUBJECT_ALTERNATIVE_NAME, tagged(0x04, sequence(...alternatives))),
    sequence(BASIC_CONSTRAINTS, tagged(0x01, Buffer.of(0xff)), tagged(0x04, constraints)),
  ];
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(commonName)))));
}

/** UTCTime, good until 2049. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`, 'latin1'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const digits = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length, ...digits), content]);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
const COMMON_NAME = objectId('550403');
const SUBJECT_ALTERNATIVE_NAME = objectId('551d11');
const BASIC_CONSTRAINTS = objectId('551d13');

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
