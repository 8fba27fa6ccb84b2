import * as z from 'zod/mini';
import type { CheckedRole } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';
import { IS_USER_SCHEMA } from './schemas';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      canLogin: z.boolean(),
      isSuperuser: z.boolean(),
      isReplication: z.boolean(),
      memberOf: z.nullable(z.array(z.string())),
      canConnect: z.boolean(),
      canCreateInDatabase: z.boolean(),
      usableSchemas: z.nullable(z.array(z.string())),
      writableTables: z.nullable(z.array(z.object({ schema: z.string(), name: z.string() }))),
    }),
  ),
);

/**
 * Roles that a planner asks about, as far as they exist, and those that logical slots of the database are read as, since
 * nothing else may tell who copies tables; `$1` of the statement are the names of the former.
 * Source: pg_roles, pg_replication_slots, pg_stat_activity, pg_has_role(), has_database_privilege(), has_schema_privilege(), has_table_privilege().
 */
export const checkedRolesPart: CatalogPart<z.infer<typeof schema>, readonly CheckedRole[]> = {
  lowestVersion: 14,
  sql: () => `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', r.rolname,
      'canLogin', r.rolcanlogin,
      'isSuperuser', r.rolsuper,
      'isReplication', r.rolreplication,
      'memberOf', (SELECT pg_catalog.json_agg(m.rolname ORDER BY m.rolname) FROM pg_catalog.pg_roles AS m
          WHERE pg_catalog.pg_has_role(r.oid, m.oid, 'USAGE')),
      'canConnect', pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CONNECT'),
      'canCreateInDatabase', pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE'),
      'usableSchemas', (SELECT pg_catalog.json_agg(n.nspname ORDER BY n.nspname) FROM pg_catalog.pg_namespace AS n
          WHERE ${IS_USER_SCHEMA} AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')),
      'writableTables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname)
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE NOT r.rolsuper AND c.relkind IN ('r', 'p') AND ${IS_USER_SCHEMA}
           AND pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT')
           AND pg_catalog.has_table_privilege(r.oid, c.oid, 'UPDATE')
           AND pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE')
           AND pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'))) ORDER BY r.rolname)
    FROM pg_catalog.pg_roles AS r
   WHERE r.rolname = ANY ($1::pg_catalog.text[])
      OR r.oid IN (SELECT a.usesysid
            FROM pg_catalog.pg_replication_slots AS s
            JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.active_pid
           WHERE s.database = pg_catalog.current_database()))`,
  schema,
  normalise: (raw) =>
    (raw ?? []).map((row) => ({
      ...row,
      memberOf: row.memberOf ?? [],
      usableSchemas: row.usableSchemas ?? [],
      writableTables: row.writableTables ?? [],
    })),
};
