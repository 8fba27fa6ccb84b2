/** The eight 16-bit groups of an IPv6 address, or of an IPv4 address mapped into IPv6. `null` for anything else. */
export function parseIpAddress(text: string): readonly number[] | null {
  const bare = text.replace(/^\[(.*)\]$/u, '$1').replace(/%.*$/u, '');
  return bare.includes(':') ? parseIpv6(bare) : mapped(parseDottedQuad(bare));
}

/**
 * An IPv4 address in any spelling that resolvers take: `127.1`, `0x7f.1`, `2130706433`. As a number, `null` for a name.
 * @see inet_aton
 */
export function parseLooseIpv4(text: string): number | null {
  const parts = text.split('.').map(parseLooseNumber);
  if (parts.length > 4) return null;
  let address = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const room = isLast ? 256 ** (5 - parts.length) : 256;
    if (part === null || part >= room) return null;
    address += isLast ? part : part * 256 ** (3 - index);
  }
  return address;
}

function parseLooseNumber(text: string): number | null {
  if (/^0x[0-9a-f]+$/iu.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]+$/u.test(text)) return Number.parseInt(text, 8);
  return /^\d+$/u.test(text) ? Number.parseInt(text, 10) : null;
}

/** Only the usual spelling: four decimal numbers without leading zeros. */
function parseDottedQuad(text: string): number | null {
  return /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/u.test(text)
    ? parseLooseIpv4(text)
    : null;
}

function mapped(address: number | null): readonly number[] | null {
  if (address === null) return null;
  return [0, 0, 0, 0, 0, 0xffff, Math.floor(address / 65536), address % 65536];
}

function parseIpv6(text: string): readonly number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (head === null || head === undefined || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups of one side of `::`; the last may be a dotted quad, which counts as two. */
function parseGroups(text: string): readonly number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    if (index === words.length - 1 && word.includes('.')) {
      const quad = mapped(parseDottedQuad(word));
      if (quad === null) return null;
      groups.push(...quad.slice(6));
    } else if (/^[0-9a-f]{1,4}$/iu.test(word)) {
      groups.push(Number.parseInt(word, 16));
    } else {
      return null;
    }
  }
  return groups;
}
