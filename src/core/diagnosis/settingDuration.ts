const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Reads a time as SHOW writes it (`1h`, `500ms`), or a plain number of milliseconds.
 * @returns ms; `null` for what is no time, and for -1
 */
export function parseDuration(text: string | null): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/u.exec(text?.trim() ?? '');
  if (match?.[1] === undefined) return null;
  const unit = UNIT_MS[match[2] === undefined || match[2] === '' ? 'ms' : match[2]];
  return unit === undefined ? null : Number(match[1]) * unit;
}
