import * as z from 'zod/mini';
import type { SlowFacts } from '../../core/facts';
import { hasIdentitySql } from './edgeIdentity';

/** What is known of the declared queue table, so that `queue.ts` reads it without a surprise. */
export interface KnownQueue {
  readonly shape: NonNullable<SlowFacts['queueShape']>;
  /** Whether our role may read it. */
  readonly isReadable: boolean;
  readonly columns: ReadonlySet<string>;
  /** Whether edge_identity is there as we know it, and our role may read it. */
  readonly hasIdentity: boolean;
  /** Columns that some whole-table index begins with: ordering by one of them is cheap. */
  readonly indexedColumns: ReadonlySet<string>;
}

export const queueShapeSchema = z.nullable(
  z.object({
    columns: z.nullable(z.array(z.string())),
    indexedColumns: z.nullable(z.array(z.string())),
    isReadable: z.boolean(),
    hasIdentity: z.exactOptional(z.boolean()),
  }),
);

type Raw = z.infer<typeof queueShapeSchema>;

/** Columns, leading index columns and readability of the table `c` in the schema `n`. */
export const queueShapeObject = `pg_catalog.json_build_object(
      'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'indexedColumns', (SELECT pg_catalog.json_agg(DISTINCT a.attname)
                           FROM pg_catalog.pg_index AS i
                           JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL),
      'isReadable', pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
      'hasIdentity', ${hasIdentitySql})`;

/**
 * The same of the table named by `$1` (schema) and `$2`. By catalog look-up: a cast to regclass fails where the role may not use
 * the schema.
 * Lowest version: 14. Source: pg_class, pg_attribute, pg_index.
 */
export const queueShapeSql = `(SELECT ${queueShapeObject}
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = $1::pg_catalog.text AND c.relname = $2::pg_catalog.text
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))`;

const CURRENT_COLUMNS = ['seq', 'state', 'error', 'created_at', 'synced_at'];
const OLD_COLUMNS = ['synced_at', 'error', 'created_at'];

export function knownQueue(raw: Raw): KnownQueue {
  const columns = new Set(raw?.columns ?? []);
  return {
    shape: raw === null ? 'absent' : shapeOf(columns),
    isReadable: raw?.isReadable ?? false,
    columns,
    hasIdentity: raw?.hasIdentity ?? false,
    indexedColumns: new Set(raw?.indexedColumns ?? []),
  };
}

function shapeOf(columns: ReadonlySet<string>): 'current' | 'old' | 'other' {
  if (CURRENT_COLUMNS.every((column) => columns.has(column))) return 'current';
  return OLD_COLUMNS.every((column) => columns.has(column)) ? 'old' : 'other';
}
