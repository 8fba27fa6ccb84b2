import * as z from 'zod/mini';
import type { RelationFacts } from '../../../core/plan/nodeCatalog';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import { IS_USER_SCHEMA } from './schemas';

const KINDS = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materializedView',
  f: 'foreign',
} as const;

const PERSISTENCE = { p: 'permanent', u: 'unlogged', t: 'temporary' } as const;

const REPLICA_IDENTITY = { d: 'default', f: 'full', i: 'index', n: 'nothing' } as const;

const schema = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['r', 'p', 'v', 'm', 'f']),
  persistence: z.enum(['p', 'u', 't']),
  isPartition: z.boolean(),
  owner: z.string(),
  isOwned: z.boolean(),
  canSelect: z.boolean(),
  sizeBytes: z.nullable(z.number()),
  columns: z.nullable(
    z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        isNotNull: z.boolean(),
        hasDefault: z.boolean(),
        isGenerated: z.boolean(),
        isVirtual: z.exactOptional(z.boolean()),
      }),
    ),
  ),
  replicaIdentity: z.enum(['d', 'f', 'i', 'n']),
  identityColumns: z.nullable(z.array(z.string())),
  notReadableBy: z.nullable(z.array(z.string())),
  comment: z.nullable(z.string()),
  rowEstimate: z.number(),
  firingTriggers: z.nullable(z.array(z.string())),
  keys: z.nullable(z.array(z.object({ isPrimary: z.boolean(), columns: z.array(z.string()) }))),
});

/**
 * All relations of the database that hold or show rows, one row each. Nothing here opens a relation, so none that is
 * locked makes it wait; the size is therefore what the last VACUUM or ANALYZE saw.
 * Lowest version: 14. Source: pg_class, pg_attribute, pg_attrdef, pg_index, pg_trigger, pg_description, has_table_privilege(),
 * pg_stat_get_live_tuples().
 * @param rolesToCheck names that do not exist are passed over
 */
export function relationsStatement(rolesToCheck: readonly string[]): SqlStatement {
  return { text, values: [rolesToCheck] };
}

export function readRelation(row: unknown): RelationFacts {
  const { keys, ...raw } = schema.parse(row);
  const columns = raw.columns ?? [];
  return {
    ...raw,
    kind: KINDS[raw.kind],
    persistence: PERSISTENCE[raw.persistence],
    columns,
    replicaIdentity: REPLICA_IDENTITY[raw.replicaIdentity],
    identityColumns:
      raw.replicaIdentity === 'f' ? columns.map(({ name }) => name) : (raw.identityColumns ?? []),
    notReadableBy: raw.notReadableBy ?? [],
    firingTriggers: raw.firingTriggers ?? [],
    primaryKey: (keys ?? []).find(({ isPrimary }) => isPrimary)?.columns ?? [],
    uniqueKeys: (keys ?? []).map((key) => key.columns),
  };
}

const text = `
SELECT n.nspname::pg_catalog.text AS "schema", c.relname::pg_catalog.text AS "name",
  c.relkind::pg_catalog.text AS "kind", c.relpersistence::pg_catalog.text AS "persistence",
  c.relispartition AS "isPartition",
  pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text AS "owner",
  pg_catalog.pg_has_role(c.relowner, 'USAGE') AS "isOwned",
  pg_catalog.has_table_privilege(c.oid, 'SELECT') AS "canSelect",
  CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN
    c.relpages::pg_catalog.float8 * pg_catalog.current_setting('block_size')::pg_catalog.float8 END AS "sizeBytes",
  a.columns AS "columns",
  c.relreplident::pg_catalog.text AS "replicaIdentity",
  (SELECT pg_catalog.json_agg(k.attname ORDER BY k.attnum)
     FROM pg_catalog.pg_index AS i
     JOIN pg_catalog.pg_attribute AS k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisvalid
      AND ((c.relreplident = 'd' AND i.indisprimary) OR (c.relreplident = 'i' AND i.indisreplident))) AS "identityColumns",
  (SELECT pg_catalog.json_agg(r.rolname ORDER BY r.rolname)
     FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY ($1::pg_catalog.text[])
      AND NOT (pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
        AND pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT'))) AS "notReadableBy",
  pg_catalog.obj_description(c.oid, 'pg_class') AS "comment",
  GREATEST(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)::pg_catalog.float8 AS "rowEstimate",
  (SELECT pg_catalog.json_agg(g.tgname ORDER BY g.tgname) FROM pg_catalog.pg_trigger AS g
    WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled IN ('R', 'A')) AS "firingTriggers",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('isPrimary', i.indisprimary, 'columns',
      (SELECT pg_catalog.json_agg(k.attname ORDER BY k.attnum) FROM pg_catalog.pg_attribute AS k
        WHERE k.attrelid = c.oid AND k.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1]))) ORDER BY i.indexrelid)
     FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL) AS "keys"
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'isNotNull', a.attnotnull,
      'hasDefault', a.attidentity <> '' OR (a.atthasdef AND a.attgenerated = ''),
      'isGenerated', a.attgenerated <> '',
      'isVirtual', a.attgenerated = 'v') ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_attribute AS a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS a ON true
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${IS_USER_SCHEMA}
ORDER BY n.nspname, c.relname`;
