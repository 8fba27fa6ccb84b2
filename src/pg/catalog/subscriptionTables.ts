import * as z from 'zod/mini';
import type { SubscriptionTableFacts } from '../../core/facts';
import type { CatalogPart } from './part';

const schema = z.nullable(
  z.array(
    z.object({
      subscription: z.string(),
      schema: z.string(),
      name: z.string(),
      state: z.enum(['i', 'd', 'f', 's', 'r']),
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/** Tables of the database's subscriptions with their sync state. Source: pg_subscription_rel, which is per database. */
export const subscriptionTablesPart: CatalogPart<Raw, readonly SubscriptionTableFacts[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'subscription', s.subname, 'schema', n.nspname, 'name', c.relname, 'state', g.srsubstate)
      ORDER BY s.subname, n.nspname, c.relname)
    FROM pg_catalog.pg_subscription_rel AS g
    JOIN pg_catalog.pg_subscription AS s ON s.oid = g.srsubid
    JOIN pg_catalog.pg_class AS c ON c.oid = g.srrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE NOT pg_catalog.pg_is_in_recovery())`,
  schema,
  normalise: (raw) => raw ?? [],
};
