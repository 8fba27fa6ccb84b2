import * as z from 'zod/mini';
import type { ServerIdentity } from '../../../core/plan/nodeCatalog';
import { epochMs, type CatalogPart } from '../part';

const schema = z.object({
  systemIdentifier: z.string(),
  startedAtMs: z.number(),
  versionNum: z.number(),
  database: z.string(),
  isInRecovery: z.boolean(),
});

/**
 * Which server it is. Without EXECUTE on pg_control_system(), which everybody has by default, the statement fails (42501)
 * and no plan is made: two nodes of one server could not be told apart.
 * Source: pg_control_system(), pg_postmaster_start_time(), pg_is_in_recovery().
 */
export const identityPart: CatalogPart<z.infer<typeof schema>, ServerIdentity> = {
  lowestVersion: 14,
  sql: () => `pg_catalog.json_build_object(
      'systemIdentifier', (SELECT s.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() AS s),
      'startedAtMs', ${epochMs('pg_catalog.pg_postmaster_start_time()')},
      'versionNum', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
      'database', pg_catalog.current_database(),
      'isInRecovery', pg_catalog.pg_is_in_recovery())`,
  schema,
  normalise: (raw) => raw,
};
