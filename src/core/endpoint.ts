import type { Endpoint } from './failure';
import { parseIpAddress, parseLooseIpv4 } from './ipAddress';

/** Whether a host is the directory of a Unix socket, or a socket in Linux' abstract namespace (`@name`). */
export function isUnixSocket(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}

/**
 * Whether a connection to this host cannot leave this machine: a Unix socket, `localhost`, 127.0.0.0/8 or ::1.
 * Strict on purpose: an address in an odd spelling counts as remote, so that it is asked about.
 */
export function isLoopback(host: string): boolean {
  if (isUnixSocket(host)) return true;
  if (/^localhost\.?$/iu.test(host)) return true;
  const groups = parseIpAddress(host);
  if (groups === null) return false;
  if (isMappedIpv4(groups)) return (groups[6] ?? 0) >> 8 === 127;
  return groups.slice(0, 7).every((group) => group === 0) && groups[7] === 1;
}

/**
 * Whether a host is a link-local address (169.254.0.0/16, fe80::/10) or one where clouds answer with credentials.
 * Generous on purpose: odd spellings of IPv4 count, since resolvers take them.
 */
export function isLinkLocal(host: string): boolean {
  if (isUnixSocket(host)) return false;
  if (/^(?:metadata|metadata\.google\.internal|instance-data)\.?$/iu.test(host)) return true;
  const loose = parseLooseIpv4(host);
  if (loose !== null) return Math.floor(loose / 65536) === 0xa9fe;
  const groups = parseIpAddress(host);
  if (groups === null) return false;
  if (isMappedIpv4(groups)) return groups[6] === 0xa9fe;
  const isFe80 = ((groups[0] ?? 0) & 0xffc0) === 0xfe80;
  return isFe80 || groups.join(':') === AWS_METADATA_IPV6;
}

/** fd00:ec2::254 */
const AWS_METADATA_IPV6 = [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254].join(':');

/** Ports where Postgres or a pooler usually listens: 5432 to 5499 and 6432 to 6499. */
export function isUsualPostgresPort(port: number): boolean {
  return (port >= 5432 && port <= 5499) || (port >= 6432 && port <= 6499);
}

/** An endpoint for people: `db.example.com:5432`, `[::1]:5432`, `/var/run/postgresql/.s.PGSQL.5432`. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (isUnixSocket(endpoint.host)) return `${endpoint.host}/.s.PGSQL.${endpoint.port}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

function isMappedIpv4(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}
