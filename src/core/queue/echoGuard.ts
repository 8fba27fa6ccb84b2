import { escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { arrayLiteral, edgeComment } from './edgeObjects';
import { GUARD_FUNCTION, GUARD_TRIGGER } from './queueNames';

/**
 * Types whose equal values are the same bytes, by pg_type.oid, so that nothing is looked up for a row: bool, int2, int4, int8, text,
 * varchar, bpchar, uuid, date, timestamp, timestamptz, bytea. 1.0 and 1.00 are equal numerics, and not the same.
 */
const EXACT_TYPES: readonly number[] = [16, 21, 23, 20, 25, 1043, 1042, 2950, 1082, 1114, 1184, 17];

/** No collation, the database's, "C", "POSIX": equal texts are the same text in them. Others may say else. */
const EXACT_COLLATIONS: readonly number[] = [0, 100, 950, 951];

/**
 * The echo guard: a row that was drained to the primary comes back by the subscription and would stop it, since it is here
 * already. The guard writes the row itself, as INSERT … ON CONFLICT DO UPDATE, and tells the worker to skip its own INSERT: an
 * application that inserts the same key at the same moment is waited for, one that changes the row is not forgotten.
 *
 * A column of the key stays out of the SET list, which would otherwise lock the row against whoever refers to it. What UPDATE may
 * not set (GENERATED ALWAYS AS IDENTITY) and differs makes the worker insert after all: the row that was here is locked and deleted
 * then, so its key is not free for others. Where ON CONFLICT cannot be (a deferrable key, a rule), writers wait for the table.
 *
 * The statement is made for each row: what a setting of the session would keep, whoever owns the database could have set.
 *
 * Arguments: the key columns as a text array, for tables that have no primary key any more.
 */
export function guardFunctionSql(): readonly string[] {
  const name = `${qualifiedName(GUARD_FUNCTION)}()`;
  const body = `
DECLARE
  -- The table whose row is being written, by a guard further out.
  writing constant text := current_setting('pgtopology.guard_writes', true);
  statement text;
  -- The condition under which a row keeps an identity that is not the one that came.
  differs text;
  stale tid;
BEGIN
  -- Fired by the statement below.
  IF writing = TG_RELID::text THEN RETURN NEW; END IF;
  SELECT 'INSERT INTO ' || quote_ident(TG_TABLE_SCHEMA) || '.' || quote_ident(TG_TABLE_NAME)
      || ' AS t (' || string_agg(c.name, ', ') || ') OVERRIDING SYSTEM VALUE VALUES (' || string_agg('($1).' || c.name, ', ')
      || ') ON CONFLICT ON CONSTRAINT ' || quote_ident(min(c.arbiter)) || coalesce(' DO UPDATE SET ' || coalesce(
           string_agg(c.name || ' = excluded.' || c.name, ', ') FILTER (WHERE NOT c.is_identity AND NOT c.is_exact_key),
           string_agg(c.name || ' = excluded.' || c.name, ', ') FILTER (WHERE NOT c.is_identity)), ' DO NOTHING'),
         string_agg('t.' || c.name || ' <> ($1).' || c.name, ' OR ') FILTER (WHERE c.is_identity AND NOT c.is_exact_key)
    INTO statement, differs
    FROM (SELECT quote_ident(a.attname) AS name, k.conname AS arbiter, a.attidentity = 'a' AS is_identity,
                 a.attnum = ANY (k.conkey) AND a.attcollation = ANY ('{${EXACT_COLLATIONS.join(',')}}')
                   AND a.atttypid = ANY ('{${EXACT_TYPES.join(',')}}') AS is_exact_key
            FROM pg_constraint AS k
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           WHERE k.conrelid = TG_RELID AND k.contype = 'p' AND NOT k.condeferrable
             AND NOT EXISTS (SELECT FROM pg_rewrite AS r WHERE r.ev_class = k.conrelid AND r.ev_type IN ('2', '3'))) AS c;
  IF statement IS NULL THEN
    EXECUTE format('LOCK TABLE ONLY %I.%I IN SHARE ROW EXCLUSIVE MODE', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    EXECUTE (SELECT format('DELETE FROM ONLY %I.%I AS t WHERE ', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                 || string_agg(format('t.%I = ($1).%I', k, k), ' AND ') FROM unnest(TG_ARGV[0]::text[]) AS k)
      USING NEW;
    RETURN NEW;
  END IF;
  PERFORM set_config('pgtopology.guard_writes', TG_RELID::text, true);
  IF differs IS NULL THEN
    EXECUTE statement USING NEW;
  ELSE
    EXECUTE statement || ' RETURNING CASE WHEN ' || differs || ' THEN t.ctid END' INTO stale USING NEW;
  END IF;
  PERFORM set_config('pgtopology.guard_writes', coalesce(writing, ''), true);
  IF stale IS NULL THEN RETURN NULL; END IF;
  EXECUTE format('DELETE FROM ONLY %I.%I WHERE ctid = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME) USING stale;
  RETURN NEW;
END`;
  return [
    `CREATE OR REPLACE FUNCTION ${name} RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS ${escapeLiteral(body)}`,
    `COMMENT ON FUNCTION ${name} IS ${escapeLiteral(edgeComment('lets a returning row replace its own'))}`,
  ];
}

/** The guard's trigger on one table; it fires for rows that a subscription applies, and for no others. */
export function guardTriggerSql(table: TableName, key: readonly string[]): readonly string[] {
  const on = qualifiedName(table);
  return [
    `CREATE TRIGGER ${GUARD_TRIGGER} BEFORE INSERT ON ${on}
  FOR EACH ROW EXECUTE FUNCTION ${qualifiedName(GUARD_FUNCTION)}(${guardArguments(key)})`,
    `ALTER TABLE ${on} ENABLE REPLICA TRIGGER ${GUARD_TRIGGER}`,
    `COMMENT ON TRIGGER ${GUARD_TRIGGER} ON ${on} IS ${escapeLiteral(edgeComment('lets a returning row replace its own'))}`,
  ];
}

/** Arguments of a guard's trigger as the server writes them out again. */
export function guardArguments(key: readonly string[]): string {
  return escapeLiteral(arrayLiteral(key));
}
