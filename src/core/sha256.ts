import { utf8Bytes } from './utf8';

/** Round constants: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUNDS = firstPrimes(64).map((prime) => fraction(Math.cbrt(prime)));
const START = firstPrimes(8).map((prime) => fraction(Math.sqrt(prime)));

/**
 * SHA-256 of a text's UTF-8 bytes, as `sha256(convert_to(text, 'UTF8'))` of Postgres gives it. For names only, where no secret
 * is near; here because core may import no `node:crypto`.
 * @returns 64 hexadecimal digits, lower case
 */
export function sha256Hex(text: string): string {
  const bytes = padded(utf8Bytes(text));
  const hash = [...START];
  for (let at = 0; at < bytes.length; at += 64) addBlock(hash, bytes.slice(at, at + 64));
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function padded(bytes: readonly number[]): readonly number[] {
  const zeros = (119 - (bytes.length % 64)) % 64;
  const bits = bytes.length * 8;
  const length = [0, 0, 0, Math.floor(bits / 2 ** 32), bits >>> 24, bits >>> 16, bits >>> 8, bits];
  return [...bytes, 0x80, ...Array<number>(zeros).fill(0), ...length.map((part) => part & 0xff)];
}

function addBlock(hash: number[], block: readonly number[]): void {
  const words = schedule(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let round = 0; round < 64; round += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const sumE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const sumA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const first = (h + sumE + choice + (ROUNDS[round] ?? 0) + (words[round] ?? 0)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + sumA + majority) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    hash[index] = ((hash[index] ?? 0) + value) | 0;
  });
}

function schedule(block: readonly number[]): readonly number[] {
  const words: number[] = [];
  const byte = (at: number): number => block[at] ?? 0;
  for (let at = 0; at < 64; at += 4) {
    words.push((byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3));
  }
  const word = (at: number): number => words[at] ?? 0;
  for (let at = 16; at < 64; at += 1) {
    const near = rotate(word(at - 15), 7) ^ rotate(word(at - 15), 18) ^ (word(at - 15) >>> 3);
    const far = rotate(word(at - 2), 17) ^ rotate(word(at - 2), 19) ^ (word(at - 2) >>> 10);
    words.push((word(at - 16) + near + word(at - 7) + far) | 0);
  }
  return words;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(value: number): number {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
