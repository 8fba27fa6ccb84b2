import * as z from 'zod/mini';
import type { TableDefinition } from '../../../core/plan/tableDefinition';
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
        isGenerated: z.boolean(),
      }),
    ),
  ),
  constraints: z.nullable(
    z.array(
      z.object({ name: z.string(), kind: z.enum(['p', 'u', 'c', 'x', 'f']), sql: z.string() }),
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
  counts: z.object({
    triggers: z.number(),
    rules: z.number(),
    policies: z.number(),
    grants: z.number(),
    statistics: z.number(),
    parents: z.number(),
    options: z.number(),
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
    columns: (raw.columns ?? []).map(({ isGenerated, defaultSql, identity, ...column }) => ({
      ...column,
      defaultSql: isGenerated ? null : defaultSql,
      generatedSql: isGenerated ? defaultSql : null,
      identity: identity === '' ? null : IDENTITY[identity],
    })),
    constraints: (raw.constraints ?? []).map((one) => ({ ...one, kind: CONSTRAINTS[one.kind] })),
    indexes: raw.indexes ?? [],
    replicaIdentity: REPLICA_IDENTITY[raw.replicaIdentity],
    partitionOf: parent === null || bound === null ? null : { parent, bound },
    notCarried: [
      ...counted(counts.triggers, 'trigger', 'triggers'),
      ...counted(counts.rules, 'rule', 'rules'),
      ...counted(counts.policies, 'row security policy', 'row security policies'),
      ...(counts.grants > 0 ? ['privileges that were granted on it'] : []),
      ...counted(counts.statistics, 'extended statistics object', 'extended statistics objects'),
      ...(counts.parents > 0 ? ['its inheritance from another table'] : []),
      ...(counts.options > 0 ? ['its storage parameters'] : []),
    ],
  };
}

function counted(count: number, one: string, many: string): readonly string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? one : many}`];
}

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
      'isGenerated', a.attgenerated <> '') ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a
     JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
     LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', k.conname, 'kind', k.contype, 'sql', pg_catalog.pg_get_constraintdef(k.oid))
      ORDER BY pg_catalog.strpos('pucxf', k.contype::pg_catalog.text), k.conname)
     FROM pg_catalog.pg_constraint AS k
    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'x', 'f') AND k.conparentid = 0) AS "constraints",
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
    'options', COALESCE(pg_catalog.cardinality(c.reloptions), 0)) AS "counts"
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${IS_USER_SCHEMA}
  AND ($1::pg_catalog.text[] IS NULL OR (n.nspname::pg_catalog.text, c.relname::pg_catalog.text) IN (
    SELECT * FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))))
ORDER BY n.nspname, c.relname`;
