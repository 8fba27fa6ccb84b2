import type { CauseColumn, CauseTable } from '../../../core/causeFacts';
import type { TableName } from '../../../core/topology';
import { jsonRow, type ServerFeatures } from '../part';
import { sentRelations } from '../publishedRelations';
import { RowReader } from '../rowReader';

/** More tables than this are not told at all. */
const MOST_TABLES = 500;
const MOST_OTHERS = 2_000;

/**
 * The tables that are published here or filled by a subscription of this database, with the columns that are sent, or that there are,
 * by name; beside them the names of other tables where there are subscriptions. Locks no table. NULL in recovery, and each list where it
 * is too long. Generated columns are sent from 18 on, where the publication or its column list says so.
 * Lowest version: 14. Source: see `sentRelations`; pg_subscription_rel, pg_class, pg_attribute, format_type().
 */
export function tablesSql(features: ServerFeatures): string {
  return `CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN (${sentRelations(features)}, used AS (
    SELECT s.rel, s.pubname AS of, s.attrs, true AS is_sent, ${sendsGenerated(features)} AS with_generated
      FROM sent AS s
    UNION ALL
    SELECT g.srrelid, s.subname, NULL, false, true
      FROM pg_catalog.pg_subscription_rel AS g
      JOIN pg_catalog.pg_subscription AS s ON s.oid = g.srsubid
  ), relations AS (SELECT DISTINCT u.rel FROM used AS u LIMIT ${MOST_TABLES + 1})
    SELECT ${jsonRow([
      `CASE WHEN (SELECT count(*) FROM relations) <= ${MOST_TABLES} THEN ${TABLES} END`,
      OTHERS,
    ])}) END`;
}

function sendsGenerated({ columns }: ServerFeatures): string {
  return columns.has('pg_publication.pubgencols')
    ? `(SELECT p.pubgencols = 's' FROM pg_catalog.pg_publication AS p WHERE p.oid = s.pub)`
    : 'false';
}

const COLUMNS = `(SELECT pg_catalog.json_agg(${jsonRow([
  'a.attname',
  'pg_catalog.format_type(a.atttypid, a.atttypmod)',
  `a.attgenerated <> ''`,
])} ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute AS a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND EXISTS (SELECT FROM used AS u WHERE u.rel = c.oid AND (a.attname = ANY (u.attrs)
           OR (u.attrs IS NULL AND (a.attgenerated = '' OR u.with_generated)))))`;

const TABLES = `coalesce((SELECT pg_catalog.json_agg(${jsonRow([
  'n.nspname',
  'c.relname',
  '(SELECT pg_catalog.json_agg(DISTINCT u.of) FROM used AS u WHERE u.rel = c.oid)',
  `coalesce(${COLUMNS}, '[]')`,
])} ORDER BY n.nspname, c.relname)
        FROM relations AS r
        JOIN pg_catalog.pg_class AS c ON c.oid = r.rel
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace), '[]')`;

const OTHERS = `(SELECT CASE WHEN count(*) <= ${MOST_OTHERS} THEN coalesce(pg_catalog.json_agg(${jsonRow(['o.nspname', 'o.relname'])}), '[]') END
        FROM (SELECT n.nspname, c.relname
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
           AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND NOT EXISTS (SELECT FROM relations AS r WHERE r.rel = c.oid)
           AND EXISTS (SELECT FROM pg_catalog.pg_subscription AS s WHERE s.subdbid = (SELECT d.oid
             FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
         ORDER BY n.nspname, c.relname LIMIT ${MOST_OTHERS + 1}) AS o)`;

/** @param value what `tablesSql` yields; `null` in recovery. */
export function readTables(value: unknown): {
  readonly tables: readonly CauseTable[] | null;
  readonly otherTables: readonly TableName[] | null;
} {
  if (value === null) return { tables: null, otherTables: null };
  return RowReader.read(value, (row) => {
    const tables = row.next();
    const others = row.next();
    return {
      tables: tables === null ? null : RowReader.list(tables, readTable),
      otherTables: others === null ? null : RowReader.list(others, readName),
    };
  });
}

function readTable(row: RowReader): CauseTable {
  return {
    ...readName(row),
    of: row.texts(),
    columns: RowReader.list(row.next(), readColumn),
  };
}

function readName(row: RowReader): TableName {
  return { schema: row.text(), name: row.text() };
}

function readColumn(row: RowReader): CauseColumn {
  return { name: row.text(), type: row.text(), isGenerated: row.boolean() };
}
