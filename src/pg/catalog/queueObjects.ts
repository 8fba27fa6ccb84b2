import * as z from 'zod/mini';
import type { QueueObjectFacts, QueueTriggerFacts } from '../../core/facts';
import {
  CAPTURE_TRIGGER,
  CONFLICTS,
  EDGE_IDENTITY,
  EDGE_REGISTER,
  GUARD_TRIGGER,
  LEDGER,
  METRICS,
  TRUNCATE_TRIGGER,
} from '../../core/queue/queueNames';
import type { TableName } from '../../core/topology';

const KINDS: Readonly<Record<string, QueueTriggerFacts['kind']>> = {
  [CAPTURE_TRIGGER]: 'capture',
  [TRUNCATE_TRIGGER]: 'refuseTruncate',
  [GUARD_TRIGGER]: 'echoGuard',
};

const TABLES = [EDGE_IDENTITY, EDGE_REGISTER, LEDGER, CONFLICTS, METRICS];

/**
 * Our triggers and tables, and which of these roles there are not. By catalog look-up, which needs no privilege and fails for nothing
 * that is missing. Lowest version: 14. Source: pg_trigger, pg_class, pg_roles.
 * @param roles SQL of a text[]; `null`: the file names none
 */
export function queueObjectsSql(roles: string | null): string {
  return `pg_catalog.json_build_object(
    'triggers', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname, t.tgname, t.tgenabled)
          ORDER BY n.nspname, c.relname, t.tgname)
        FROM pg_catalog.pg_trigger AS t
        JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE t.tgname IN (${Object.keys(KINDS).map(quoted).join(', ')}) AND t.tgparentid = 0),
    'tables', (SELECT pg_catalog.json_agg(c.relname)
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = ${quoted(LEDGER.schema)} AND c.relkind = 'r'
         AND c.relname IN (${TABLES.map(({ name }) => quoted(name)).join(', ')})),
    'missingRoles', ${roles === null ? 'NULL' : missingRolesSql(roles)})`;
}

export const queueObjectsSchema = z.object({
  triggers: z.nullable(z.array(z.tuple([z.string(), z.string(), z.string(), z.string()]))),
  tables: z.nullable(z.array(z.string())),
  missingRoles: z.nullable(z.array(z.string())),
});

export function readQueueObjects(
  { triggers, tables, missingRoles }: z.infer<typeof queueObjectsSchema>,
  queue: TableName | null,
): QueueObjectFacts {
  return {
    queue,
    triggers: (triggers ?? []).flatMap(([schema, table, name, fires]) => {
      const kind = KINDS[name];
      return kind === undefined ? [] : [{ schema, table, kind, fires }];
    }),
    tables: tables ?? [],
    missingRoles: missingRoles ?? [],
  };
}

function missingRolesSql(roles: string): string {
  return `(SELECT pg_catalog.json_agg(u.name) FROM pg_catalog.unnest(${roles}) AS u (name)
       WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = u.name))`;
}

function quoted(name: string): string {
  return `'${name}'`;
}
