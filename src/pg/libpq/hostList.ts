import { DEFAULT_SOCKET_DIRECTORIES } from './passfile';
import type { Endpoint } from '../../core/failure';
import { isUnixSocket } from '../../core/endpoint';
import { say } from '../../core/say';

/** One address to try, in order. */
export interface DialTarget {
  /** What the file says: for the user, for the passfile, for the name in a certificate. */
  readonly endpoint: Endpoint;
  /** What is dialled instead of the host's name; `null`: the host itself. */
  readonly hostAddress: string | null;
}

export const DEFAULT_PORT = 5432;

/**
 * Pairs the lists of `host`, `hostaddr` and `port` by libpq's rules: as many ports as hosts, or one for all; as many
 * addresses as hosts; an empty entry is the default.
 * @param defaultSocketDirectory what an empty host means; a host name where there are no Unix sockets.
 * @returns targets, or a clause that says what is wrong.
 * @see libpq, "Specifying Multiple Hosts"
 */
export function pairHosts(
  params: Readonly<Record<string, string>>,
  defaultSocketDirectory: string,
): { readonly targets: readonly DialTarget[] } | { readonly problem: string } {
  const hosts = splitList(params['host']);
  const addresses = splitList(params['hostaddr']);
  const ports = splitList(params['port']);
  const count = Math.max(hosts.length, addresses.length, 1);
  if (hosts.length > 0 && addresses.length > 0 && hosts.length !== addresses.length) {
    return {
      problem: say`${hosts.length} hosts do not match ${addresses.length} values of hostaddr`,
    };
  }
  if (ports.length > 1 && ports.length !== count) {
    return { problem: say`${ports.length} ports do not match ${count} hosts` };
  }
  const targets: DialTarget[] = [];
  for (let index = 0; index < count; index += 1) {
    const hostAddress = addresses[index] === '' ? null : (addresses[index] ?? null);
    const portText = (ports.length === 1 ? ports[0] : ports[index]) ?? '';
    const port = portText === '' ? DEFAULT_PORT : Number(portText);
    if (!/^\d*$/.test(portText) || port < 1 || port > 65_535) {
      return { problem: say`"${portText}" is no port (1 to 65535)` };
    }
    const host = hosts[index] === '' ? undefined : hosts[index];
    targets.push({
      endpoint: { host: host ?? hostAddress ?? defaultSocketDirectory, port },
      hostAddress,
    });
  }
  return { targets };
}

function splitList(value: string | undefined): readonly string[] {
  if (value === undefined || value === '') return [];
  return value.split(',').map((part) => part.trim());
}

/**
 * Where libpq looks when no host is given: the Unix socket of the default directory, on Windows `localhost`.
 * libpq has the directory compiled in; here the first that exists is taken.
 */
export async function findDefaultHost(
  platform: NodeJS.Platform,
  exists: (path: string) => Promise<boolean>,
): Promise<string> {
  if (platform === 'win32') return 'localhost';
  for (const directory of DEFAULT_SOCKET_DIRECTORIES) {
    if (await exists(directory)) return directory;
  }
  return '/tmp';
}

/** Path of the socket file for `net.connect`; an abstract socket begins with NUL there. */
export function socketPath(endpoint: Endpoint): string | null {
  if (!isUnixSocket(endpoint.host)) return null;
  const path = `${endpoint.host}/.s.PGSQL.${endpoint.port}`;
  return path.startsWith('@') ? `\0${path.slice(1)}` : path;
}
