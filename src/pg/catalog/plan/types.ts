import * as z from 'zod/mini';
import type { CatalogPart } from '../part';

const schema = z.nullable(z.array(z.string()));

/**
 * Types that the server does not have by itself, as SQL names them with their schemas; rows of tables and arrays left out.
 * Source: pg_type, pg_identify_object().
 */
export const userTypesPart: CatalogPart<z.infer<typeof schema>, readonly string[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(o.identity ORDER BY o.identity)
    FROM pg_catalog.pg_type AS t
   CROSS JOIN LATERAL pg_catalog.pg_identify_object('pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0) AS o
   WHERE t.oid >= 16384 AND t.typcategory <> 'A'
     AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')))`,
  schema,
  normalise: (raw) => raw ?? [],
};
