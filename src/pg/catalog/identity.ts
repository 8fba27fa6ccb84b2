import * as z from 'zod/mini';
import type { FastFacts } from '../../core/facts';
import type { SqlStatement } from '../../core/ports/sqlSession';
import type { CatalogPart, ServerFeatures } from './part';

/** What cannot change while a session lives: a server that restarts, or is another one, ends it. */
export type Identity = Pick<
  FastFacts,
  'serverVersionNum' | 'systemIdentifier' | 'postmasterStartedAtMs' | 'database'
>;

const schema = z.object({
  serverVersionNum: z.number(),
  systemIdentifier: z.nullable(z.string()),
  postmasterStartedAtMs: z.number(),
  database: z.string(),
});

/**
 * Which server this is. Not read by each poll: pg_control_system() opens a file. Behind a pooler a session may outlive its
 * server, so it is part of the slow facts, too.
 * Source: pg_control_system(), pg_postmaster_start_time().
 */
export const identityPart: CatalogPart<z.infer<typeof schema>, Identity> = {
  lowestVersion: 14,
  sql: ({ functions }) => {
    // EXECUTE is checked when a statement starts, not where it is reached: a CASE would not guard this.
    const systemIdentifier = functions.has('pg_control_system')
      ? '(SELECT c.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() AS c)'
      : 'NULL::pg_catalog.text';
    return `pg_catalog.json_build_object(
      'serverVersionNum', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
      'systemIdentifier', ${systemIdentifier},
      'postmasterStartedAtMs', pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) * 1000,
      'database', pg_catalog.current_database())`;
  },
  schema,
  normalise: (raw) => raw,
};

/** Identity alone, for a session that polls before slow facts were read. */
export function identityStatement(features: ServerFeatures): SqlStatement {
  return { text: `SELECT ${identityPart.sql(features)} AS "identity"` };
}

const rowSchema = z.object({ identity: schema });

export function readIdentity(row: unknown): Identity {
  return identityPart.normalise(rowSchema.parse(row).identity);
}
