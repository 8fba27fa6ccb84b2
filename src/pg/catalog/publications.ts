import * as z from 'zod/mini';
import type { PublicationFacts } from '../../core/facts';
import type { CatalogPart } from './part';

const schema = z.nullable(
  z.array(
    z.object({
      name: z.string(),
      allTables: z.boolean(),
      schemas: z.nullable(z.array(z.string())),
      insert: z.boolean(),
      update: z.boolean(),
      delete: z.boolean(),
      truncate: z.boolean(),
      viaPartitionRoot: z.boolean(),
      tables: z.nullable(
        z.array(
          z.object({
            schema: z.string(),
            name: z.string(),
            columns: z.nullable(z.array(z.string())),
            rowFilter: z.nullable(z.string()),
            hasReplicaIdentity: z.boolean(),
          }),
        ),
      ),
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/**
 * Publications of the database with the tables they come to, whichever way those were named. Schemas, column lists and
 * row filters came with 15; `columns` is `null` where there is no column list.
 * Source: pg_publication, pg_publication_tables, pg_publication_rel, pg_publication_namespace, pg_index.
 */
export const publicationsPart: CatalogPart<Raw, readonly PublicationFacts[]> = {
  lowestVersion: 14,
  sql: ({ columns }) => {
    const hasSchemas = columns.has('pg_publication_namespace.pnnspid');
    const hasLists = columns.has('pg_publication_rel.prattrs');
    const schemas = hasSchemas
      ? `(SELECT pg_catalog.json_agg(n.nspname ORDER BY n.nspname)
            FROM pg_catalog.pg_publication_namespace AS x
            JOIN pg_catalog.pg_namespace AS n ON n.oid = x.pnnspid
           WHERE x.pnpubid = p.oid)`
      : 'NULL::pg_catalog.json';
    const columnList = hasLists
      ? `CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS l
            WHERE l.prpubid = p.oid AND l.prrelid = c.oid AND l.prattrs IS NOT NULL)
          THEN pg_catalog.to_json(t.attnames) END`
      : 'NULL::pg_catalog.json';
    return `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.pubname,
      'allTables', p.puballtables,
      'schemas', ${schemas},
      'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
      'viaPartitionRoot', p.pubviaroot,
      'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', t.schemaname, 'name', t.tablename,
            'columns', ${columnList},
            'rowFilter', ${columns.has('pg_publication_tables.rowfilter') ? 't.rowfilter' : 'NULL::pg_catalog.text'},
            'hasReplicaIdentity', ${hasReplicaIdentity}) ORDER BY t.schemaname, t.tablename)
          FROM pg_catalog.pg_publication_tables AS t
          JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schemaname
          JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.tablename
         WHERE t.pubname = p.pubname)) ORDER BY p.pubname)
    FROM pg_catalog.pg_publication AS p)`;
  },
  schema,
  normalise: (raw) =>
    (raw ?? []).map((row) => ({
      name: row.name,
      allTables: row.allTables,
      schemas: row.schemas ?? [],
      operations: (['insert', 'update', 'delete', 'truncate'] as const).filter((key) => row[key]),
      viaPartitionRoot: row.viaPartitionRoot,
      tables: row.tables ?? [],
    })),
};

/** FULL needs no index, DEFAULT the primary key, INDEX the one it names; NOTHING never has one. */
const hasReplicaIdentity = `(c.relreplident = 'f'
              OR (c.relreplident = 'd' AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid))
              OR (c.relreplident = 'i' AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisreplident)))`;
