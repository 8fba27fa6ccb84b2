import * as z from 'zod/mini';
import type { SchemaFacts } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

/** Schemas that are not the system's; names that begin with pg_ are reserved. `n` is pg_namespace. */
export const IS_USER_SCHEMA = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

const schema = z.nullable(
  z.array(
    z.object({ name: z.string(), owner: z.string(), canCreate: z.boolean(), canUse: z.boolean() }),
  ),
);

/** Source: pg_namespace, has_schema_privilege(). */
export const schemasPart: CatalogPart<z.infer<typeof schema>, readonly SchemaFacts[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', n.nspname,
      'owner', pg_catalog.pg_get_userbyid(n.nspowner),
      'canCreate', pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
      'canUse', pg_catalog.has_schema_privilege(n.oid, 'USAGE')) ORDER BY n.nspname)
    FROM pg_catalog.pg_namespace AS n
   WHERE ${IS_USER_SCHEMA})`,
  schema,
  normalise: (raw) => raw ?? [],
};
