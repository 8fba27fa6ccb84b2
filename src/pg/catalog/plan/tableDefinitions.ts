import * as z from 'zod/mini';
import type { TableDefinition, TableNeed } from '../../../core/plan/tableDefinition';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import type { TableName } from '../../../core/topology';
import { IS_USER_SCHEMA } from './schemas';

const IDENTITY = { a: 'always', d: 'byDefault' } as const;
const REPLICA_IDENTITY = { d: 'default', f: 'full', i: 'index', n: 'nothing' } as const;
const CONSTRAINTS = {
  p: 'primaryKey',
  u: 'unique',
  c: 'check',
  x: 'exclusion',
  f: 'foreignKey',
} as const;

const tableName = { schema: z.string(), name: z.string() };

const schema = z.object({
  ...tableName,
  columns: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        collation: z.nullable(z.string()),
        isNotNull: z.boolean(),
        defaultSql: z.nullable(z.string()),
        identity: z.enum(['', 'a', 'd']),
        generated: z.enum(['', 's', 'v']),
      }),
    ),
  ),
  constraints: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['p', 'u', 'c', 'x', 'f']),
        sql: z.string(),
        references: z.nullable(z.object(tableName)),
      }),
    ),
  ),
  indexes: z.nullable(
    z.array(z.object({ name: z.string(), isUnique: z.boolean(), sql: z.string() })),
  ),
  replicaIdentity: z.enum(['d', 'f', 'i', 'n']),
  identityIndex: z.nullable(z.string()),
  partitionKey: z.nullable(z.string()),
  parent: z.nullable(z.object(tableName)),
  bound: z.nullable(z.string()),
  rowEstimate: z.nullable(z.number()),
  needs: z.nullable(
    z.array(
      z.object({
        kind: z.string(),
        identity: z.string(),
        extension: z.nullable(z.string()),
        createSql: z.nullable(z.string()),
      }),
    ),
  ),
  counts: z.object({
    triggers: z.number(),
    rules: z.number(),
    policies: z.number(),
    grants: z.number(),
    statistics: z.number(),
    parents: z.number(),
    options: z.number(),
    comments: z.number(),
  }),
});

/**
 * What these tables are made of, one row each; without names every table outside the system schemas.
 * Lowest version: 14. Source: pg_class, pg_attribute, pg_attrdef, pg_constraint, pg_index, pg_inherits, pg_trigger,
 * pg_rewrite, pg_policy, pg_statistic_ext.
 */
export function tableDefinitionsStatement(tables: readonly TableName[] | null): SqlStatement {
  const schemas = tables?.map((table) => table.schema) ?? null;
  return { text, values: [schemas, tables?.map(({ name }) => name) ?? null] };
}

export function readTableDefinition(row: unknown): TableDefinition {
  const { counts, parent, bound, ...raw } = schema.parse(row);
  return {
    ...raw,
    columns: (raw.columns ?? []).map(({ generated, defaultSql, identity, ...column }) => ({
      ...column,
      defaultSql: generated === '' ? defaultSql : null,
      generatedSql: generated === '' ? null : defaultSql,
      isVirtual: generated === 'v',
      identity: identity === '' ? null : IDENTITY[identity],
    })),
    constraints: (raw.constraints ?? []).map((one) => ({ ...one, kind: CONSTRAINTS[one.kind] })),
    indexes: raw.indexes ?? [],
    replicaIdentity: REPLICA_IDENTITY[raw.replicaIdentity],
    partitionOf: parent === null || bound === null ? null : { parent, bound },
    needs: (raw.needs ?? []).map((need) => ({ ...need, kind: needKind(need.kind) })),
    notCarried: [
      ...counted(counts.triggers, 'trigger', 'triggers'),
      ...counted(counts.rules, 'rule', 'rules'),
      ...counted(counts.policies, 'row security policy', 'row security policies'),
      ...(counts.grants > 0 ? ['privileges that were granted on it'] : []),
      ...counted(counts.statistics, 'extended statistics object', 'extended statistics objects'),
      ...(counts.parents > 0 ? ['its inheritance from another table'] : []),
      ...(counts.options > 0 ? ['its storage parameters'] : []),
      ...(counts.comments > 0 ? ['its comments'] : []),
    ],
  };
}

/** The kinds whose presence another server can be asked for; a domain is a type. */
function needKind(kind: string): TableNeed['kind'] {
  if (kind === 'type' || kind === 'domain') return 'type';
  return kind === 'function' || kind === 'collation' ? kind : 'other';
}

