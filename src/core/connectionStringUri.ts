import { SECRET_KEYWORDS } from './connectionStringKeywords';
import { connectionError } from './connectionStringTypes';
import type {
  ConnectionProblem,
  RawParam,
  ScannedConnection,
  TextSpan,
} from './connectionStringTypes';
import { say } from './say';

const SCHEME = /^postgres(?:ql)?:\/\//iu;

/** Whether a text is a connection URI of Postgres. */
export function isPostgresUri(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * Reads `postgresql://user@host:port,host:port/database?keyword=value`: percent-encoding, several hosts, IPv6 in
 * brackets, sockets as `%2Frun%2Fpostgresql` or `?host=/run/postgresql`. Stricter than libpq where a badly encoded
 * password would else be taken for host, port or database.
 * @see libpq, "Connection URIs"
 */
export function scanUri(text: string): ScannedConnection {
  return new UriScanner(text).scan();
}

/** Collects params and problems while it walks one text. */
class UriScanner {
  private readonly raws: RawParam[] = [];
  private readonly problems: ConnectionProblem[] = [];

  constructor(private readonly text: string) {}

  scan(): ScannedConnection {
    const start = SCHEME.exec(this.text)?.[0].length ?? 0;
    const queryStart = indexOrEnd(this.text, '?', start);
    const slash = indexOrEnd(this.text, '/', start);
    const authorityEnd = Math.min(slash, queryStart);
    if (this.refuseUnencoded(start, authorityEnd)) return this.result();
    const at = this.text.slice(start, authorityEnd).indexOf('@');
    if (at >= 0) this.scanUser(start, start + at);
    this.scanHosts(at >= 0 ? start + at + 1 : start, authorityEnd);
    if (slash < queryStart) {
      const database = { offset: slash + 1, length: queryStart - slash - 1 };
      this.refuseHash(database);
      this.add('dbname', database, database, database);
    }
    if (queryStart < this.text.length) this.scanQuery(queryStart + 1);
    return this.result();
  }

  private result(): ScannedConnection {
    return { raws: this.raws, problems: this.problems };
  }

  /** Finds the signs of a user or password with bare `@`, `/`, `?` or `#` in it, and says what to encode. */
  private refuseUnencoded(start: number, authorityEnd: number): boolean {
    const authority = this.text.slice(start, authorityEnd);
    const firstAt = authority.indexOf('@');
    const colon = authority.indexOf(':');
    const address = authority.slice(authority.lastIndexOf('@') + 1);
    const hasPlainPort = /^(?:\[.*\]|[^:]*)(?::\d*)?$/u.test(address.split(',').at(-1) ?? '');
    const hasPassword = colon >= 0 && (firstAt < 0 ? !authority.includes('[') : colon < firstAt);
    let userInfoEnd = start + authority.lastIndexOf('@');
    let isAmbiguous = firstAt >= 0 && userInfoEnd !== start + firstAt;
    // `u:p/w@h`: all before the slash looks like host and port.
    const laterAt = this.text.lastIndexOf('@');
    if (hasPassword && laterAt >= authorityEnd) {
      const nextEquals = indexOrEnd(this.text, '=', authorityEnd);
      if (!hasPlainPort || laterAt < nextEquals) {
        isAmbiguous = true;
        userInfoEnd = laterAt;
      }
    }
    if (!isAmbiguous) return false;
    const userInfo = { offset: start, length: userInfoEnd - start };
    const bare = Array.from(new Set(this.slice(userInfo).match(/[@/?#]/gu) ?? ['@']));
    const rule = listWords(bare.map((sign) => say`"${sign}" as ${encodeSign(sign)}`));
    this.problems.push(
      connectionError(
        'uri-encoding',
        say`In the user name or password of a URL write ${rule}.`,
        userInfo,
      ),
    );
    const userEnd = this.slice(userInfo).indexOf(':');
    if (userEnd >= 0) this.addPassword(start + userEnd, userInfoEnd);
    return true;
  }

  private scanUser(start: number, end: number): void {
    const colon = this.text.slice(start, end).indexOf(':');
    const userEnd = colon >= 0 ? start + colon : end;
    const user = { offset: start, length: userEnd - start };
    this.add('user', user, user, user);
    if (colon >= 0) this.addPassword(userEnd, end);
  }

  /** `colon` is where the password's `:` stands, `end` where the `@` is. */
  private addPassword(colon: number, end: number): void {
    const valueSpan = { offset: colon + 1, length: end - colon - 1 };
    this.add('password', valueSpan, valueSpan, { offset: colon, length: end - colon });
  }

  private scanHosts(start: number, end: number): void {
    const span = { offset: start, length: end - start };
    const hosts: string[] = [];
    const ports: string[] = [];
    this.refuseHash(span);
    let at = start;
    for (const part of this.slice(span).split(',')) {
      const address = this.scanAddress({ offset: at, length: part.length });
      if (address === null) return;
      hosts.push(address.host);
      ports.push(address.port);
      at += part.length + 1;
    }
    const shared = { keywordSpan: span, valueSpan: span, removal: span };
    if (hosts.some((host) => host !== '')) {
      this.raws.push({ keyword: 'host', value: hosts.join(','), ...shared });
    }
    if (ports.some((port) => port !== '')) {
      this.raws.push({ keyword: 'port', value: ports.join(','), ...shared });
    }
  }

  private scanAddress(span: TextSpan): { host: string; port: string } | null {
    const text = this.slice(span);
    const bracketed = /^\[([^\]]*)\](?::(.*))?$/su.exec(text);
    if (bracketed) {
      const inner = bracketed[1] ?? '';
      const host = this.decode(inner, { offset: span.offset + 1, length: inner.length });
      return host === null ? null : { host, port: bracketed[2] ?? '' };
    }
    if (text.startsWith('[')) {
      const message = say`An IPv6 address stands in brackets, followed by nothing or by ":" and a port.`;
      this.problems.push(connectionError('uri-ipv6', message, span));
      return null;
    }
    const [host = '', port = '', ...more] = text.split(':');
    if (more.length > 0) {
      const message = say`Write an IPv6 address in brackets, as in [::1]:5432.`;
      const fix = { title: say`Put brackets around ${text}`, replacement: `[${text}]` };
      this.problems.push({ ...connectionError('uri-ipv6', message, span), fix });
      return null;
    }
    const decoded = this.decode(host, { offset: span.offset, length: host.length });
    return decoded === null ? null : { host: decoded, port };
  }

  private scanQuery(start: number): void {
    let at = start;
    for (const pair of this.text.slice(start).split('&')) {
      const span = { offset: at, length: pair.length };
      const equals = pair.indexOf('=');
      const isLast = at + pair.length >= this.text.length;
      at += pair.length + 1;
      if (pair === '') continue;
      if (equals < 0) {
        const message = say`Each part of the query of a connection URL is keyword=value, with "&" between them.`;
        this.problems.push(connectionError('uri-query', message, span));
        continue;
      }
      const keywordSpan = { offset: span.offset, length: equals };
      const valueSpan = { offset: span.offset + equals + 1, length: pair.length - equals - 1 };
      this.refuseHash(span);
      // With its "&", or with the "?" or "&" before it when it is the last.
      const removal = {
        offset: isLast ? span.offset - 1 : span.offset,
        length: span.length + 1,
      };
      const keyword = this.decode(this.slice(keywordSpan), keywordSpan);
      if (keyword !== null) this.add(keyword, valueSpan, keywordSpan, removal);
    }
  }

  private add(keyword: string, valueSpan: TextSpan, keywordSpan: TextSpan, removal: TextSpan) {
    const text = this.slice(valueSpan);
    // A secret is reported as one however badly it is encoded.
    const value = SECRET_KEYWORDS.has(keyword)
      ? (decodePercent(text) ?? text)
      : this.decode(text, valueSpan);
    if (value !== null) this.raws.push({ keyword, value, keywordSpan, valueSpan, removal });
  }

  private refuseHash(span: TextSpan): void {
    const hash = this.slice(span).indexOf('#');
    if (hash < 0) return;
    const message = say`A connection URL has no fragment. Write "#" as %23.`;
    const place = { offset: span.offset + hash, length: 1 };
    const fix = { title: say`Write "#" as %23`, replacement: '%23' };
    this.problems.push({ ...connectionError('uri-encoding', message, place), fix });
  }

  private decode(text: string, span: TextSpan): string | null {
    if (/\s/u.test(text)) {
      const message = say`A connection URL holds no spaces. Write a space as %20.`;
      this.problems.push(connectionError('uri-encoding', message, span));
      return null;
    }
    const decoded = decodePercent(text);
    if (decoded !== null) return decoded;
    const message = say`After "%" stand two hexadecimal digits, and together they are UTF-8. Write "%" itself as %25.`;
    this.problems.push(connectionError('uri-encoding', message, span));
    return null;
  }

  private slice(span: TextSpan): string {
    return this.text.slice(span.offset, span.offset + span.length);
  }
}

/** @returns `null` when an escape is cut or no UTF-8 comes out. */
function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function indexOrEnd(text: string, sign: string, start: number): number {
  const index = text.indexOf(sign, start);
  return index < 0 ? text.length : index;
}

function encodeSign(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function listWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return say`${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
