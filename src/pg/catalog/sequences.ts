import * as z from 'zod/mini';
import type { SequenceFacts } from '../../core/facts';
import type { CatalogPart } from './part';
import { sentRelations } from './publishedRelations';

const schema = z.nullable(
  z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      table: z.object({ schema: z.string(), name: z.string() }),
      column: z.string(),
      lastValue: z.nullable(z.string()),
      increment: z.string(),
    }),
  ),
);

type Raw = z.infer<typeof schema>;

/**
 * Sequences that columns of published or subscribed tables take their values from: identity columns, owned ones and those of
 * defaults; the first 500. Not in recovery, where they follow by themselves. Values as text: they may be larger than a double holds.
 * Lowest version: 14. Source: pg_depend, pg_attrdef, pg_sequence, pg_sequence_last_value(); `sentRelations`, pg_subscription_rel.
 */
export const sequencesPart: CatalogPart<Raw, readonly SequenceFacts[]> = {
  lowestVersion: 14,
  sql: (
    features,
  ) => `CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN (${sentRelations(features)}, used AS (
    SELECT s.rel FROM sent AS s
    UNION SELECT g.srrelid FROM pg_catalog.pg_subscription_rel AS g
  ), filled AS (
    SELECT d.objid AS seq, d.refobjid AS rel, d.refobjsubid AS attnum
      FROM pg_catalog.pg_depend AS d
     WHERE d.classid = ${PG_CLASS} AND d.refclassid = ${PG_CLASS} AND d.refobjsubid > 0
       AND d.deptype IN ('a', 'i') AND d.refobjid IN (SELECT u.rel FROM used AS u)
    UNION
    SELECT d.refobjid, a.adrelid, a.adnum
      FROM pg_catalog.pg_attrdef AS a
      JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
       AND d.objid = a.oid AND d.refclassid = ${PG_CLASS} AND d.deptype = 'n'
     WHERE a.adrelid IN (SELECT u.rel FROM used AS u)
  )
    SELECT pg_catalog.json_agg(x.sequence ORDER BY x.key) FROM (
      SELECT ROW(tn.nspname, t.relname, a.attnum, n.nspname, c.relname) AS key,
        pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname,
          'table', pg_catalog.json_build_object('schema', tn.nspname, 'name', t.relname),
          'column', a.attname,
          'lastValue', CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
            THEN pg_catalog.pg_sequence_last_value(c.oid)::pg_catalog.text END,
          'increment', q.seqincrement::pg_catalog.text) AS sequence
        FROM filled AS f
        JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = f.seq
        JOIN pg_catalog.pg_class AS c ON c.oid = f.seq AND c.relpersistence <> 't'
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_class AS t ON t.oid = f.rel
        JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.rel AND a.attnum = f.attnum
       ORDER BY key LIMIT ${MOST_SEQUENCES}) AS x) END`,
  schema,
  normalise: (raw) => raw ?? [],
};

const MOST_SEQUENCES = 500;

const PG_CLASS = `'pg_catalog.pg_class'::pg_catalog.regclass`;
