import { EXTENSION_SCHEMA, sentinelTable } from '../plan/sentinelNames';
import type { SqlStatement } from '../ports/sqlSession';
import type { TableName } from '../topology';

/** A lock that somebody holds is no arrival: a check that waits for one asks again instead of queueing up. */
const LOCK_LIMIT_MS = 500;

/** What a node says before a check: who it is, and which sentinel tables it has. */
export interface CheckProbe {
  readonly isInRecovery: boolean;
  readonly systemIdentifier: string;
  readonly database: string;
  readonly user: string;
  readonly publications: readonly ProbedPublication[];
  /** Tables of our schema that are named like sentinels. */
  readonly tables: readonly ProbedTable[];
}

interface ProbedPublication {
  readonly name: string;
  readonly inserts: boolean;
  readonly deletes: boolean;
  /** Tables of our schema that it publishes now. */
  readonly tables: readonly string[];
}

interface ProbedTable {
  readonly name: string;
  readonly canSelect: boolean;
  readonly canInsert: boolean;
  readonly canDelete: boolean;
  /** State in `pg_subscription_rel` by subscription. */
  readonly states: Readonly<Record<string, string>>;
}

/** A sentinel table of the primary that tokens can be written to. */
export interface InstalledSentinel {
  readonly table: TableName;
  /** `null`: for standbys alone. */
  readonly publication: string | null;
  readonly publishesDeletes: boolean;
  readonly canWrite: boolean;
}

/** Asks a node, upstream or downstream, and sets how long its session waits for a lock. */
export const PROBE: SqlStatement = {
  name: 'check_probe',
  text: `
SELECT pg_catalog.pg_is_in_recovery() AS "isInRecovery",
  (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c) AS "systemIdentifier",
  pg_catalog.current_database() AS "database",
  CURRENT_USER AS "user",
  pg_catalog.set_config('lock_timeout', '${LOCK_LIMIT_MS}ms', false) AS "lockTimeout",
  COALESCE((
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', p.pubname, 'inserts', p.pubinsert, 'deletes', p.pubdelete,
        'tables', COALESCE((
          SELECT pg_catalog.json_agg(t.tablename ORDER BY t.tablename)
          FROM pg_catalog.pg_publication_tables t
          WHERE t.pubname = p.pubname AND t.schemaname = '${EXTENSION_SCHEMA}'), '[]'::json))
      ORDER BY p.pubname)
    FROM pg_catalog.pg_publication p), '[]'::json) AS "publications",
  COALESCE((
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', c.relname,
        'canSelect', u.may AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
        'canInsert', u.may AND pg_catalog.has_table_privilege(c.oid, 'INSERT'),
        'canDelete', u.may AND pg_catalog.has_table_privilege(c.oid, 'DELETE'),
        'states', COALESCE((
          SELECT pg_catalog.json_object_agg(s.subname, r.srsubstate)
          FROM pg_catalog.pg_subscription_rel r
          JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid
          WHERE r.srrelid = c.oid), '{}'::json))
      ORDER BY c.relname)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may) u
    WHERE n.nspname = '${EXTENSION_SCHEMA}' AND c.relkind = 'r'
      AND c.relname LIKE 'sentinel\\_%'), '[]'::json) AS "tables"`,
};

export function readCheckProbe(row: Readonly<Record<string, unknown>> | undefined): CheckProbe {
  if (row === undefined) throw new Error('A probe gives one row.');
  // The statement above fixes this shape, and nothing in it is a person's input.
  return row as unknown as CheckProbe;
}

/** The sentinel tables of a primary, each with the publication that it stands for; what merely looks like one is left out. */
export function installedSentinels(probe: CheckProbe): readonly InstalledSentinel[] {
  const { systemIdentifier, database } = probe;
  const found = (publication: ProbedPublication | null): readonly InstalledSentinel[] => {
    const name = publication?.name ?? null;
    const table = sentinelTable({ systemIdentifier, database, publication: name });
    const probed = probe.tables.find((candidate) => candidate.name === table.name);
    if (probed === undefined) return [];
    const isPublished =
      publication === null || (publication.inserts && publication.tables.includes(table.name));
    if (!isPublished) return [];
    const canWrite = probed.canSelect && probed.canInsert && probed.canDelete;
    const publishesDeletes = publication?.deletes ?? true;
    return [{ table, publication: name, publishesDeletes, canWrite }];
  };
  return [null, ...probe.publications].flatMap(found);
}
