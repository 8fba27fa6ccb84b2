import type { CustomTypesConfig } from 'pg';
import { parseLsn } from '../../core/lsn';

/** Type oids from pg_type.dat, fixed for ever. */
const INT8 = 20;
const PG_LSN = 3220;

/**
 * Parsers for one client: `int8` and `pg_lsn` become bigint, everything else is left to node-postgres' own, whose global
 * registry is read and never written.
 */
export function typeParsers(
  defaults: CustomTypesConfig['getTypeParser'],
): CustomTypesConfig['getTypeParser'] {
  // The declared type is a set of overloads that no single function can carry; both calls below keep its contract.
  return ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === INT8) return (value: string) => BigInt(value);
      if (oid === PG_LSN) return (value: string) => parseLsn(value);
    }
    return (defaults as (oid: number, format?: string) => unknown)(oid, format);
  }) as CustomTypesConfig['getTypeParser'];
}
