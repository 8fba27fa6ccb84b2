import * as z from 'zod/mini';
import type { SqlStatement } from '../../core/ports/sqlSession';
import type { ServerFeatures } from './part';

/** Read when a session starts, with the slow facts, and when a poll finds it outdated. */
export interface ServerProbe {
  readonly versionText: string;
  readonly isInRecovery: boolean;
  /** Of any of its databases. */
  readonly hasSubscriptions: boolean;
  readonly features: ServerFeatures;
}

/**
 * Which columns and functions this server has, and what it is.
 * Lowest version: 14. Source: pg_attribute, pg_proc, pg_subscription, version().
 */
export const probeStatement: SqlStatement = {
  text: `
SELECT pg_catalog.version() AS "versionText",
  pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS "versionNum",
  pg_catalog.pg_is_in_recovery() AS "isInRecovery",
  EXISTS (SELECT FROM pg_catalog.pg_subscription) AS "hasSubscriptions",
  (SELECT pg_catalog.json_agg(c.relname || '.' || a.attname ORDER BY c.relname, a.attnum)
     FROM pg_catalog.pg_class AS c
     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace
      AND c.relname IN ('pg_replication_slots', 'pg_stat_subscription', 'pg_stat_subscription_stats',
        'pg_stat_wal_receiver', 'pg_subscription', 'pg_publication', 'pg_publication_rel',
        'pg_publication_tables', 'pg_publication_namespace', 'pg_stat_database_conflicts')
      AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
  (SELECT pg_catalog.json_agg(CASE WHEN p.proname IN ('pg_current_logfile', 'pg_stat_file', 'pg_read_binary_file')
       THEN p.proname || '/' || p.pronargs ELSE p.proname END ORDER BY p.proname, p.pronargs)
     FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
      AND p.proname IN ('pg_control_system', 'pg_control_checkpoint',
        'pg_get_wal_replay_pause_state', 'pg_current_wal_lsn', 'pg_walfile_name',
        'pg_stat_get_wal_senders', 'pg_stat_get_subscription', 'pg_stat_get_wal_receiver',
        'pg_get_replication_slots', 'pg_hba_file_rules', 'pg_ls_waldir', 'pg_current_logfile',
        'pg_stat_file', 'pg_read_binary_file')
      AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')) AS "functions"`,
};

const schema = z.object({
  versionText: z.string(),
  versionNum: z.number(),
  isInRecovery: z.boolean(),
  hasSubscriptions: z.boolean(),
  columns: z.nullable(z.array(z.string())),
  functions: z.nullable(z.array(z.string())),
});

export function readProbe(row: unknown): ServerProbe {
  const raw = schema.parse(row);
  return {
    versionText: raw.versionText,
    isInRecovery: raw.isInRecovery,
    hasSubscriptions: raw.hasSubscriptions,
    features: {
      versionNum: raw.versionNum,
      columns: new Set(raw.columns ?? []),
      functions: new Set(raw.functions ?? []),
    },
  };
}
