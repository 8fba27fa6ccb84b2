import * as z from 'zod/mini';
import type { CatalogSubscription } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      owner: z.string(),
      isOwned: z.boolean(),
      isOwnerSuperuser: z.boolean(),
      isEnabled: z.boolean(),
      slotName: z.nullable(z.string()),
      publications: z.array(z.string()),
      tables: z.nullable(
        z.array(z.object({ schema: z.string(), name: z.string(), state: z.string() })),
      ),
    }),
  ),
);

/**
 * Subscriptions of the session's own database; never subconninfo, which holds a password.
 * Source: pg_subscription, pg_subscription_rel, pg_roles.
 */
export const planSubscriptionsPart: CatalogPart<
  z.infer<typeof schema>,
  readonly CatalogSubscription[]
> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', s.subname,
      'owner', o.rolname,
      'isOwned', pg_catalog.pg_has_role(s.subowner, 'USAGE'),
      'isOwnerSuperuser', o.rolsuper,
      'isEnabled', s.subenabled,
      'slotName', s.subslotname,
      'publications', s.subpublications,
      'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', n.nspname, 'name', c.relname, 'state', g.srsubstate) ORDER BY n.nspname, c.relname)
          FROM pg_catalog.pg_subscription_rel AS g
          JOIN pg_catalog.pg_class AS c ON c.oid = g.srrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE g.srsubid = s.oid)) ORDER BY s.subname)
    FROM pg_catalog.pg_subscription AS s
    JOIN pg_catalog.pg_roles AS o ON o.oid = s.subowner
   WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))`,
  schema,
  normalise: (raw) => (raw ?? []).map((row) => ({ ...row, tables: row.tables ?? [] })),
};
