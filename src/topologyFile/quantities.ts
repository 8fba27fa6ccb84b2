import * as z from 'zod/mini';
import { say } from '../core/say';

const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|min|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** A length of time with its unit: `500ms`, `5s`, `2min`, `1h`. */
export const durationSchema = z
  .string(say`Expected a time with its unit, such as "5s" or "500ms".`)
  .check(z.regex(DURATION, say`Expected a time with its unit, such as "5s" or "500ms".`));

const SIZE = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|TB)$/;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** An amount of data with its unit, as Postgres spells it: `512MB`, `8GB`. */
export const sizeSchema = z
  .string(say`Expected a size with its unit, such as "8GB".`)
  .check(z.regex(SIZE, say`Expected a size with its unit, such as "8GB".`));

/** @returns milliseconds; `null` for text that is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** @returns whole bytes, 1024-based like those of Postgres' settings; `null` for text that is no size. */
export function parseSize(text: string): number | null {
  const match = SIZE.exec(text);
  const unit = UNIT_BYTES[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}
