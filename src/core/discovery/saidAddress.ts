import { isLoopback, isUnixSocket } from '../endpoint';
import type { Endpoint } from '../failure';

/** An address as a server said it: of libpq's defaults nothing is filled in. */
export interface SaidAddress {
  readonly host: string | null;
  readonly port: number | null;
}

/**
 * What a server says of another, as it would be dialled from here: its own machine is where we reached it, whatever it calls that.
 * @param speaker where we reached the server that said it
 * @returns `null` when several hosts are said
 */
export function addressFrom({ host, port }: SaidAddress, speaker: Endpoint): Endpoint | null {
  const number = port ?? 5432;
  if (host?.includes(',') === true) return null;
  if (host === null || host === '' || isUnixSocket(host)) {
    if (isUnixSocket(speaker.host)) {
      const folder = host === null || host === '' ? speaker.host : host;
      return { host: folder, port: number };
    }
    return { host: speaker.host, port: number };
  }
  if (!isLoopback(host)) return { host, port: number };
  // By a socket we are on its machine ourselves.
  return { host: isUnixSocket(speaker.host) ? '127.0.0.1' : speaker.host, port: number };
}

/** Whether two hosts are written the same, all spellings of the own machine being one. */
export function sameHost(a: string, b: string): boolean {
  if (isLoopback(a) && isLoopback(b)) return true;
  return plain(a) === plain(b);
}

function plain(host: string): string {
  return host
    .toLowerCase()
    .replace(/\.$/u, '')
    .replace(/^\[(.*)\]$/u, '$1');
}