function counted(count: number, one: string, many: string): readonly string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? one : many}`];
}

/**
 * What the table, its defaults, constraints and indexes depend on outside the system's own objects and other tables.
 * An array needs its elements' type. What belongs to an extension comes with it, so one of each extension is enough.
 */
const NEEDS = `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'kind', u.kind, 'identity', u.identity, 'extension', u.extension, 'createSql', u.sql) ORDER BY u.sql IS NOT NULL, u.oid)
    FROM (SELECT DISTINCT ON (o.type, o.identity) o.type AS kind, o.identity, r.oid,
          (SELECT x.extname::pg_catalog.text FROM pg_catalog.pg_depend AS e JOIN pg_catalog.pg_extension AS x ON x.oid = e.refobjid
            WHERE e.classid = r.class AND e.objid = r.oid AND e.deptype = 'e') AS extension,
          CASE t.typtype
            WHEN 'e' THEN 'CREATE TYPE ' || o.identity || ' AS ENUM (' ||
              (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
                 FROM pg_catalog.pg_enum AS l WHERE l.enumtypid = t.oid) || ')'
            WHEN 'd' THEN 'CREATE DOMAIN ' || o.identity || ' AS ' || pg_catalog.format_type(t.typbasetype, t.typtypmod)
              || COALESCE(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
              || COALESCE((SELECT pg_catalog.string_agg(' CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' ' ||
                     pg_catalog.pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
                   FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c'), '')
          END AS sql
        FROM (SELECT d.refclassid AS class,
              COALESCE((SELECT NULLIF(y.typelem, 0) FROM pg_catalog.pg_type AS y
                WHERE y.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND y.typcategory = 'A'),
                d.refobjid) AS oid
            FROM pg_catalog.pg_depend AS d
           WHERE d.deptype = 'n' AND d.refclassid <> 'pg_catalog.pg_class'::pg_catalog.regclass
             AND d.refclassid <> 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid >= 16384
             AND ((d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND (d.objid = c.oid
                   OR d.objid IN (SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid)))
               OR (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                 AND d.objid IN (SELECT f.oid FROM pg_catalog.pg_attrdef AS f WHERE f.adrelid = c.oid))
               OR (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                 AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid)))) AS r
        CROSS JOIN LATERAL pg_catalog.pg_identify_object(r.class, r.oid, 0) AS o
        LEFT JOIN pg_catalog.pg_type AS t ON t.oid = r.oid AND r.class = 'pg_catalog.pg_type'::pg_catalog.regclass) AS u)`;

const text = `
SELECT n.nspname::pg_catalog.text AS "schema", c.relname::pg_catalog.text AS "name",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'collation', CASE WHEN a.attcollation <> t.typcollation THEN
        (SELECT pg_catalog.quote_ident(m.nspname) || '.' || pg_catalog.quote_ident(o.collname)
           FROM pg_catalog.pg_collation AS o JOIN pg_catalog.pg_namespace AS m ON m.oid = o.collnamespace
          WHERE o.oid = a.attcollation) END,
      'isNotNull', a.attnotnull,
      'defaultSql', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
      'identity', a.attidentity,
      'generated', a.attgenerated) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a
     JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
     LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', k.conname, 'kind', k.contype, 'sql', pg_catalog.pg_get_constraintdef(k.oid),
      'references', CASE WHEN k.contype = 'f' THEN (SELECT pg_catalog.json_build_object('schema', m.nspname, 'name', q.relname)
        FROM pg_catalog.pg_class AS q JOIN pg_catalog.pg_namespace AS m ON m.oid = q.relnamespace WHERE q.oid = k.confrelid) END)
      ORDER BY pg_catalog.strpos('pucxf', k.contype::pg_catalog.text), k.conname)
     FROM pg_catalog.pg_constraint AS k
    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'x', 'f') AND k.conparentid = 0
      AND (k.conislocal OR NOT c.relispartition)) AS "constraints",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', x.relname, 'isUnique', i.indisunique, 'sql', pg_catalog.pg_get_indexdef(i.indexrelid)) ORDER BY x.relname)
     FROM pg_catalog.pg_index AS i
     JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisvalid AND NOT x.relispartition
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
        WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))) AS "indexes",
  c.relreplident::pg_catalog.text AS "replicaIdentity",
  (SELECT x.relname::pg_catalog.text FROM pg_catalog.pg_index AS i
     JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i') AS "identityIndex",
  CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS "partitionKey",
  CASE WHEN c.relispartition THEN
    (SELECT pg_catalog.json_build_object('schema', m.nspname, 'name', q.relname)
       FROM pg_catalog.pg_inherits AS h
       JOIN pg_catalog.pg_class AS q ON q.oid = h.inhparent
       JOIN pg_catalog.pg_namespace AS m ON m.oid = q.relnamespace
      WHERE h.inhrelid = c.oid) END AS "parent",
  CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END AS "bound",
  CASE WHEN c.reltuples >= 0 THEN c.reltuples::pg_catalog.float8 END AS "rowEstimate",
  pg_catalog.json_build_object(
    'triggers', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
    'rules', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid),
    'policies', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid),
    'grants', (SELECT pg_catalog.count(*) FROM pg_catalog.aclexplode(c.relacl) AS l WHERE l.grantee <> c.relowner),
    'statistics', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_statistic_ext AS s WHERE s.stxrelid = c.oid),
    'parents', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits AS h
      WHERE h.inhrelid = c.oid AND NOT c.relispartition),
    'options', COALESCE(pg_catalog.cardinality(c.reloptions), 0),
    'comments', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_description AS o
      WHERE o.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.objoid = c.oid)) AS "counts",
  ${NEEDS} AS "needs"
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${IS_USER_SCHEMA}
  AND ($1::pg_catalog.text[] IS NULL OR (n.nspname::pg_catalog.text, c.relname::pg_catalog.text) IN (
    SELECT * FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))))
ORDER BY n.nspname, c.relname`;
