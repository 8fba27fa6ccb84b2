import type { Cluster } from '../../../clusters/cluster';

/** A table of what JSON cannot hold as it is, and of names that stand for something in our own statements. */
export const EXACT_TABLE = `CREATE TABLE public.exact (id int PRIMARY KEY, j json, jb jsonb, x xml, f4 real, f8 double precision,
  n numeric, b bytea, ts timestamp, tz timestamptz, iv interval, a int[], js json[], rg tstzrange, c character(6), t text, r text, v text)`;

/** Values of a row, once for each side; every one of them is lost or changed by a careless conversion. */
export const EXACT_VALUES = {
  primary: `'{"b" :  1,"a":2,"a":3}', 'null', '<a  x="1"/>', '-0', '-0', 'NaN', '\\x00ff5c', '2026-02-28 23:59:59.999999',
    'infinity', '1 mon -1 day 00:00:00.000001', '[-1:0]={1,NULL}', ARRAY['{ "k":1}'::json, NULL], '[2026-01-01 00:00:00.000001+00,)', 'p ', 't', 'r', NULL`,
  edge: `'[1 , 2]', '{"x": 1.50}', 'text <b/>', 'NaN', '-Infinity', '1.500', '', '0044-03-15 00:00:00 BC',
    '294276-12-31 23:59:59.999999+00', '-1 years', '{}', '{}', 'empty', 'e', '', 'edge', 'null'`,
} as const;

/** Makes the table public.kept of one version that a conflict kept, by the types' own input. */
export async function restore(
  primary: Cluster,
  operation: string,
  version: 'primary_row' | 'edge_row',
): Promise<void> {
  const columns = await primary.query<{ text: string }>(
    `SELECT format('(c.%I ->> %L)::%s AS %I', $1::text, attname, format_type(atttypid, atttypmod), attname) AS text
       FROM pg_attribute WHERE attrelid = 'public.exact'::regclass AND attnum > 0 ORDER BY attnum`,
    [version],
  );
  const list = columns.map(({ text }) => text).join(', ');
  await primary.query(
    `DROP TABLE IF EXISTS public.kept; CREATE TABLE public.kept (LIKE public.exact);
     INSERT INTO public.kept SELECT ${list} FROM pgtopology.conflict AS c WHERE c.operation_id = '${operation}'`,
  );
}

/** A row's bytes: the text of each column, and the images of floats, whose texts may be equal for others. */
export async function bytesOf(cluster: Cluster, table: string, id: number): Promise<string> {
  const [row] = await cluster.query<{ bytes: string }>(
    `SELECT to_json(ROW(float4send(f4), float8send(f8), numeric_send(n), timestamptz_send(tz), jsonb_send(jb), e::text))::text AS bytes
       FROM ${table} AS e WHERE id = ${id}`,
  );
  return row?.bytes ?? 'no row';
}
