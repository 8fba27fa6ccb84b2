import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { saslPrep } from '../core/saslPrep';

/** As Postgres makes them by default. @see scram_iterations */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * What the server keeps of a password, made here so that the password itself is in no statement, no log and no
 * pg_stat_statements: `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>` (RFC 5803, as Postgres writes it).
 * @param salt for tests; random otherwise
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(saslPrep(password), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** A password that every client takes and nobody has to type: 32 characters without quotes or spaces. */
export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
