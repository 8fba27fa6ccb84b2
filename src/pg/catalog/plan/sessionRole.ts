import * as z from 'zod/mini';
import type { SqlStatement } from '../../../core/ports/sqlSession';

/** Who a session of a plan runs as, read once when it starts. */
export interface SessionRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly backendPid: number;
}

/** Lowest version: 14. Source: current_user, pg_roles, pg_backend_pid(). */
export const sessionRoleStatement: SqlStatement = {
  text: `
SELECT current_user::pg_catalog.text AS "name",
  coalesce((SELECT a.rolsuper FROM pg_catalog.pg_roles AS a WHERE a.rolname = current_user), false) AS "isSuperuser",
  pg_catalog.pg_backend_pid() AS "backendPid"`,
};

const schema = z.object({ name: z.string(), isSuperuser: z.boolean(), backendPid: z.number() });

export function readSessionRole(row: unknown): SessionRole {
  return schema.parse(row);
}
