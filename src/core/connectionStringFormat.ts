import type { ConnectionParams } from './topology';

/**
 * Writes params as a connection URI; what parses it gets the same params again. Hosts and ports stand in the
 * authority where they can, everything else in the query.
 */
export function formatUri(params: ConnectionParams): string {
  const { user, dbname, host, port, ...rest } = params;
  const query: [string, string][] = Object.entries(rest);
  const authority = formatHosts(host, port);
  if (authority === null) {
    if (host !== undefined) query.unshift(['host', host]);
    if (port !== undefined) query.unshift(['port', port]);
  }
  const userPart = user === undefined ? '' : `${encode(user)}@`;
  const path = dbname === undefined ? '' : `/${encode(dbname)}`;
  const search = query.map(([keyword, value]) => `${encode(keyword)}=${encode(value)}`).join('&');
  return `postgresql://${userPart}${authority ?? ''}${path}${search === '' ? '' : `?${search}`}`;
}

/** @returns `null` when hosts and ports do not pair up one by one. */
function formatHosts(host: string | undefined, port: string | undefined): string | null {
  const hosts = host?.split(',') ?? [''];
  const ports = port?.split(',') ?? hosts.map(() => '');
  if (hosts.length !== ports.length) return null;
  return hosts
    .map((name, index) => {
      const written =
        name.includes(':') && !name.startsWith('/')
          ? `[${name.replaceAll('%', '%25')}]`
          : encode(name);
      const suffix = ports[index] ?? '';
      return suffix === '' ? written : `${written}:${suffix}`;
    })
    .join(',');
}

function encode(text: string): string {
  // A lone surrogate cannot be encoded.
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}
