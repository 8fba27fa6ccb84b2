/** A position in the write-ahead log. Compare only within one system identifier, and mind the timeline. */
export type Lsn = bigint;

const LSN_TEXT = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/**
 * Reads `pg_lsn` as the server writes it (`3A/7F21C8D0`).
 * @returns `null` for text that is no LSN.
 */
export function parseLsn(text: string): Lsn | null {
  const match = LSN_TEXT.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** Writes an LSN the way Postgres does: two hexadecimal halves, upper case, without leading zeros. */
export function formatLsn(lsn: Lsn): string {
  const high = lsn >> 32n;
  const low = lsn & 0xffffffffn;
  return `${high.toString(16).toUpperCase()}/${low.toString(16).toUpperCase()}`;
}

/**
 * How far `behind` is behind `ahead`, as `pg_wal_lsn_diff` reports it, clamped at 0: two servers are never sampled at
 * the same instant, so the one asked later may seem to be ahead.
 * @returns bytes, ≥ 0; `null` when either position is unknown.
 */
export function lagBytesBetween(ahead: Lsn | null, behind: Lsn | null): number | null {
  if (ahead === null || behind === null) return null;
  return ahead > behind ? Number(ahead - behind) : 0;
}
