import * as z from 'zod/mini';
import type { SqlStatement } from '../../core/ports/sqlSession';
import { identityPart } from '../catalog/identity';
import type { ServerFeatures } from '../catalog/part';
import { publicationsPart } from '../catalog/publications';
import { queueObjectsSchema, queueObjectsSql } from '../catalog/queueObjects';
import { queueShapeObject, queueShapeSchema } from '../catalog/queueShape';
import { PATRONI_SETTINGS } from '../../core/setup/clusterManager';
import { conninfoPlace, placeSchema } from './conninfoPlace';

/** Queues that are told of one database, at most. */
const MOST_QUEUES = 20;

const access = z.enum(['absent', 'readable', 'hidden']);

const rowSchema = z.object({
  identity: identityPart.schema,
  role: z.string(),
  clusterName: z.string(),
  selfHost: z.nullable(z.string()),
  selfPort: z.nullable(z.number()),
  publications: publicationsPart.schema,
  senderCommands: z.nullable(z.array(z.object({ pid: z.number(), query: z.nullable(z.string()) }))),
  canReadSettings: z.boolean(),
  upstream: placeSchema,
  primarySlotName: z.nullable(z.string()),
  subscribedDatabases: z.nullable(z.array(z.string())),
  ownSubscriptions: z.number(),
  canReadConninfo: z.boolean(),
  queues: z.nullable(
    z.array(z.object({ schema: z.string(), name: z.string(), shape: queueShapeSchema })),
  ),
  queueObjects: queueObjectsSchema,
  repmgr: access,
  autoFailover: access,
  looksLikePatroni: z.boolean(),
});

export type DiscoveryRow = z.infer<typeof rowSchema>;

/**
 * All of one database that leads to other nodes, in one row, but for what another role may not read without failing. Of commands of
 * walsenders only those that start replication are told: slot and publications are in them, never a secret.
 * Lowest version: 14. Source: pg_stat_get_wal_senders(), pg_stat_get_activity(), pg_publication, pg_subscription, pg_class.
 */
export function discoveryStatement(features: ServerFeatures): SqlStatement {
  return {
    text: `
SELECT ${identityPart.sql(features)} AS "identity",
  current_user::pg_catalog.text AS "role",
  pg_catalog.current_setting('cluster_name') AS "clusterName",
  pg_catalog.host(pg_catalog.inet_server_addr()) AS "selfHost",
  pg_catalog.inet_server_port() AS "selfPort",
  ${publicationsPart.sql(features)} AS "publications",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('pid', w.pid,
      'query', CASE WHEN a.query ~ '^\\s*START_REPLICATION ' THEN a.query END) ORDER BY w.pid)
     FROM pg_catalog.pg_stat_get_wal_senders() AS w,
       LATERAL pg_catalog.pg_stat_get_activity(w.pid) AS a) AS "senderCommands",
  ${CAN_READ_SETTINGS} AS "canReadSettings",
  CASE WHEN pg_catalog.pg_is_in_recovery() AND ${CAN_READ_SETTINGS}
      AND pg_catalog.current_setting('primary_conninfo') <> ''
    THEN ${conninfoPlace(`pg_catalog.current_setting('primary_conninfo')`)} END AS "upstream",
  nullif(pg_catalog.current_setting('primary_slot_name'), '') AS "primarySlotName",
  (SELECT pg_catalog.json_agg(d.datname ORDER BY d.datname) FROM pg_catalog.pg_database AS d
    WHERE NOT pg_catalog.pg_is_in_recovery()
      AND EXISTS (SELECT FROM pg_catalog.pg_subscription AS s WHERE s.subdbid = d.oid)) AS "subscribedDatabases",
  (SELECT count(*)::pg_catalog.int4 FROM pg_catalog.pg_subscription AS s
    WHERE s.subdbid = (${OWN_DATABASE}) AND NOT pg_catalog.pg_is_in_recovery()) AS "ownSubscriptions",
  pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT') AS "canReadConninfo",
  ${QUEUES} AS "queues",
  ${queueObjectsSql(null)} AS "queueObjects",
  ${tableAccess('repmgr', 'nodes')} AS "repmgr",
  ${tableAccess('pgautofailover', 'node')} AS "autoFailover",
  ${LOOKS_LIKE_PATRONI} AS "looksLikePatroni"`,
  };
}

/** @throws when the row is not what the statement yields */
export function readDiscoveryRow(row: unknown): DiscoveryRow {
  return rowSchema.parse(row);
}

export const OWN_DATABASE = `SELECT d.oid FROM pg_catalog.pg_database AS d
        WHERE d.datname = pg_catalog.current_database()`;

const CAN_READ_SETTINGS = `pg_catalog.pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')`;

/** Patroni gives what has to agree on all members on the command line. */
const LOOKS_LIKE_PATRONI = `((SELECT count(*) FROM pg_catalog.pg_settings AS v
     WHERE v.source = 'command line' AND v.name IN (${PATRONI_SETTINGS.map((name) => `'${name}'`).join(', ')}))
    >= ${PATRONI_SETTINGS.length - 1})`;

/** By its columns, in any schema; a table that only happens to have a few of them is none. */
const QUEUES = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', q.nspname, 'name', q.relname, 'shape', q.shape)
      ORDER BY q.nspname, q.relname)
    FROM (SELECT n.nspname, c.relname, ${queueShapeObject} AS shape
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
         AND NOT pg_catalog.pg_is_in_recovery()
         AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         AND (SELECT count(*) FROM pg_catalog.pg_attribute AS a
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attname IN ('table_name', 'operation', 'created_at', 'synced_at', 'error')) = 5
       ORDER BY n.nspname, c.relname LIMIT ${MOST_QUEUES}) AS q)`;

/** By catalog look-up, which needs no privilege and fails for nothing that is missing. */
function tableAccess(schema: string, name: string): string {
  return `coalesce((SELECT CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN 'readable' ELSE 'hidden' END
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = '${schema}' AND c.relname = '${name}' AND c.relkind = 'r'), 'absent')`;
}
