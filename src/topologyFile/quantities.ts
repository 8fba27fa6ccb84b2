import * as z from 'zod/mini';

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
  .string('Expected a time with its unit, such as "5s" or "500ms".')
  .check(z.regex(DURATION, 'Expected a time with its unit, such as "5s" or "500ms".'));

/** An amount of data with its unit: `512MB`, `8GB`. */
export const sizeSchema = z
  .string('Expected a size with its unit, such as "8GB".')
  .check(
    z.regex(/^\d+(?:\.\d+)? ?(?:B|kB|MB|GB|TB)$/, 'Expected a size with its unit, such as "8GB".'),
  );

/** @returns milliseconds; `null` for text that is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}
