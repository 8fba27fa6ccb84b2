import * as z from 'zod/mini';
import type { RoleFacts } from '../../../core/plan/nodeCatalog';
import type { CatalogPart, ServerFeatures } from '../part';

const schema = z.object({
  name: z.string(),
  isSuperuser: z.boolean(),
  isReplication: z.boolean(),
  canCreateRole: z.boolean(),
  adminOf: z.nullable(z.array(z.string())),
  isDatabaseOwner: z.boolean(),
  canCreateInDatabase: z.boolean(),
  canCreateSubscription: z.boolean(),
  memberOf: z.nullable(z.array(z.string())),
});

/**
 * What the session's role may do. pg_create_subscription came with 16, as did memberships that do not allow SET ROLE.
 * Source: pg_roles, pg_has_role(), has_database_privilege().
 */
export const planRolePart: CatalogPart<z.infer<typeof schema>, RoleFacts> = {
  lowestVersion: 14,
  sql: (features) => `(SELECT pg_catalog.json_build_object(
      'name', a.rolname,
      'isSuperuser', a.rolsuper,
      'isReplication', a.rolreplication,
      'canCreateRole', a.rolsuper OR a.rolcreaterole,
      'adminOf', (SELECT pg_catalog.json_agg(m.rolname ORDER BY m.rolname) FROM pg_catalog.pg_roles AS m
          WHERE NOT a.rolsuper AND pg_catalog.pg_has_role(m.oid, 'MEMBER WITH ADMIN OPTION')),
      'isDatabaseOwner', (SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE') FROM pg_catalog.pg_database AS d
          WHERE d.datname = pg_catalog.current_database()),
      'canCreateInDatabase', pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
      'canCreateSubscription', ${isSince16(features) ? `pg_catalog.pg_has_role('pg_create_subscription', 'USAGE')` : 'false'},
      'memberOf', (SELECT pg_catalog.json_agg(m.rolname ORDER BY m.rolname) FROM pg_catalog.pg_roles AS m
          WHERE pg_catalog.pg_has_role(m.oid, '${isSince16(features) ? 'SET' : 'MEMBER'}')))
    FROM pg_catalog.pg_roles AS a WHERE a.rolname = current_user)`,
  schema,
  normalise: (raw) => ({ ...raw, adminOf: raw.adminOf ?? [], memberOf: raw.memberOf ?? [] }),
};

function isSince16({ versionNum }: ServerFeatures): boolean {
  return versionNum >= 160_000;
}
