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
      generatedColumns: z.nullable(z.enum(['none', 'stored'])),
      tables: z.nullable(
        z.array(
          z.object({
            schema: z.string(),
            name: z.string(),
            columns: z.nullable(z.array(z.string())),
            rowFilter: z.nullable(z.string()),
            hasReplicaIdentity: z.boolean(),
            rowEstimate: z.nullable(z.number()),
          }),
        ),
      ),
      namedTables: z.nullable(
        z.array(
          z.object({
            schema: z.string(),
            name: z.string(),
            columns: z.nullable(z.array(z.string())),
            rowFilter: z.nullable(z.string()),
            isInherited: z.boolean(),
          }),
        ),
      ),
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/**
 * Publications of the database with the tables they come to, whichever way those were named, and those that were named.
 * Schemas, column lists and row filters came with 15, the choice of generated columns with 18; `columns` is `null` where
 * there is no column list.
 * Source: pg_publication, pg_publication_tables, pg_publication_rel, pg_publication_namespace, pg_index, pg_inherits.
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
      'generatedColumns', ${columns.has('pg_publication.pubgencols') ? generatedColumns : 'NULL::pg_catalog.text'},
      'namedTables', ${namedTables(hasLists)},
      'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', t.schemaname, 'name', t.tablename,
            'columns', ${columnList},
            'rowFilter', ${columns.has('pg_publication_tables.rowfilter') ? 't.rowfilter' : 'NULL::pg_catalog.text'},
            'hasReplicaIdentity', ${hasReplicaIdentity},
            'rowEstimate', CASE WHEN c.reltuples >= 0 THEN c.reltuples::pg_catalog.float8 END) ORDER BY t.schemaname, t.tablename)
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
      generatedColumns: row.generatedColumns,
      tables: row.tables ?? [],
      namedTables: row.namedTables ?? [],
    })),
};

const generatedColumns = `CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END`;

/** The rows of pg_publication_rel: adding a table adds those that inherit from it. */
function namedTables(hasLists: boolean): string {
  const columnList = hasLists
    ? `(SELECT pg_catalog.json_agg(k.attname ORDER BY k.attnum) FROM pg_catalog.pg_attribute AS k
                WHERE k.attrelid = l.prrelid AND k.attnum = ANY (l.prattrs))`
    : 'NULL::pg_catalog.json';
  return `(SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', n.nspname, 'name', c.relname,
            'columns', ${columnList},
            'rowFilter', ${hasLists ? 'pg_catalog.pg_get_expr(l.prqual, l.prrelid)' : 'NULL::pg_catalog.text'},
            'isInherited', NOT c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits AS i
                JOIN pg_catalog.pg_publication_rel AS o ON o.prrelid = i.inhparent
               WHERE i.inhrelid = c.oid AND o.prpubid = p.oid)) ORDER BY n.nspname, c.relname)
          FROM pg_catalog.pg_publication_rel AS l
          JOIN pg_catalog.pg_class AS c ON c.oid = l.prrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE l.prpubid = p.oid)`;
}

/** FULL needs no index, DEFAULT the primary key, INDEX the one it names; NOTHING never has one. */
const hasReplicaIdentity = `(c.relreplident = 'f'
              OR (c.relreplident = 'd' AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid))
              OR (c.relreplident = 'i' AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                    WHERE i.indrelid = c.oid AND i.indisreplident)))`;
