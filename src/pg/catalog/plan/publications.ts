import * as z from 'zod/mini';
import type { CatalogPublication } from '../../../core/plan/nodeCatalog';
import { columnOrNull, type CatalogPart, type ServerFeatures } from '../part';

const GENERATED = { n: 'none', s: 'stored' } as const;

const table = { schema: z.string(), name: z.string() };

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      owner: z.string(),
      isOwned: z.boolean(),
      allTables: z.boolean(),
      schemas: z.nullable(z.array(z.string())),
      insert: z.boolean(),
      update: z.boolean(),
      delete: z.boolean(),
      truncate: z.boolean(),
      viaPartitionRoot: z.boolean(),
      generatedColumns: z.nullable(z.enum(['n', 's'])),
      tables: z.nullable(z.array(z.object({ ...table, columns: z.nullable(z.array(z.string())) }))),
      namedTables: z.nullable(
        z.array(
          z.object({
            ...table,
            columns: z.nullable(z.array(z.string())),
            rowFilter: z.nullable(z.string()),
          }),
        ),
      ),
    }),
  ),
);

/**
 * Publications of the database: what was named, and the tables that it comes to. Schemas, column lists and row filters came with 15,
 * publish_generated_columns with 18.
 * The tables are worked out here and not by pg_publication_tables, which from 15 on opens each of them and so waits for
 * whoever holds one.
 * Source: pg_publication, pg_publication_rel, pg_publication_namespace, pg_inherits.
 */
export const planPublicationsPart: CatalogPart<
  z.infer<typeof schema>,
  readonly CatalogPublication[]
> = {
  lowestVersion: 14,
  sql: (features) => {
    const schemas = hasSchemas(features)
      ? `(SELECT pg_catalog.json_agg(n.nspname ORDER BY n.nspname)
            FROM pg_catalog.pg_publication_namespace AS x
            JOIN pg_catalog.pg_namespace AS n ON n.oid = x.pnnspid
           WHERE x.pnpubid = p.oid)`
      : 'NULL::pg_catalog.json';
    return `(WITH RECURSIVE ${taken(features)}, ${published}
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.pubname,
      'owner', pg_catalog.pg_get_userbyid(p.pubowner),
      'isOwned', pg_catalog.pg_has_role(p.pubowner, 'USAGE'),
      'allTables', p.puballtables,
      'schemas', ${schemas},
      'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
      'viaPartitionRoot', p.pubviaroot,
      'generatedColumns', ${columnOrNull(features, 'pg_publication', 'pubgencols', 'p', '"char"')},
      'tables', t.tables,
      'namedTables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', n.nspname, 'name', c.relname,
            'columns', ${columnList(features, 'l.prrelid')},
            'rowFilter', ${rowFilter(features)}) ORDER BY n.nspname, c.relname)
          FROM pg_catalog.pg_publication_rel AS l
          JOIN pg_catalog.pg_class AS c ON c.oid = l.prrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE l.prpubid = p.oid)) ORDER BY p.pubname)
    FROM pg_catalog.pg_publication AS p
    LEFT JOIN (SELECT e.pub, pg_catalog.json_agg(pg_catalog.json_build_object(
          'schema', n.nspname, 'name', c.relname, 'columns', ${columnList(features, 'e.rel')})
          ORDER BY n.nspname, c.relname) AS tables
        FROM published AS e
        JOIN pg_catalog.pg_class AS c ON c.oid = e.rel
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_publication_rel AS l ON l.prpubid = e.pub AND l.prrelid = e.rel
       GROUP BY e.pub) AS t ON t.pub = p.oid)`;
  },
  schema,
  normalise: (raw) =>
    (raw ?? []).map((row) => ({
      name: row.name,
      owner: row.owner,
      isOwned: row.isOwned,
      allTables: row.allTables,
      schemas: row.schemas ?? [],
      operations: (['insert', 'update', 'delete', 'truncate'] as const).filter((key) => row[key]),
      viaPartitionRoot: row.viaPartitionRoot,
      generatedColumns: row.generatedColumns === null ? null : GENERATED[row.generatedColumns],
      tables: row.tables ?? [],
      namedTables: row.namedTables ?? [],
    })),
};

function hasSchemas({ columns }: ServerFeatures): boolean {
  return columns.has('pg_publication_namespace.pnnspid');
}

/** Tables as they were taken in, with partitioned ones as such. A table of the system is never among them. */
function taken(features: ServerFeatures): string {
  const candidates = `pg_catalog.pg_class AS c
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND c.oid >= 16384`;
  const bySchema = hasSchemas(features)
    ? `UNION SELECT x.pnpubid, c.oid FROM pg_catalog.pg_publication_namespace AS x, ${candidates} AND c.relnamespace = x.pnnspid`
    : '';
  return `taken(pub, rel) AS (
      SELECT l.prpubid, l.prrelid FROM pg_catalog.pg_publication_rel AS l
      UNION SELECT q.oid, c.oid FROM pg_catalog.pg_publication AS q, ${candidates} AND q.puballtables
      ${bySchema})`;
}

/**
 * With publish_via_partition_root a partition goes by the topmost of its roots that was taken; without it a partitioned
 * table goes by its leaves. Children by plain inheritance are in pg_publication_rel themselves.
 */
const published = `family(rel, ancestor) AS (
      SELECT i.inhrelid, i.inhparent FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
      UNION SELECT f.rel, i.inhparent FROM family AS f
        JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = f.ancestor
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition),
    published(pub, rel) AS (
      SELECT a.pub, a.rel FROM taken AS a
        JOIN pg_catalog.pg_publication AS q ON q.oid = a.pub AND q.pubviaroot
       WHERE NOT EXISTS (SELECT FROM family AS f JOIN taken AS o ON o.rel = f.ancestor
                          WHERE f.rel = a.rel AND o.pub = a.pub)
      UNION SELECT a.pub, a.rel FROM taken AS a
        JOIN pg_catalog.pg_publication AS q ON q.oid = a.pub AND NOT q.pubviaroot
        JOIN pg_catalog.pg_class AS c ON c.oid = a.rel AND c.relkind = 'r'
      UNION SELECT a.pub, f.rel FROM taken AS a
        JOIN pg_catalog.pg_publication AS q ON q.oid = a.pub AND NOT q.pubviaroot
        JOIN family AS f ON f.ancestor = a.rel
        JOIN pg_catalog.pg_class AS c ON c.oid = f.rel AND c.relkind = 'r')`;

function columnList({ columns }: ServerFeatures, relation: string): string {
  return columns.has('pg_publication_rel.prattrs')
    ? `(SELECT pg_catalog.json_agg(k.attname ORDER BY k.attnum) FROM pg_catalog.pg_attribute AS k
          WHERE k.attrelid = ${relation} AND k.attnum = ANY (l.prattrs))`
    : 'NULL::pg_catalog.json';
}

function rowFilter({ columns }: ServerFeatures): string {
  return columns.has('pg_publication_rel.prqual')
    ? 'pg_catalog.pg_get_expr(l.prqual, l.prrelid)'
    : 'NULL::pg_catalog.text';
}
