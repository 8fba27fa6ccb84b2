/** A name for a prepared statement that stands for its text: two of 53 bits each are as good as never the same. */
export function statementName(text: string): string {
  return `pgt_${textHash(text, 0).toString(36)}_${textHash(text, 1).toString(36)}`;
}

/** 53 bits of a text: cyrb53, a hash of two multiplied halves. */
export function textHash(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
