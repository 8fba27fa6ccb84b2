import { escapeLiteral, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { arrayLiteral, edgeComment, PLAIN_TYPES } from './edgeObjects';
import { GUARD_FUNCTION, GUARD_TRIGGER } from './queueNames';

/** Types whose equal values are the same bytes, by pg_type.typname: 1.0 and 1.00 are equal numerics, and not the same. */
const EXACT_TYPES: readonly string[] = PLAIN_TYPES.filter((type) => type !== 'numeric');

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
 * Arguments: the key columns as a text array, for tables that have no primary key any more.
 */
export function guardFunctionSql(): readonly string[] {
  const name = `${qualifiedName(GUARD_FUNCTION)}()`;
  const types = `ARRAY[${EXACT_TYPES.map((type) => escapeLiteral(type)).join(', ')}]::regtype[]`;
  const set = `string_agg(format('%1$s = excluded.%1$s', c.name), ', ')`;
  const body = `
DECLARE
  -- Names, as set_config() keeps them for this transaction: the table whose row is being written, and the statement.
  writing constant text := current_setting('pgtopology.guard_writes', true);
  statement_name text;
  statement text;
  stale tid;
BEGIN
  -- Fired by the statement below.
  IF writing = TG_RELID::text THEN RETURN NEW; END IF;
  -- Nobody else alters the table while this transaction writes to it; a column that the transaction itself adds changes the name.
  SELECT format('pgtopology.guard_%s_%s', c.oid, c.relnatts) INTO statement_name FROM pg_class AS c WHERE c.oid = TG_RELID;
  statement := nullif(current_setting(statement_name, true), '');
  IF statement IS NULL THEN
    SELECT format('INSERT INTO %I.%I AS t (', TG_TABLE_SCHEMA, TG_TABLE_NAME) || string_agg(c.name, ', ')
        || ') OVERRIDING SYSTEM VALUE VALUES (' || string_agg('($1).' || c.name, ', ')
        || ') ON CONFLICT ON CONSTRAINT ' || quote_ident(min(c.arbiter))
        || coalesce(' DO UPDATE SET ' || coalesce(
             ${set} FILTER (WHERE NOT c.is_identity AND NOT c.is_key),
             ${set} FILTER (WHERE NOT c.is_identity)), ' DO NOTHING')
        || ' RETURNING ' || coalesce('CASE WHEN '
             || string_agg(format('t.%1$s <> ($1).%1$s', c.name), ' OR ') FILTER (WHERE c.is_identity AND NOT c.is_key)
             || ' THEN t.ctid END', 'NULL::tid')
      INTO statement
      FROM (SELECT quote_ident(a.attname) AS name, k.conname AS arbiter, a.attidentity = 'a' AS is_identity,
                   a.attnum = ANY (k.conkey) AND a.attcollation = ANY ('{${EXACT_COLLATIONS.join(',')}}')
                     AND a.atttypid = ANY (${types}) AS is_key
              FROM pg_constraint AS k
              JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
             WHERE k.conrelid = TG_RELID AND k.contype = 'p' AND NOT k.condeferrable
               AND NOT EXISTS (SELECT FROM pg_rewrite AS r WHERE r.ev_class = k.conrelid AND r.ev_type IN ('2', '3'))
             ORDER BY a.attnum) AS c;
    IF statement IS NULL THEN
      EXECUTE format('LOCK TABLE ONLY %I.%I IN SHARE ROW EXCLUSIVE MODE', TG_TABLE_SCHEMA, TG_TABLE_NAME);
      EXECUTE (SELECT format('DELETE FROM ONLY %I.%I AS t WHERE ', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                   || string_agg(format('t.%I = ($1).%I', k, k), ' AND ') FROM unnest(TG_ARGV[0]::text[]) AS k)
        USING NEW;
      RETURN NEW;
    END IF;
    PERFORM set_config(statement_name, statement, true);
  END IF;
  PERFORM set_config('pgtopology.guard_writes', TG_RELID::text, true);
  EXECUTE statement INTO stale USING NEW;
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
