/** UTF-8 bytes of `text`; a lone surrogate counts as U+FFFD, as every encoder writes it. Here because core has no `TextEncoder`. */
export function utf8Bytes(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) bytes.push(...bytesOf(character.codePointAt(0) ?? 0xfffd));
  return bytes;
}

/** Length of `text` in UTF-8 bytes, which is what Postgres' limits count. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) length += bytesOf(character.codePointAt(0) ?? 0xfffd).length;
  return length;
}

/** The longest beginning of `text` that fits into `limit` bytes without cutting a character, as Postgres cuts names. */
export function cutToBytes(text: string, limit: number): string {
  let length = 0;
  let cut = '';
  for (const character of text) {
    length += bytesOf(character.codePointAt(0) ?? 0xfffd).length;
    if (length > limit) return cut;
    cut += character;
  }
  return cut;
}

function bytesOf(codePoint: number): readonly number[] {
  const point = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
