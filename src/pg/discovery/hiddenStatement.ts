import * as z from 'zod/mini';
import type { ClusterMember, PublisherAddress } from '../../core/discovery/discoveryFacts';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { conninfoPlace, placeSchema, readPlace } from './conninfoPlace';
import { OWN_DATABASE, type DiscoveryRow } from './discoveryStatement';

const rowSchema = z.object({
  publishers: z.nullable(z.array(z.object({ subscription: z.string(), place: placeSchema }))),
  repmgr: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        type: z.nullable(z.string()),
        upstream: z.nullable(z.string()),
        place: placeSchema,
      }),
    ),
  ),
  autoFailover: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        host: z.string(),
        port: z.number(),
        state: z.nullable(z.string()),
      }),
    ),
  ),
});

/** What may be read by some roles alone, for a server of which the first row said that ours may; `null`: nothing is. */
export function hiddenStatement(row: DiscoveryRow): SqlStatement | null {
  const readsConninfo = row.canReadConninfo && row.ownSubscriptions > 0;
  const readsMembers = row.repmgr === 'readable' || row.autoFailover === 'readable';
  if (!readsConninfo && !readsMembers) return null;
  return {
    text: `
SELECT ${readsConninfo ? PUBLISHERS : 'NULL::pg_catalog.json'} AS "publishers",
  ${row.repmgr === 'readable' ? REPMGR : 'NULL::pg_catalog.json'} AS "repmgr",
  ${row.autoFailover === 'readable' ? AUTO_FAILOVER : 'NULL::pg_catalog.json'} AS "autoFailover"`,
  };
}

/** @throws when the row is not what the statement yields */
export function readHidden(row: unknown): {
  readonly publishers: readonly PublisherAddress[];
  readonly members: readonly ClusterMember[];
} {
  const raw = rowSchema.parse(row);
  return {
    publishers: (raw.publishers ?? []).map(({ subscription, place }) => ({
      subscription,
      ...readPlace(place),
    })),
    members: [
      ...(raw.repmgr ?? []).flatMap(repmgrMember),
      ...(raw.autoFailover ?? []).map(({ name, host, port, state }): ClusterMember => ({
        source: 'pg_auto_failover',
        name,
        host,
        port,
        upstream: null,
        isPrimary: isPrimaryState(state),
      })),
    ],
  };
}

type RawMember = NonNullable<z.infer<typeof rowSchema>['repmgr']>[number];

/** A witness holds no data, and a member without a host is nowhere. */
function repmgrMember({ name, type, upstream, place }: RawMember): readonly ClusterMember[] {
  const { host, port } = readPlace(place);
  if (type === 'witness' || host === null) return [];
  const isPrimary = type === null ? null : type === 'primary';
  return [{ source: 'repmgr', name, host, port: port ?? 5432, upstream, isPrimary }];
}

/** As the node last reported it; `null` while it changes. */
function isPrimaryState(state: string | null): boolean | null {
  if (state === null) return null;
  if (/^(?:single|primary|wait_primary|join_primary|apply_settings)$/u.test(state)) return true;
  return /secondary|catchingup|standby/u.test(state) ? false : null;
}

const PUBLISHERS = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'subscription', s.subname, 'place', ${conninfoPlace('s.subconninfo')}) ORDER BY s.subname)
    FROM pg_catalog.pg_subscription AS s WHERE s.subdbid = (${OWN_DATABASE}))`;

const REPMGR = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', m.node_name, 'type', m.type,
      'upstream', (SELECT u.node_name FROM repmgr.nodes AS u WHERE u.node_id = m.upstream_node_id),
      'place', ${conninfoPlace('m.conninfo')}) ORDER BY m.node_id)
    FROM repmgr.nodes AS m)`;

const AUTO_FAILOVER = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', m.nodename,
      'host', m.nodehost, 'port', m.nodeport, 'state', m.reportedstate::pg_catalog.text) ORDER BY m.nodeid)
    FROM pgautofailover.node AS m)`;
