import * as z from 'zod/mini';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import type { SetupFacts } from '../../../core/setup/setupFacts';
import { epochMs, type ServerFeatures } from '../part';
import { IS_USER_SCHEMA } from './schemas';

/** Settings that a set-up check, a promotion or a line for pg_hba.conf speaks of. */
const SETTINGS = [
  'archive_mode',
  'cluster_name',
  'hot_standby',
  'hot_standby_feedback',
  'idle_replication_slot_timeout',
  'listen_addresses',
  'max_active_replication_origins',
  'max_connections',
  'max_locks_per_transaction',
  'max_logical_replication_workers',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_slot_wal_keep_size',
  'max_standby_archive_delay',
  'max_standby_streaming_delay',
  'max_sync_workers_per_subscription',
  'max_wal_senders',
  'max_worker_processes',
  'password_encryption',
  'primary_slot_name',
  'recovery_min_apply_delay',
  'ssl',
  'sync_replication_slots',
  'synchronized_standby_slots',
  'synchronous_standby_names',
  'track_commit_timestamp',
  'wal_keep_size',
  'wal_level',
  'wal_receiver_status_interval',
  'wal_sender_timeout',
];

const text = z.nullable(z.string());

const schema = z.object({
  settings: z.record(
    z.string(),
    z.object({ text: z.string(), number: z.nullable(z.number()), source: z.string() }),
  ),
  pendingRestart: z.nullable(z.array(z.string())),
  customSettings: z.nullable(z.array(z.string())),
  settingFiles: z.nullable(z.array(z.string())),
  extensions: z.nullable(z.array(z.string())),
  primaryConninfo: z.nullable(
    z.object({ host: text, applicationName: text, dbname: text, sslmode: text }),
  ),
  hba: z.nullable(
    z.array(
      z.object({
        line: z.number(),
        file: text,
        type: text,
        databases: z.nullable(z.array(z.string())),
        users: z.nullable(z.array(z.string())),
        address: text,
        netmask: text,
        method: text,
        error: text,
      }),
    ),
  ),
  senders: z.nullable(
    z.array(
      z.object({
        pid: z.number(),
        user: text,
        applicationName: text,
        clientAddress: text,
        isTls: z.nullable(z.boolean()),
      }),
    ),
  ),
  sequences: z.nullable(
    z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        table: z.object({ schema: z.string(), name: z.string() }),
        column: z.string(),
        lastValue: text,
        isReadable: z.boolean(),
      }),
    ),
  ),
  ownAddress: text,
  mayPromote: z.boolean(),
  mayPauseReplay: z.boolean(),
  wal: z.object({
    currentLsn: text,
    receiveLsn: text,
    replayLsn: text,
    replayPauseState: text,
    lastReplayedCommitAtMs: z.nullable(z.number()),
  }),
});

/**
 * What a server says of its set-up, in one row. Of primary_conninfo nothing leaves the server but four keywords, since a
 * password may stand in it; options of pg_hba.conf are left out for the same reason.
 * Lowest version: 14. Source: pg_settings, pg_extension, pg_hba_file_rules, pg_stat_replication, pg_stat_ssl, pg_depend,
 * pg_sequence_last_value(), pg_last_wal_receive_lsn() and their like.
 */
export function setupStatement(features: ServerFeatures): SqlStatement {
  return {
    text: `
SELECT (SELECT pg_catalog.json_object_agg(v.name, pg_catalog.json_build_object(
      'text', pg_catalog.current_setting(v.name),
      'number', CASE WHEN v.vartype IN ('integer', 'real') THEN v.setting::pg_catalog.float8 END,
      'source', v.source)) FROM pg_catalog.pg_settings AS v WHERE v.name = ANY ($1::pg_catalog.text[])) AS "settings",
  (SELECT pg_catalog.json_agg(v.name ORDER BY v.name) FROM pg_catalog.pg_settings AS v WHERE v.pending_restart) AS "pendingRestart",
  (SELECT pg_catalog.json_agg(v.name ORDER BY v.name) FROM pg_catalog.pg_settings AS v WHERE v.name LIKE '%.%') AS "customSettings",
  (SELECT pg_catalog.json_agg(DISTINCT v.sourcefile) FROM pg_catalog.pg_settings AS v WHERE v.sourcefile IS NOT NULL) AS "settingFiles",
  (SELECT pg_catalog.json_agg(x.extname ORDER BY x.extname) FROM pg_catalog.pg_extension AS x) AS "extensions",
  ${PRIMARY_CONNINFO} AS "primaryConninfo",
  ${hbaRules(features)} AS "hba",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('pid', r.pid, 'user', r.usename,
      'applicationName', r.application_name, 'clientAddress', pg_catalog.host(r.client_addr), 'isTls', t.ssl) ORDER BY r.pid)
     FROM pg_catalog.pg_stat_replication AS r
     LEFT JOIN pg_catalog.pg_stat_ssl AS t ON t.pid = r.pid) AS "senders",
  ${SEQUENCES} AS "sequences",
  pg_catalog.host(pg_catalog.inet_client_addr()) AS "ownAddress",
  pg_catalog.has_function_privilege('pg_catalog.pg_promote(bool, int4)', 'EXECUTE') AS "mayPromote",
  pg_catalog.has_function_privilege('pg_catalog.pg_wal_replay_pause()', 'EXECUTE') AS "mayPauseReplay",
  pg_catalog.json_build_object(
    'currentLsn', CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_current_wal_lsn() END,
    'receiveLsn', CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn() END,
    'replayLsn', CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() END,
    'replayPauseState', CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_get_wal_replay_pause_state() END,
    'lastReplayedCommitAtMs', CASE WHEN pg_catalog.pg_is_in_recovery()
      THEN ${epochMs('pg_catalog.pg_last_xact_replay_timestamp()')} END) AS "wal"`,
    values: [SETTINGS],
  };
}

