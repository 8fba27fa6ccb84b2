import type { Lsn } from '../../../core/lsn';
import { jsonRow, type ServerFeatures } from '../part';
import { RowReader } from '../rowReader';

/**
 * The oldest segment in pg_wal, whichever timeline wrote it: a name is timeline, then the two halves of the position; segments that are kept for
 * reuse are ahead of all others. NULL without the privilege, which pg_monitor has.
 * Lowest version: 14. Source: pg_ls_waldir(), wal_segment_size.
 */
export function oldestWalSql({ functions }: ServerFeatures): string {
  if (!functions.has('pg_ls_waldir')) return 'NULL';
  return `(SELECT ${jsonRow([
    'min(pg_catalog.substr(f.name, 9))',
    `pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))`,
  ])}
    FROM pg_catalog.pg_ls_waldir() AS f WHERE f.name ~ '^[0-9A-F]{24}$')`;
}

/** @param value what `oldestWalSql` yields. */
export function readOldestWal(value: unknown): Lsn | null {
  if (value === null) return null;
  return RowReader.read(value, (row) => {
    const segment = row.nullableText();
    const segmentBytes = row.number();
    if (segment === null) return null;
    const high = BigInt(`0x${segment.slice(0, 8)}`);
    return (high << 32n) + BigInt(`0x${segment.slice(8)}`) * BigInt(segmentBytes);
  });
}
