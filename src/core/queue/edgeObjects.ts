import { escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import {
  CAPTURE_FUNCTION,
  CAPTURE_TRIGGER,
  EDGE_IDENTITY,
  EDGE_OBJECTS_VERSION,
  REFUSE_TRUNCATE_FUNCTION,
  TRUNCATE_TRIGGER,
} from './queueNames';

/** What the comments of the edge's objects say, so that a later version knows what it has before it. */
export function edgeComment(what: string): string {
  return `Postgres Topology: ${what}, version ${EDGE_OBJECTS_VERSION}`;
}

/**
 * The edge's identity. One row: `edge_id` made once; the server it was made on, by which a dump restored elsewhere is known; how many
 * batches were sent, by which a copy of the files is; where they went, by which a failed-over primary is.
 */
export function edgeIdentitySql(): readonly string[] {
  const name = qualifiedName(EDGE_IDENTITY);
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
  edge_id uuid NOT NULL DEFAULT gen_random_uuid(),
  system_identifier text NOT NULL,
  batches bigint NOT NULL DEFAULT 0,
  primary_system text,
  primary_timeline integer,
  drained_at timestamptz,
  drainer text,
  draining_since timestamptz
)`,
    `INSERT INTO ${name} (system_identifier)
SELECT system_identifier::text FROM pg_catalog.pg_control_system()
ON CONFLICT DO NOTHING`,
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(edgeComment('who this edge is'))}`,
  ];
}

/** Settings under which a row becomes text: what an application set for its session must not change values (14, 17, 18). */
export const VALUE_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO, YMD'],
  ['IntervalStyle', 'iso_8601'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '3'],
  ['lc_monetary', 'C'],
  ['xmloption', 'content'],
];

/** What a capture trigger is told: names as the primary shall know them, and which columns travel in which way. */
export interface CaptureTable extends TableName {
  readonly key: readonly string[];
  /** Columns of types that jsonb does not carry byte for byte: their values travel as the type's own text. */
  readonly textColumns: readonly string[];
  /** Every column that the table had when this was written; one that came later is looked up by the function. */
  readonly columns: readonly string[];
}

/**
 * Types whose values `to_jsonb()` carries without a change under `VALUE_SETTINGS`, by pg_type.typname; the values of all others
 * (json, jsonb, floats, arrays, ranges, composites, xml …) travel as text. The capture function knows the same list.
 */
export const PLAIN_TYPES: readonly string[] = [
  'bool',
  'int2',
  'int4',
  'int8',
  'numeric',
  'text',
  'varchar',
  'bpchar',
  'uuid',
  'date',
  'timestamp',
  'timestamptz',
  'bytea',
];

/**
 * The function behind every capture trigger: queues the row in the transaction that writes it, as the owner of the function,
 * so that the application needs no right on the queue. Arguments: schema, table, and the lists of `CaptureTable` as text arrays.
 */
