import * as z from 'zod/mini';
import type { SubscriptionOptionFacts } from '../../core/facts';
import type { CatalogPart, ServerFeatures } from './part';

const schema = z.nullable(
  z.array(
    z.object({
      subscription: z.string(),
      options: z.record(z.string(), z.nullable(z.union([z.boolean(), z.string()]))),
    }),
  ),
);

/**
 * What each subscription of the session's database was set to, under the names that the file uses. An option that this
 * version does not have is left out. Of `twoPhase` a wish that waits for the tables counts as true.
 * Source: pg_subscription, without subconninfo, which holds a password.
 */
export const subscriptionOptionsPart: CatalogPart<
  z.infer<typeof schema>,
  readonly SubscriptionOptionFacts[]
> = {
  lowestVersion: 14,
  sql: (features) => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'subscription', s.subname,
      'options', pg_catalog.json_build_object(${optionsOf(features)})) ORDER BY s.subname)
    FROM pg_catalog.pg_subscription AS s
   WHERE NOT pg_catalog.pg_is_in_recovery()
     AND s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d
           WHERE d.datname = pg_catalog.current_database()))`,
  schema,
  normalise: (raw) =>
    (raw ?? []).map(({ subscription, options }) => ({
      subscription,
      options: Object.fromEntries(
        Object.entries(options).flatMap(([name, value]) =>
          value === null ? [] : [[name, value] as const],
        ),
      ),
    })),
};

/** Column of pg_subscription, option, and the expression for its value. */
const OPTIONS: readonly (readonly [string, string, string])[] = [
  ['subbinary', 'binary', 's.subbinary'],
  // A boolean before 16, a letter since.
  [
    'substream',
    'streaming',
    `CASE s.substream::pg_catalog.text WHEN 'p' THEN 'parallel' WHEN 't' THEN 'on' WHEN 'true' THEN 'on' ELSE 'off' END`,
  ],
  ['subsynccommit', 'synchronousCommit', 's.subsynccommit'],
  ['subtwophasestate', 'twoPhase', `s.subtwophasestate <> 'd'`],
  ['subdisableonerr', 'disableOnError', 's.subdisableonerr'],
  ['subpasswordrequired', 'passwordRequired', 's.subpasswordrequired'],
  ['subrunasowner', 'runAsOwner', 's.subrunasowner'],
  ['suborigin', 'origin', 's.suborigin'],
  ['subfailover', 'failover', 's.subfailover'],
];

function optionsOf({ columns }: ServerFeatures): string {
  return OPTIONS.filter(([column]) => columns.has(`pg_subscription.${column}`))
    .map(([, name, sql]) => `'${name}', ${sql}`)
    .join(',\n        ');
}
