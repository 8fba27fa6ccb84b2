import * as z from 'zod/mini';
import type { QueueFacts } from '../../../core/plan/queue/queueFacts';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import { EDGE_IDENTITY, EDGE_REGISTER } from '../../../core/queue/queueNames';
import { escapeLiteral, qualifiedName } from '../../../core/sql';
import type { TableName } from '../../../core/topology';
import { IS_USER_SCHEMA } from './schemas';

const FIRES = { O: 'ordinary', R: 'replica', A: 'always', D: 'never' } as const;
const ON_UPDATE = { a: null, r: null, c: 'cascade', n: 'setNull', d: 'setDefault' } as const;

const table = z.object({ schema: z.string(), name: z.string() });

const schema = z.object({
  functions: z.nullable(
    z.array(z.object({ name: z.string(), source: z.string(), settings: z.array(z.string()) })),
  ),
  triggers: z.nullable(
    z.array(
      z.object({
        table,
        name: z.string(),
        function: table,
        fires: z.enum(['O', 'R', 'A', 'D']),
        definition: z.string(),
        mentions: z.nullable(z.array(z.string())),
      }),
    ),
  ),
  foreignKeys: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        table,
        references: table,
        onUpdate: z.enum(['a', 'r', 'c', 'n', 'd']),
      }),
    ),
  ),
  partitions: z.nullable(
    z.array(z.object({ schema: z.string(), name: z.string(), root: z.nullable(table) })),
  ),
  parents: z.nullable(z.array(table)),
  rights: z.nullable(
    z.array(z.object({ role: z.string(), table, rights: z.nullable(z.array(z.string())) })),
  ),
  schemaObjects: z.nullable(z.array(z.string())),
  counters: z.nullable(
    z.array(z.object({ schema: z.string(), name: z.string(), column: z.string() })),
  ),
  canCount: z.boolean(),
  canIdentify: z.boolean(),
  knowsEdges: z.boolean(),
  encoding: z.string(),
  typeSchemas: z.nullable(
    z.array(z.object({ schema: z.string(), name: z.string(), types: z.array(z.string()) })),
  ),
  rowSecurity: z.nullable(
    z.array(
      z.object({ schema: z.string(), name: z.string(), exempt: z.nullable(z.array(z.string())) }),
    ),
  ),
});

/**
 * One row. @param queue the edge's queue, wherever it is
 * @param roles whose rights on tables of ours are asked; names that do not exist are passed over
 */
export function queueFactsStatement(queue: TableName, roles: readonly string[]): SqlStatement {
  return { text, values: [queue.schema, queue.name, roles] };
}

/** Counts what waits, for a queue that `readQueueFacts` found readable. */
export function openOperationsStatement(queue: TableName): SqlStatement {
  const name = qualifiedName(queue);
  return {
    text: `SELECT count(*)::int4 AS "open" FROM (SELECT FROM ${name} AS q WHERE q.synced_at IS NULL LIMIT 10001) AS o`,
  };
}

/** Who the edge is, where `readQueueFacts` found its identity readable. Source: pgtopology.edge_identity. */
export function edgeIdStatement(): SqlStatement {
  return { text: `SELECT i.edge_id::text AS "edgeId" FROM ${qualifiedName(EDGE_IDENTITY)} AS i` };
}

export function readEdgeId(row: unknown): string | null {
  return row === undefined ? null : z.object({ edgeId: z.string() }).parse(row).edgeId;
}

/** Which edges have drained to here, where `readQueueFacts` found that readable. Source: pgtopology.edge. */
export function edgesStatement(): SqlStatement {
  return {
    text: `SELECT e.edge_id::text AS "id", e.name AS "name" FROM ${qualifiedName(EDGE_REGISTER)} AS e ORDER BY e.name LIMIT 100`,
  };
}

export function readEdges(rows: readonly unknown[]): NonNullable<QueueFacts['edges']> {
  return z.array(z.object({ id: z.string(), name: z.string() })).parse(rows);
}

