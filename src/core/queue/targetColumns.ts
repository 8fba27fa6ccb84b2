import type { SqlStatement } from '../ports/sqlSession';
import type { TableName } from '../topology';
import { textOf, type AnswerRow } from './rowValues';

/** A column of a table that a person's choice is written to, or an export names. */
export interface ChoiceColumn {
  readonly name: string;
  /** For a cast of text, without its length: assigning to the column checks that, a cast to it would cut. */
  readonly type: string;
  /** Reckoned by the server: never written. */
  readonly isGenerated: boolean;
  /** GENERATED ALWAYS AS IDENTITY: inserted by OVERRIDING, never updated. */
  readonly isAlwaysIdentity: boolean;
  readonly isKey: boolean;
}

/**
 * Columns of a table in their order; none where there is no such table.
 * Lowest version: 14. Source: pg_attribute, pg_index. Run it with `search_path = pg_catalog`, so that types are named with their schema.
 */
export function columnsStatement(table: TableName): SqlStatement {
  return {
    name: 'queue_columns',
    text: `
SELECT a.attname::text AS "name", pg_catalog.format_type(a.atttypid, -1) AS "type",
  a.attgenerated <> '' AS "isGenerated", a.attidentity = 'a' AS "isAlwaysIdentity",
  COALESCE(a.attnum = ANY (i.indkey::int2[]), false) AS "isKey"
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
 ORDER BY a.attnum`,
    values: [table.schema, table.name],
  };
}

export function readColumn(row: AnswerRow): ChoiceColumn {
  return {
    name: textOf(row, 'name'),
    type: textOf(row, 'type'),
    isGenerated: row['isGenerated'] === true,
    isAlwaysIdentity: row['isAlwaysIdentity'] === true,
    isKey: row['isKey'] === true,
  };
}
