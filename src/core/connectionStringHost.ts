import { isUnixSocket } from './endpoint';
import { parseIpAddress } from './ipAddress';
import { say } from './say';

/** One host of a connection, brought to the form that is dialled, or why it cannot be. */
export interface CheckedHost {
  readonly host: string;
  /** Finished sentence; `null` when the host can be dialled. */
  readonly error: string | null;
  /** Text that most likely was meant; `null` when there is no one answer. */
  readonly suggestion: string | null;
  /** Finished sentence about something that was put right. */
  readonly note: string | null;
}

/**
 * Judges one element of `host`. Brackets of an IPv6 address and a trailing dot are taken off; names outside ASCII stay
 * as written, since resolvers convert them.
 */
export function checkHost(text: string): CheckedHost {
  const host = text.replace(/^\[(.*)\]$/u, '$1');
  if (isUnixSocket(host)) return accept(host);
  if (host === '') {
    return refuse(
      host,
      say`The host is empty. Name a host, an address, or the directory of a Unix socket.`,
    );
  }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//iu.exec(host);
  if (scheme) {
    const bare = host.slice(scheme[0].length).replace(/[/?#].*$/u, '');
    return refuse(host, say`A host has no scheme: leave out "${scheme[0]}".`, bare);
  }
  if (/\s/u.test(host)) return refuse(host, say`A host has no spaces in it.`);
  if (host.includes('\\')) return refuse(host, say`A host has no backslash in it.`);
  if (host.includes('@')) {
    return refuse(host, say`A host has no "@" in it: give the user name beside it, as user.`);
  }
  if (host.includes(':')) return checkColons(host);
  if (host.includes('/')) {
    return refuse(
      host,
      say`A host has no "/" in it; the directory of a Unix socket begins with one.`,
    );
  }
  if (!host.endsWith('.')) return accept(host);
  const bare = host.replace(/\.+$/u, '');
  if (bare === '') return refuse(host, say`The host is only a dot.`);
  const note = say`The dot at the end of the host is left out: certificates name hosts without it.`;
  return { host: bare, error: null, suggestion: bare, note };
}

function checkColons(host: string): CheckedHost {
  if (parseIpAddress(host) !== null) return accept(host);
  const withPort = /^([^:]+):(\d+)$/u.exec(host);
  if (withPort) {
    const [, bare = '', port = ''] = withPort;
    return refuse(host, say`A host has no port in it: give ${port} beside it, as port.`, bare);
  }
  return refuse(host, say`A host with ":" in it is an IPv6 address, and this is none.`);
}

function accept(host: string): CheckedHost {
  return { host, error: null, suggestion: null, note: null };
}

function refuse(host: string, error: string, suggestion: string | null = null): CheckedHost {
  return { host, error, suggestion, note: null };
}