/** @throws when the row is not what the statement yields */
export function readQueueFacts(row: unknown): {
  readonly facts: QueueFacts;
  readonly canCount: boolean;
  readonly canIdentify: boolean;
  readonly knowsEdges: boolean;
} {
  const raw = schema.parse(row);
  return {
    canCount: raw.canCount,
    canIdentify: raw.canIdentify,
    knowsEdges: raw.knowsEdges,
    facts: {
      functions: raw.functions ?? [],
      triggers: (raw.triggers ?? []).map((trigger) => ({
        ...trigger,
        fires: FIRES[trigger.fires],
        mentions: trigger.mentions ?? [],
      })),
      foreignKeys: (raw.foreignKeys ?? []).map((key) => ({
        ...key,
        onUpdate: ON_UPDATE[key.onUpdate],
      })),
      partitions: (raw.partitions ?? []).flatMap(({ root, ...partition }) =>
        root === null ? [] : [{ ...partition, root }],
      ),
      parents: raw.parents ?? [],
      rights: (raw.rights ?? []).map((one) => ({ ...one, rights: one.rights ?? [] })),
      schemaObjects: raw.schemaObjects ?? [],
      counters: raw.counters ?? [],
      openOperations: null,
      edgeId: null,
      encoding: raw.encoding,
      typeSchemas: raw.typeSchemas ?? [],
      rowSecurity: (raw.rowSecurity ?? []).map((one) => ({ ...one, exempt: one.exempt ?? [] })),
    },
  };
}

export function readOpenOperations(row: unknown): number {
  return z.object({ open: z.number() }).parse(row).open;
}

const OURS = escapeLiteral('pgtopology');

function named(alias: string, schemaAlias: string): string {
  return `pg_catalog.json_build_object('schema', ${schemaAlias}.nspname, 'name', ${alias}.relname)`;
}

