import type { ServerFeatures } from './part';

/**
 * Rows `pub`, `rel`, `attrs`, `is_via_list` of what is sent by each publication of the database, as a WITH clause that ends in a table `sent`: `rel` is
 * what its changes are sent as, the root of a partitioned table where the publication says so, else each partition; `attrs` the
 * names of its column list, NULL without one. From the catalogs alone: pg_publication_tables opens every table, and so waits for whoever
 * holds one.
 * Schemas and column lists came with 15.
 * Lowest version: 14. Source: pg_publication, pg_publication_rel, pg_publication_namespace, pg_inherits.
 */
export function sentRelations({ columns }: ServerFeatures): string {
  const list = columns.has('pg_publication_rel.prattrs')
    ? `CASE WHEN l.prattrs IS NOT NULL THEN ARRAY(SELECT k.attname FROM pg_catalog.pg_attribute AS k
        WHERE k.attrelid = l.prrelid AND k.attnum = ANY (l.prattrs)) END`
    : NO_LIST;
  const schemas = columns.has('pg_publication_namespace.pnnspid')
    ? `UNION ALL
    SELECT x.pnpubid, c.oid, ${NO_LIST}, c.relkind
      FROM pg_catalog.pg_publication_namespace AS x
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = x.pnnspid
     WHERE ${MAY_BE_SENT}`
    : '';
  return `WITH RECURSIVE named(pub, rel, attrs, kind) AS (
    SELECT l.prpubid, l.prrelid, ${list}, c.relkind
      FROM pg_catalog.pg_publication_rel AS l
      JOIN pg_catalog.pg_class AS c ON c.oid = l.prrelid
    ${schemas}
    UNION ALL
    SELECT p.oid, c.oid, ${NO_LIST}, c.relkind
      FROM pg_catalog.pg_publication AS p
      JOIN pg_catalog.pg_class AS c ON ${MAY_BE_SENT} AND c.oid >= ${FIRST_OF_USERS}
     WHERE p.puballtables
       AND c.relnamespace <> (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'information_schema')
  ), below(pub, rel, attrs, kind) AS (
    SELECT m.pub, i.inhrelid, m.attrs, c.relkind
      FROM named AS m
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.rel
      JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
     WHERE m.kind = 'p'
    UNION
    SELECT b.pub, i.inhrelid, b.attrs, c.relkind
      FROM below AS b
      JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.rel
      JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
     WHERE b.kind = 'p'
  ), sent AS (
    SELECT t.pub, t.rel, t.attrs, p.pubname
      FROM (SELECT m.* FROM named AS m UNION SELECT b.* FROM below AS b) AS t
      JOIN pg_catalog.pg_publication AS p ON p.oid = t.pub
     WHERE CASE WHEN p.pubviaroot
       THEN NOT EXISTS (SELECT FROM below AS b WHERE b.pub = t.pub AND b.rel = t.rel)
       ELSE t.kind = 'r' END
  )`;
}

const NO_LIST = 'NULL::pg_catalog.name[]';

const MAY_BE_SENT = `c.relkind IN ('r', 'p') AND c.relpersistence = 'p'`;

/** FirstNormalObjectId: what is below came with the server. */
const FIRST_OF_USERS = 16_384;