export function captureFunctionSql(queue: TableName): readonly string[] {
  const name = `${qualifiedName(CAPTURE_FUNCTION)}()`;
  const settings = VALUE_SETTINGS.map(([key, value]) => `  SET ${key} = ${escapeLiteral(value)}`);
  const body = `
DECLARE
  key_columns constant text[] := TG_ARGV[2];
  text_columns text[] := TG_ARGV[3];
  known_columns constant text[] := TG_ARGV[4];
  new_row jsonb;
  old_row jsonb;
  row_key jsonb;
BEGIN
  BEGIN
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
  EXCEPTION WHEN untranslatable_character THEN
    -- A json may hold \\u0000, which no jsonb can: all of the row's values travel as text.
    text_columns := ARRAY(
      SELECT a.attname::text FROM pg_attribute AS a
       WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped);
    IF TG_OP <> 'DELETE' THEN SELECT jsonb_object_agg(c, NULL) INTO new_row FROM unnest(text_columns) AS c; END IF;
    IF TG_OP <> 'INSERT' THEN SELECT jsonb_object_agg(c, NULL) INTO old_row FROM unnest(text_columns) AS c; END IF;
  END;
  IF coalesce(new_row, old_row) - known_columns <> '{}' THEN
    text_columns := text_columns || ARRAY(
      SELECT a.attname::text FROM pg_attribute AS a
       WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attname::text <> ALL (known_columns)
         AND a.atttypid <> ALL (ARRAY[${PLAIN_TYPES.map((type) => escapeLiteral(type)).join(', ')}]::regtype[]));
  END IF;
  IF cardinality(text_columns) > 0 THEN
    IF new_row IS NOT NULL THEN
      EXECUTE 'SELECT $2 || jsonb_object_agg(c.name, c.value) FROM (VALUES ' || (
        SELECT string_agg(format('(%L, ($1).%I::text)', c, c), ', ') FROM unnest(text_columns) AS c
         WHERE new_row ? c) || ') AS c (name, value)' INTO new_row USING NEW, new_row;
    END IF;
    IF old_row IS NOT NULL THEN
      EXECUTE 'SELECT $2 || jsonb_object_agg(c.name, c.value) FROM (VALUES ' || (
        SELECT string_agg(format('(%L, ($1).%I::text)', c, c), ', ') FROM unnest(text_columns) AS c
         WHERE old_row ? c) || ') AS c (name, value)' INTO old_row USING OLD, old_row;
    END IF;
  END IF;
  SELECT jsonb_object_agg(k, coalesce(old_row, new_row) -> k) INTO row_key FROM unnest(key_columns) AS k;
  INSERT INTO ${qualifiedName(queue)} (table_schema, table_name, operation, key, data, old_data)
  VALUES (TG_ARGV[0], TG_ARGV[1], TG_OP, row_key, new_row, old_row);
  RETURN NULL;
END`;
  return [
    [
      `CREATE OR REPLACE FUNCTION ${name} RETURNS trigger`,
      `  LANGUAGE plpgsql SECURITY DEFINER`,
      `  SET search_path = pg_catalog, pg_temp`,
      ...settings,
      `AS ${escapeLiteral(body)}`,
    ].join('\n'),
    `REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`,
    `COMMENT ON FUNCTION ${name} IS ${escapeLiteral(edgeComment('queues writes'))}`,
  ];
}

/** TRUNCATE fires no row trigger: it would empty the table here and nowhere else. */
export function refuseTruncateSql(): readonly string[] {
  const name = `${qualifiedName(REFUSE_TRUNCATE_FUNCTION)}()`;
  const body = `
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('TRUNCATE of %I.%I cannot be queued for the primary', TG_TABLE_SCHEMA, TG_TABLE_NAME),
    HINT = 'Use DELETE, which is queued row by row.';
END`;
  return [
    `CREATE OR REPLACE FUNCTION ${name} RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS ${escapeLiteral(body)}`,
    `COMMENT ON FUNCTION ${name} IS ${escapeLiteral(edgeComment('refuses TRUNCATE'))}`,
  ];
}

/** Both triggers of one table. They are ordinary ones, so rows that a subscription applies are not queued again. */
export function captureTriggerSql(table: CaptureTable): readonly string[] {
  const on = qualifiedName(table);
  return [
    `CREATE TRIGGER ${CAPTURE_TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON ${on}
  FOR EACH ROW EXECUTE FUNCTION ${qualifiedName(CAPTURE_FUNCTION)}(${captureArguments(table)})`,
    `COMMENT ON TRIGGER ${CAPTURE_TRIGGER} ON ${on} IS ${escapeLiteral(edgeComment('queues writes'))}`,
    ...truncateTriggerSql(table),
  ];
}

/** Refuses TRUNCATE on one table. A partition needs its own: TRUNCATE of it fires no trigger of its parent. */
export function truncateTriggerSql(table: TableName): readonly string[] {
  const on = qualifiedName(table);
  return [
    `CREATE TRIGGER ${TRUNCATE_TRIGGER} BEFORE TRUNCATE ON ${on}
  FOR EACH STATEMENT EXECUTE FUNCTION ${qualifiedName(REFUSE_TRUNCATE_FUNCTION)}()`,
    `COMMENT ON TRIGGER ${TRUNCATE_TRIGGER} ON ${on} IS ${escapeLiteral(edgeComment('refuses TRUNCATE'))}`,
  ];
}

/** Arguments of a capture trigger as the server writes them out again. */
export function captureArguments({
  schema,
  name,
  key,
  textColumns,
  columns,
}: CaptureTable): string {
  const lists = [key, textColumns, columns].map(arrayLiteral);
  return [schema, name, ...lists].map(escapeLiteral).join(', ');
}

/** Text of a text[]: `{"id","a \"b\""}`. */
export function arrayLiteral(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value.replace(/["\\]/gu, '\\$&')}"`);
  return `{${quoted.join(',')}}`;
}