function isReadable({ schema: namespace, name }: TableName): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = ${escapeLiteral(namespace)} AND c.relname = ${escapeLiteral(name)} AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
     AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))`;
}

/** Tables outside the system schemas that a function's source names, looked up word by word: one pass over each source. */
const MENTIONS = `(SELECT pg_catalog.json_agg(DISTINCT w.word[1])
      FROM pg_catalog.regexp_matches(f.prosrc, '[^\\s"''.,;()=]+', 'g') AS w (word)
     WHERE w.word[1] IN (SELECT u.relname FROM pg_catalog.pg_class AS u JOIN pg_catalog.pg_namespace AS n ON n.oid = u.relnamespace
        WHERE u.relkind IN ('r', 'p') AND ${IS_USER_SCHEMA}))`;

const text = `
SELECT (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', p.proname, 'source', p.prosrc,
      'settings', COALESCE(p.proconfig, '{}')) ORDER BY p.proname)
     FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ${OURS}) AS "functions",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('table', ${named('c', 'n')}, 'name', g.tgname,
      'function', pg_catalog.json_build_object('schema', fn.nspname, 'name', f.proname), 'fires', g.tgenabled,
      'definition', pg_catalog.pg_get_triggerdef(g.oid), 'mentions', CASE WHEN fn.nspname <> ${OURS} THEN ${MENTIONS} END)
      ORDER BY n.nspname, c.relname, g.tgname)
     FROM pg_catalog.pg_trigger AS g
     JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_proc AS f ON f.oid = g.tgfoid
     JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.pronamespace
    WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND ${IS_USER_SCHEMA}) AS "triggers",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', k.conname, 'table', ${named('c', 'n')},
      'references', ${named('r', 'm')}, 'onUpdate', k.confupdtype) ORDER BY n.nspname, c.relname, k.conname)
     FROM pg_catalog.pg_constraint AS k
     JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_class AS r ON r.oid = k.confrelid
     JOIN pg_catalog.pg_namespace AS m ON m.oid = r.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND ${IS_USER_SCHEMA}) AS "foreignKeys",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname,
      'root', (SELECT ${named('r', 'm')} FROM pg_catalog.pg_class AS r
         JOIN pg_catalog.pg_namespace AS m ON m.oid = r.relnamespace
        WHERE r.oid = pg_catalog.pg_partition_root(c.oid))) ORDER BY n.nspname, c.relname)
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relispartition AND c.relkind IN ('r', 'p') AND ${IS_USER_SCHEMA}) AS "partitions",
  (SELECT pg_catalog.json_agg(DISTINCT ${named('c', 'n')}::pg_catalog.jsonb)
     FROM pg_catalog.pg_inherits AS h JOIN pg_catalog.pg_class AS c ON c.oid = h.inhparent
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r') AS "parents",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('role', o.rolname, 'table', ${named('c', 'n')},
      'rights', (SELECT pg_catalog.json_agg(p.name) FROM pg_catalog.unnest('{SELECT,INSERT,UPDATE,DELETE}'::pg_catalog.text[]) AS p (name)
         WHERE pg_catalog.has_table_privilege(o.oid, c.oid, p.name))))
     FROM pg_catalog.pg_roles AS o, pg_catalog.pg_class AS c
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE o.rolname = ANY ($3::pg_catalog.text[]) AND c.relkind IN ('r', 'p')
      AND (n.nspname = ${OURS} OR (n.nspname = $1 AND c.relname = $2))) AS "rights",
  (SELECT pg_catalog.json_agg(x.name) FROM (
     SELECT c.relname::pg_catalog.text FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.objid = c.oid AND d.deptype = 'i')
     UNION ALL
     SELECT p.proname::pg_catalog.text FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = ${OURS}
     UNION ALL
     SELECT t.typname::pg_catalog.text FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      WHERE n.nspname = ${OURS} AND t.typrelid = 0 AND t.typcategory <> 'A') AS x (name)) AS "schemaObjects",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname, 'column', a.attname))
     FROM pg_catalog.pg_attribute AS a
     JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_attrdef AS e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND ${IS_USER_SCHEMA}
      AND (a.attidentity <> '' OR (a.attgenerated = '' AND pg_catalog.pg_get_expr(e.adbin, e.adrelid) LIKE 'nextval(%'))) AS "counters",
  EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'synced_at' AND NOT a.attisdropped
   WHERE n.nspname = $1 AND c.relname = $2 AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
     AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) AS "canCount",
  ${isReadable(EDGE_IDENTITY)} AS "canIdentify",
  ${isReadable(EDGE_REGISTER)} AS "knowsEdges",
  pg_catalog.getdatabaseencoding()::pg_catalog.text AS "encoding",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', x.schema, 'name', x.name, 'types', x.types) ORDER BY x.schema, x.name)
     FROM (
       WITH RECURSIVE used (relid, typid) AS (
         SELECT a.attrelid, a.atttypid FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
          WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384 AND c.relkind IN ('r', 'p')
         UNION
         SELECT used.relid, d.typbasetype FROM used JOIN pg_catalog.pg_type AS d ON d.oid = used.typid AND d.typtype = 'd')
       SELECT n.nspname AS schema, c.relname AS name, pg_catalog.json_agg(DISTINCT m.nspname) AS types
         FROM used JOIN pg_catalog.pg_class AS c ON c.oid = used.relid
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_type AS t ON t.oid = used.typid
         JOIN pg_catalog.pg_namespace AS m ON m.oid = t.typnamespace
        WHERE ${IS_USER_SCHEMA} AND m.nspname <> 'pg_catalog'
        GROUP BY 1, 2) AS x) AS "typeSchemas",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname, 'exempt', (
        SELECT pg_catalog.json_agg(r.rolname ORDER BY r.rolname) FROM pg_catalog.pg_roles AS r
         WHERE (r.rolname = current_user OR r.rolname = ANY ($3::pg_catalog.text[]))
           AND (r.rolsuper OR r.rolbypassrls OR (pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity))))
      ORDER BY n.nspname, c.relname)
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relrowsecurity AND ${IS_USER_SCHEMA}) AS "rowSecurity"`;
