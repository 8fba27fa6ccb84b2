import * as z from 'zod/mini';
import type { SqlStatement } from '../../../core/ports/sqlSession';
import type { TargetTable } from '../../../core/queue/targetTable';
import type { ConflictPolicy, TableName } from '../../../core/topology';

const IDENTITY = { a: 'always', d: 'byDefault' } as const;

const schema = z.object({
  schema: z.string(),
  name: z.string(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      declaredType: z.string(),
      isGenerated: z.boolean(),
      identity: z.enum(['', 'a', 'd']),
      json: z.nullable(z.enum(['json', 'jsonb'])),
      comparesAsText: z.boolean(),
      spelling: z.nullable(z.enum(['asWritten', 'padded', 'integer', 'numeric', 'uuid'])),
      collation: z.nullable(z.string()),
    }),
  ),
  key: z.nullable(z.array(z.object({ name: z.string(), operator: z.nullable(z.string()) }))),
  isKeyArbiter: z.nullable(z.boolean()),
  updatedAt: z.nullable(z.string()),
  references: z.nullable(
    z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        columns: z.nullable(z.array(z.string())),
        isIndirect: z.boolean(),
      }),
    ),
  ),
  hasOtherUniques: z.boolean(),
  hasTriggers: z.boolean(),
});

/**
 * What applying operations needs to know of these tables, one row each; names that are no table are not among them. The session's
 * `search_path` is `pg_catalog, pg_temp`, so that types come with their schemas.
 * Lowest version: 14. Source: pg_class, pg_attribute, pg_type, pg_index, pg_amop, pg_constraint, pg_trigger, pg_rewrite.
 */
export function targetTablesStatement(tables: readonly TableName[]): SqlStatement {
  return { text, values: [tables.map((table) => table.schema), tables.map(({ name }) => name)] };
}

/** @param policy what the file says for conflicts of the table */
export function readTargetTable(
  row: unknown,
  policy: (table: TableName) => ConflictPolicy,
): TargetTable {
  const { key, ...raw } = schema.parse(row);
  return {
    ...raw,
    columns: raw.columns.map(({ identity, ...column }) => ({
      ...column,
      identity: identity === '' ? null : IDENTITY[identity],
    })),
    key: (key ?? []).map(({ name }) => name),
    keyOperators: (key ?? []).map(({ operator }) => operator ?? 'OPERATOR(pg_catalog.=)'),
    isKeyArbiter: raw.isKeyArbiter ?? false,
    references: raw.references ?? [],
    policy: policy(raw),
  };
}

