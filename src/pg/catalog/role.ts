import * as z from 'zod/mini';
import type { SlowFacts } from '../../core/facts';
import type { CatalogPart } from './part';

const schema = z.object({
  serverVersion: z.string(),
  role: z.string(),
  isSuperuser: z.boolean(),
  hasMonitorRole: z.boolean(),
  serverPort: z.nullable(z.number()),
});

type Raw = z.infer<typeof schema>;

/** Who we are on this server. Source: current_user, pg_roles, pg_has_role(), inet_server_port(). */
export const rolePart: CatalogPart<
  Raw,
  Pick<SlowFacts, 'serverVersion' | 'role' | 'isSuperuser' | 'hasMonitorRole' | 'serverPort'>
> = {
  lowestVersion: 14,
  sql: () => `pg_catalog.json_build_object(
      'serverVersion', pg_catalog.current_setting('server_version'),
      'role', current_user,
      'isSuperuser', (SELECT a.rolsuper FROM pg_catalog.pg_roles AS a WHERE a.rolname = current_user),
      'hasMonitorRole', pg_catalog.pg_has_role(current_user, 'pg_monitor', 'USAGE'),
      'serverPort', pg_catalog.inet_server_port())`,
  schema,
  normalise: (raw) => ({ ...raw, serverVersion: raw.serverVersion.split(' ')[0] ?? '' }),
};
