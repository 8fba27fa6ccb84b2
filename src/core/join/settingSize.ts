const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/**
 * Reads a size as SHOW writes it (`10GB`), or a plain number of megabytes as pg_settings.setting holds max_slot_wal_keep_size.
 * @returns bytes; `null` for -1 (no limit), for `null` and for text that is no size.
 */
export function parseSize(text: string | null): number | null {
  const match = /^(\d+)\s*([kMGT]?B)?$/u.exec(text?.trim() ?? '');
  if (match?.[1] === undefined) return null;
  const unit = UNIT_BYTES[match[2] ?? 'MB'];
  return unit === undefined ? null : Number(match[1]) * unit;
}