/** Types whose images are equal when their values are; the base types below domains. */
const BY_IMAGE = typeList(
  ...['bool', 'int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'uuid', 'date'],
  ...['timestamp', 'timestamptz', 'bytea'],
);

/** Types of which one value has one text, under a collation that tells texts apart. */
const SPELLED = typeList(
  ...['bool', 'text', 'varchar', 'name', 'bytea', 'bit', 'varbit', 'oid', 'money', 'pg_lsn'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz'],
  ...['inet', 'cidr', 'macaddr', 'macaddr8'],
);

const INTEGERS = typeList('int2', 'int4', 'int8');

function typeList(...names: readonly string[]): string {
  return `(${names.map((name) => `'pg_catalog.${name}'::pg_catalog.regtype`).join(', ')})`;
}

/** The relation with its partitions. */
const SELF_AND_PARTITIONS = (oid: string) =>
  `(SELECT p.relid FROM pg_catalog.pg_partition_tree(${oid}) AS p UNION SELECT ${oid})`;

/** The columns of a foreign key in the order of the primary key that it points at; NULL where it points at something else. */
const REFERRING = `(SELECT CASE WHEN pg_catalog.count(*) = pg_catalog.count(f.attname) AND pg_catalog.count(*) = pg_catalog.cardinality(k.conkey)
             AND pg_catalog.bool_and(f.atttypid = u.atttypid OR (f.atttypid IN ${INTEGERS} AND u.atttypid IN ${INTEGERS}))
            THEN pg_catalog.json_agg(f.attname ORDER BY y.n) END
          FROM pg_catalog.pg_index AS x
         CROSS JOIN LATERAL pg_catalog.unnest(x.indkey::pg_catalog.int2[]) WITH ORDINALITY AS y (attnum, n)
          JOIN pg_catalog.pg_attribute AS u ON u.attrelid = x.indrelid AND u.attnum = y.attnum
          LEFT JOIN pg_catalog.pg_attribute AS f ON f.attrelid = k.conrelid
            AND f.attnum = k.conkey[pg_catalog.array_position(k.confkey, y.attnum)]
         WHERE x.indrelid = k.confrelid AND x.indisprimary AND y.n <= x.indnkeyatts)`;

const text = `
SELECT n.nspname::pg_catalog.text AS "schema", c.relname::pg_catalog.text AS "name",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(b.oid, -1),
      'declaredType', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'isGenerated', a.attgenerated <> '',
      'identity', a.attidentity,
      'json', CASE b.oid WHEN 'pg_catalog.json'::pg_catalog.regtype THEN 'json' WHEN 'pg_catalog.jsonb'::pg_catalog.regtype THEN 'jsonb' END,
      'comparesAsText', b.oid NOT IN ${BY_IMAGE} AND b.typtype <> 'e',
      'spelling', CASE
        WHEN b.oid IN ${INTEGERS} THEN 'integer'
        WHEN b.oid = 'pg_catalog.numeric'::pg_catalog.regtype THEN 'numeric'
        WHEN b.oid = 'pg_catalog.uuid'::pg_catalog.regtype THEN 'uuid'
        WHEN NOT loose.is_loose AND b.oid = 'pg_catalog.bpchar'::pg_catalog.regtype THEN 'padded'
        WHEN NOT loose.is_loose AND (b.oid IN ${SPELLED} OR b.typtype = 'e') THEN 'asWritten' END,
      'collation', CASE WHEN loose.is_loose THEN loose.collation END
      ) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a
    CROSS JOIN LATERAL (
      WITH RECURSIVE d (oid, typtype, typbasetype) AS (
        SELECT y.oid, y.typtype, y.typbasetype FROM pg_catalog.pg_type AS y WHERE y.oid = a.atttypid
        UNION ALL
        SELECT y.oid, y.typtype, y.typbasetype FROM d JOIN pg_catalog.pg_type AS y ON y.oid = d.typbasetype WHERE d.typtype = 'd'
      ) SELECT d.oid, d.typtype FROM d WHERE d.typtype <> 'd') AS b
    CROSS JOIN LATERAL (
      SELECT pg_catalog.count(*) > 0 AS is_loose,
             pg_catalog.max(pg_catalog.quote_ident(e.nspname) || '.' || pg_catalog.quote_ident(o.collname)) AS collation
        FROM pg_catalog.pg_collation AS o JOIN pg_catalog.pg_namespace AS e ON e.oid = o.collnamespace
       WHERE o.oid = a.attcollation AND NOT o.collisdeterministic) AS loose
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'operator', (SELECT 'OPERATOR(' || pg_catalog.quote_ident(m.nspname) || '.' || o.oprname || ')'
         FROM pg_catalog.pg_opclass AS l
         JOIN pg_catalog.pg_amop AS w ON w.amopfamily = l.opcfamily AND w.amopstrategy = 3
          AND w.amoplefttype = l.opcintype AND w.amoprighttype = l.opcintype
         JOIN pg_catalog.pg_operator AS o ON o.oid = w.amopopr
         JOIN pg_catalog.pg_namespace AS m ON m.oid = o.oprnamespace
         JOIN pg_catalog.pg_am AS v ON v.oid = l.opcmethod AND v.amname = 'btree'
        WHERE l.oid = i.indclass[k.n - 1])) ORDER BY k.n)
     FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, n)
     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE k.n <= i.indnkeyatts) AS "key",
  i.indimmediate AND (SELECT v.amname = 'btree' FROM pg_catalog.pg_class AS x JOIN pg_catalog.pg_am AS v ON v.oid = x.relam WHERE x.oid = i.indexrelid) AS "isKeyArbiter",
  (SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
     JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attname = 'updated_at' AND NOT a.attisdropped AND a.attgenerated = ''
      AND (CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END) = 'pg_catalog.timestamptz'::pg_catalog.regtype) AS "updatedAt",
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', m.nspname, 'name', q.relname, 'columns', r.columns, 'isIndirect', r.indirect))
     FROM (
       WITH RECURSIVE up (oid, level) AS (
         SELECT k.confrelid, 1 FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'f'
         UNION
         SELECT k.confrelid, 2 FROM up JOIN pg_catalog.pg_constraint AS k ON k.conrelid = up.oid AND k.contype = 'f'
       )
       SELECT up.oid, true AS indirect, NULL::pg_catalog.json AS columns FROM up WHERE up.level = 2
       UNION ALL
       SELECT k.confrelid, false, ${REFERRING}
         FROM pg_catalog.pg_constraint AS k
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND (k.conparentid = 0 OR c.relispartition)) AS r
     JOIN pg_catalog.pg_class AS q ON q.oid = r.oid
     JOIN pg_catalog.pg_namespace AS m ON m.oid = q.relnamespace) AS "references",
  EXISTS (SELECT FROM pg_catalog.pg_index AS u
     WHERE u.indrelid IN ${SELF_AND_PARTITIONS('c.oid')} AND NOT u.indisprimary AND (u.indisunique OR u.indisexclusion))
   OR COALESCE((SELECT v.amname <> 'btree' FROM pg_catalog.pg_class AS x JOIN pg_catalog.pg_am AS v ON v.oid = x.relam WHERE x.oid = i.indexrelid), false) AS "hasOtherUniques",
  EXISTS (
    WITH RECURSIVE down (oid) AS (
      SELECT c.oid
      UNION
      SELECT k.conrelid FROM down JOIN pg_catalog.pg_constraint AS k ON k.confrelid = down.oid AND k.contype = 'f'
         AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
    )
    SELECT FROM down CROSS JOIN LATERAL ${SELF_AND_PARTITIONS('down.oid')} AS p (relid)
     WHERE EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = p.relid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A'))
        OR EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class = p.relid AND w.ev_enabled IN ('O', 'A'))) AS "hasTriggers"
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS named (s, t)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = named.s
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = named.t AND c.relkind IN ('r', 'p')
  LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
 ORDER BY 1, 2`;
