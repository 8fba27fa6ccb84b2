import * as z from 'zod/mini';
import type { LoginRole } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

const schema = z.nullable(
  z.array(z.object({ name: z.string(), isSuperuser: z.boolean(), isReplication: z.boolean() })),
);

/** Roles that may log in. Source: pg_roles. */
export const loginRolesPart: CatalogPart<z.infer<typeof schema>, readonly LoginRole[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.rolname,
      'isSuperuser', a.rolsuper,
      'isReplication', a.rolreplication) ORDER BY a.rolname)
    FROM pg_catalog.pg_roles AS a
   WHERE a.rolcanlogin)`,
  schema,
  normalise: (raw) => raw ?? [],
};
