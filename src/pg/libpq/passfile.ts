/** What a line of a passfile must match. */
export interface PassfileTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * Finds the password for one target: the first line whose four fields are equal or `*`.
 * @param text lines `host:port:database:user:password`, with `\:` and `\\` inside a field.
 * @returns `null` when no line fits.
 * @see libpq, "The Password File"
 */
export function findPassword(text: string, target: PassfileTarget): string | null {
  const wanted = [passfileHost(target.host), String(target.port), target.database, target.user];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitFields(line);
    const password = fields[4];
    if (password === undefined || password.text === '') continue;
    const fits = wanted.every((value, index) => {
      const field = fields[index];
      return field !== undefined && (field.isWildcard || field.text === value);
    });
    if (fits) return password.text;
  }
  return null;
}

/** A connection over a Unix socket in a default directory is looked up as `localhost`; in another one by the directory. */
function passfileHost(host: string): string {
  return DEFAULT_SOCKET_DIRECTORIES.includes(host) ? 'localhost' : host;
}

/** Where servers of the Postgres project and of Debian put their socket. */
export const DEFAULT_SOCKET_DIRECTORIES: readonly string[] = ['/var/run/postgresql', '/tmp'];

interface Field {
  readonly text: string;
  /** A bare `*`; an escaped one is the character. */
  readonly isWildcard: boolean;
}

/** Splits at unescaped colons, four times; the password keeps colons that follow. */
function splitFields(line: string): readonly Field[] {
  const fields: Field[] = [];
  let text = '';
  let raw = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === '\\' && index + 1 < line.length) {
      index += 1;
      text += line.charAt(index);
      raw += character + line.charAt(index);
    } else if (character === ':' && fields.length < 4) {
      fields.push({ text, isWildcard: raw === '*' });
      text = '';
      raw = '';
    } else {
      text += character;
      raw += character;
    }
  }
  fields.push({ text, isWildcard: false });
  return fields;
}
