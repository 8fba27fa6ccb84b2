import * as z from 'zod/mini';
import type { CatalogSubscription } from '../../../core/plan/nodeCatalog';
import type { CatalogPart, ServerFeatures } from '../part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      owner: z.string(),
      isOwned: z.boolean(),
      isOwnerSuperuser: z.boolean(),
      isEnabled: z.boolean(),
      oid: z.number(),
      options: z.record(z.string(), z.union([z.boolean(), z.string()])),
      skipLsn: z.nullable(z.string()),
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
  sql: (features) => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', s.subname,
      'owner', o.rolname,
      'isOwned', pg_catalog.pg_has_role(s.subowner, 'USAGE'),
      'isOwnerSuperuser', o.rolsuper,
      'isEnabled', s.subenabled,
      'oid', s.oid::pg_catalog.int8,
      'options', pg_catalog.json_build_object(${optionsOf(features)}),
      'skipLsn', ${features.versionNum >= 150_000 ? `nullif(s.subskiplsn, '0/0'::pg_catalog.pg_lsn)::pg_catalog.text` : 'NULL::pg_catalog.text'},
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

/** Options by their names in the file, as far as this version has them; the slot and the publications stand apart. */
function optionsOf({ versionNum }: ServerFeatures): string {
  const since = (version: number, pair: string): readonly string[] =>
    versionNum >= version ? [pair] : [];
  return [
    `'binary', s.subbinary`,
    `'synchronousCommit', s.subsynccommit`,
    // A letter from 16 on, when `parallel` came.
    versionNum >= 160_000
      ? `'streaming', CASE s.substream WHEN 'p' THEN '"parallel"'::pg_catalog.json
          WHEN 't' THEN 'true'::pg_catalog.json ELSE 'false'::pg_catalog.json END`
      : `'streaming', s.substream`,
    ...since(150_000, `'twoPhase', s.subtwophasestate <> 'd'`),
    ...since(150_000, `'disableOnError', s.subdisableonerr`),
    ...since(160_000, `'passwordRequired', s.subpasswordrequired`),
    ...since(160_000, `'runAsOwner', s.subrunasowner`),
    ...since(160_000, `'origin', s.suborigin`),
    ...since(170_000, `'failover', s.subfailover`),
  ].join(', ');
}