/** Lists read their elements by to_jsonb(), which leaves out the columns that a version lacks. */
function hbaRules({ functions }: ServerFeatures): string {
  if (!functions.has('pg_hba_file_rules')) return 'NULL::pg_catalog.json';
  return `(SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
      'line', h.line_number, 'file', pg_catalog.to_jsonb(h) ->> 'file_name', 'type', h.type, 'databases', h.database,
      'users', h.user_name, 'address', h.address, 'netmask', h.netmask, 'method', h.auth_method, 'error', h.error)
      ORDER BY (pg_catalog.to_jsonb(h) ->> 'rule_number')::pg_catalog.int4, h.line_number), '[]')
    FROM pg_catalog.pg_hba_file_rules() AS h)`;
}

/**
 * Taken apart from its beginning, so that nothing within the value of another keyword passes for one of these. A URI is
 * not taken apart.
 */
const PRIMARY_CONNINFO = `(SELECT pg_catalog.json_build_object(
      'host', max(k.value) FILTER (WHERE k.word = 'host'),
      'applicationName', max(k.value) FILTER (WHERE k.word = 'application_name'),
      'dbname', max(k.value) FILTER (WHERE k.word = 'dbname'),
      'sslmode', max(k.value) FILTER (WHERE k.word = 'sslmode'))
    FROM pg_catalog.pg_settings AS v
    LEFT JOIN LATERAL (SELECT m[1] AS word, pg_catalog.btrim(m[2], '''') AS value
        FROM pg_catalog.regexp_matches(v.setting, '\\s*(\\w+)\\s*=\\s*(''(?:[^''\\\\]|\\\\.)*''|[^\\s'']+)', 'g') AS m)
      AS k ON true
   WHERE v.name = 'primary_conninfo' AND v.setting <> '' AND v.setting !~ '://'
   GROUP BY v.name)`;

const SEQUENCES = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'schema', sn.nspname, 'name', s.relname, 'table', pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname),
      'column', a.attname, 'isReadable', p.is_readable,
      'lastValue', CASE WHEN p.is_readable THEN pg_catalog.pg_sequence_last_value(s.oid)::pg_catalog.text END)
      ORDER BY n.nspname, c.relname, a.attnum)
    FROM pg_catalog.pg_class AS s
    JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
    JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    CROSS JOIN LATERAL (SELECT pg_catalog.has_sequence_privilege(s.oid, 'USAGE')
        OR pg_catalog.has_sequence_privilege(s.oid, 'SELECT') AS is_readable) AS p
   WHERE s.relkind = 'S' AND s.relpersistence = 'p' AND ${IS_USER_SCHEMA})`;

/** @throws when the row is not what the statement yields */
export function readSetup(row: unknown, readAtMs: number): SetupFacts {
  const raw = schema.parse(row);
  return {
    readAtMs,
    settings: raw.settings,
    pendingRestart: raw.pendingRestart ?? [],
    customSettings: raw.customSettings ?? [],
    settingFiles: raw.settingFiles ?? [],
    extensions: raw.extensions ?? [],
    primaryConninfo: raw.primaryConninfo,
    hba:
      raw.hba?.map((rule) => ({
        ...rule,
        type: rule.type ?? '',
        method: rule.method ?? '',
        databases: rule.databases ?? [],
        users: rule.users ?? [],
      })) ?? null,
    senders: (raw.senders ?? []).map((sender) => ({
      ...sender,
      applicationName: sender.applicationName ?? '',
    })),
    sequences: raw.sequences ?? [],
    ownAddress: raw.ownAddress,
    mayPromote: raw.mayPromote,
    mayPauseReplay: raw.mayPauseReplay,
    wal: raw.wal,
  };
}
