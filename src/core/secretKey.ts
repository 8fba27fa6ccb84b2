import { utf8Bytes } from './utf8';

/** The one target that a stored password is good for. */
export interface SecretTarget {
  readonly user: string;
  /** As dialled; the directory for a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/**
 * Key of a password in the secret store: `pg-topology:<user>@<host>:<port>/<database>`. Bound to host and port, so a
 * changed file cannot send one server's password to another. Each part is percent-encoded, so two different targets
 * never share a key; host names are compared without case, as DNS does.
 */
export function secretKey(target: SecretTarget): string {
  const isSocket = target.host.startsWith('/') || target.host.startsWith('@');
  const host = isSocket ? target.host : target.host.toLowerCase();
  return `pg-topology:${encode(target.user)}@${encode(host)}:${target.port}/${encode(target.database)}`;
}

const PLAIN = /^[A-Za-z0-9._~-]$/;

function encode(part: string): string {
  return Array.from(part, (character) =>
    PLAIN.test(character)
      ? character
      : utf8Bytes(character)
          .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
  ).join('');
}
