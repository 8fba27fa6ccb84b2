import * as z from 'zod/mini';
import type { CatalogPublication } from '../../../core/plan/nodeCatalog';
import type { CatalogPart } from '../part';

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
      tables: z.nullable(z.array(z.object({ ...table, columns: z.nullable(z.array(z.string())) }))),
      namedTables: z.nullable(z.array(z.object(table))),
    }),
  ),
);

/**
 * Publications of the database: what was named, and the tables that it comes to. Schemas and column lists came with 15.
 * Source: pg_publication, pg_publication_rel, pg_publication_namespace, pg_publication_tables.
 */
export const planPublicationsPart: CatalogPart<
  z.infer<typeof schema>,
  readonly CatalogPublication[]
> = {
  lowestVersion: 14,
  sql: ({ columns }) => {
    const schemas = columns.has('pg_publication_namespace.pnnspid')
      ? `(SELECT pg_catalog.json_agg(n.nspname ORDER BY n.nspname)
            FROM pg_catalog.pg_publication_namespace AS x
            JOIN pg_catalog.pg_namespace AS n ON n.oid = x.pnnspid
           WHERE x.pnpubid = p.oid)`
      : 'NULL::pg_catalog.json';
    const columnList = columns.has('pg_publication_rel.prattrs')
      ? `CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS l
                JOIN pg_catalog.pg_class AS c ON c.oid = l.prrelid
                JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
               WHERE l.prpubid = p.oid AND l.prattrs IS NOT NULL
                 AND n.nspname = t.schemaname AND c.relname = t.tablename)
            THEN pg_catalog.to_json(t.attnames) END`
      : 'NULL::pg_catalog.json';
    return `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.pubname,
      'owner', pg_catalog.pg_get_userbyid(p.pubowner),
      'isOwned', pg_catalog.pg_has_role(p.pubowner, 'USAGE'),
      'allTables', p.puballtables,
      'schemas', ${schemas},
      'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
      'viaPartitionRoot', p.pubviaroot,
      'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', t.schemaname, 'name', t.tablename, 'columns', ${columnList})
            ORDER BY t.schemaname, t.tablename)
          FROM pg_catalog.pg_publication_tables AS t
         WHERE t.pubname = p.pubname),
      'namedTables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname)
          FROM pg_catalog.pg_publication_rel AS l
          JOIN pg_catalog.pg_class AS c ON c.oid = l.prrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE l.prpubid = p.oid)) ORDER BY p.pubname)
    FROM pg_catalog.pg_publication AS p)`;
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
      tables: row.tables ?? [],
      namedTables: row.namedTables ?? [],
    })),
};
