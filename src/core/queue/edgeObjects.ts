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
 * (json, jsonb, floats, arrays, ranges, composites, domains, xml …) travel as their types' own texts.
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

/** pg_type.oid of `PLAIN_TYPES`, in their order: the same on every server, and read as one constant where names are looked up. */
const PLAIN_OIDS = [16, 21, 23, 20, 1700, 25, 1043, 1042, 2950, 1082, 1114, 1184, 17].join(', ');

/** Arguments of one call of jsonb_build_object() are a hundred at most. */
const COLUMNS_A_CALL = 45;

/**
 * The function behind every capture trigger: queues the row in the transaction that writes it, as the owner of the function, so that
 * the application needs no right on the queue. Arguments: schema, table, and the lists of `CaptureTable` as text arrays, of which
 * only the key is read; columns are the row's own.
 *
 * Nothing that somebody else defined is run in it: values of types that are not plain become text by the output functions of the types,
 * which only a superuser can make, and never by a cast, an operator or to_jsonb(), which may be anybody's. Columns are
 * named by their place: `(row).name` would be a call where the row has no such column.
 */
export function captureFunctionSql(queue: TableName): readonly string[] {
  const name = `${qualifiedName(CAPTURE_FUNCTION)}()`;
  const settings = VALUE_SETTINGS.map(([key, value]) => `  SET ${key} = ${escapeLiteral(value)}`);
  const columns = 'a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped';
  const body = `
DECLARE
  key_columns text[] := TG_ARGV[2];
  own_key text[];
  -- Else the catalog may be read as it was when the transaction began, while the row is of a table that was altered since.
  is_current constant boolean := current_setting('transaction_isolation') = 'read committed';
  -- Once a row was found to be larger than any jsonb: its key alone.
  is_too_large boolean := false;
  row_sql text;
  new_row jsonb;
  old_row jsonb;
  row_key jsonb;
BEGIN
  IF NOT is_current AND (
    SELECT bool_or(NOT a.attisdropped AND has_column_privilege(TG_RELID, a.attnum, 'SELECT') IS NULL)
        OR has_column_privilege(TG_RELID, (max(a.attnum) + 1)::int2, 'SELECT') IS NOT NULL
      FROM pg_attribute AS a WHERE a.attrelid = TG_RELID AND a.attnum > 0) THEN
    RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
      MESSAGE = format('%I.%I was altered after this transaction began', TG_TABLE_SCHEMA, TG_TABLE_NAME);
  END IF;
  LOOP
    BEGIN
      IF is_current AND NOT is_too_large AND NOT EXISTS (
        SELECT FROM pg_attribute AS a WHERE ${columns} AND a.atttypid NOT IN (${PLAIN_OIDS})) THEN
        IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
        IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
      ELSE
        row_sql := (
          SELECT 'SELECT ' || string_agg(format('jsonb_build_object(%s)', p.members), ' || ' ORDER BY p.part)
              || format(' FROM (SELECT ($1).*) AS r (%s)', string_agg(p.names, ', ' ORDER BY p.part))
            FROM (SELECT a.attnum / ${COLUMNS_A_CALL} AS part, string_agg('c' || a.attnum, ', ' ORDER BY a.attnum) AS names,
                         string_agg(CASE
                           WHEN a.atttypid NOT IN (${PLAIN_OIDS})
                           THEN format('%L, CASE WHEN c%s IS DISTINCT FROM NULL THEN format(''%%s'', c%2$s) END', a.attname, a.attnum)
                           WHEN is_current THEN format('%L, c%s', a.attname, a.attnum)
                           ELSE format('%L, CASE WHEN pg_typeof(c%s)::oid = %s THEN to_jsonb(c%2$s)'
                             || ' WHEN c%2$s IS DISTINCT FROM NULL THEN to_jsonb(format(''%%s'', c%2$s)) END', a.attname, a.attnum, a.atttypid)
                         END, ', ' ORDER BY a.attnum) FILTER (WHERE NOT is_too_large OR a.attname = ANY (key_columns)) AS members
                    FROM pg_attribute AS a WHERE ${columns} GROUP BY 1) AS p);
        IF TG_OP <> 'DELETE' THEN EXECUTE row_sql INTO new_row USING NEW; END IF;
        IF TG_OP <> 'INSERT' THEN EXECUTE row_sql INTO old_row USING OLD; END IF;
      END IF;
      EXIT;
    EXCEPTION WHEN program_limit_exceeded THEN
      IF is_too_large THEN RAISE; END IF;
      is_too_large := true;
    END;
  END LOOP;
  IF NOT coalesce(old_row, new_row) ?& key_columns THEN
    -- Renamed since: the key as it is called now.
    own_key := ARRAY(
      SELECT a.attname::text FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = TG_RELID AND i.indisprimary);
    IF own_key <> '{}' THEN key_columns := own_key; END IF;
  END IF;
  SELECT jsonb_object_agg(k, coalesce(old_row, new_row) -> k) INTO row_key FROM unnest(key_columns) AS k;
  IF is_too_large THEN
    INSERT INTO ${qualifiedName(queue)} (table_schema, table_name, operation, key, state, error, error_sqlstate)
    VALUES (TG_ARGV[0], TG_ARGV[1], TG_OP, row_key, 'dead', 'The row is larger than 256 MB, which no jsonb holds.', '54000');
    RETURN NULL;
  END IF;
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
    ownedByQueueSql(name, queue),
  ];
}

/**
 * Gives the capture function to the owner of the queue, where that is another role than the one that makes it: triggers, defaults and
 * checks of the queue are its owner's and run as the function does.
 */
function ownedByQueueSql(functionName: string, queue: TableName): string {
  const schema = escapeLiteral(CAPTURE_FUNCTION.schema);
  return `DO ${escapeLiteral(`
DECLARE
  owner constant name := (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c
    WHERE c.oid = ${escapeLiteral(qualifiedName(queue))}::pg_catalog.regclass);
  may_create constant boolean := pg_catalog.has_schema_privilege(owner, ${schema}, 'CREATE');
BEGIN
  IF owner OPERATOR(pg_catalog.=) current_user THEN RETURN; END IF;
  -- A new owner must be allowed to create there, for as long as it takes to become it.
  IF NOT may_create THEN EXECUTE pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I', ${schema}, owner); END IF;
  EXECUTE pg_catalog.format('ALTER FUNCTION %s OWNER TO %I', ${escapeLiteral(functionName)}, owner);
  IF NOT may_create THEN EXECUTE pg_catalog.format('REVOKE CREATE ON SCHEMA %I FROM %I', ${schema}, owner); END IF;
END`)}`;
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
