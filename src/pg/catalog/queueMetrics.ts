import * as z from 'zod/mini';
import type { QueueMetricFacts } from '../../core/facts';
import { EDGE_REGISTER, METRICS } from '../../core/queue/queueNames';
import { qualifiedName } from '../../core/sql';
import type { TableName } from '../../core/topology';

/** So wide is a point of the last 24 hours: 288 of them an edge, and one that is not over. */
const BUCKET_S = 300;
/** Edges that are read about; those that drained last. */
const MOST_EDGES = 50;

/** Whether the register and the metrics of drains can be read as below. By catalog look-up, since naming what is not there fails. */
export const hasMetricsSql = `(${isReadable(EDGE_REGISTER, ['edge_id', 'name', 'drained_at'])}
    AND ${isReadable(METRICS, ['edge_id', 'at', 'depth', 'drained', 'conflicts', 'latency_ms'])})`;

/**
 * What drains of these edges wrote in the last 24 hours, put together on the server: of each five minutes the largest depth and
 * latency, and how much was drained. Lowest version: 14. Source: pgtopology.edge, pgtopology.sync_metric.
 * @param names SQL of a text[] of names of edges
 */
export function metricsSql(names: string): string {
  return `(SELECT pg_catalog.json_agg(pg_catalog.json_build_array(b.edge_id, b.name, b.at, b.depth, b.drained, b.conflicts, b.latency)
      ORDER BY b.name, b.at)
    FROM (SELECT e.edge_id::pg_catalog.text AS edge_id, e.name,
            pg_catalog.floor(pg_catalog.date_part('epoch', m.at) / ${BUCKET_S}) * ${BUCKET_S * 1000} AS at,
            max(m.depth)::pg_catalog.float8 AS depth, sum(m.drained)::pg_catalog.float8 AS drained,
            sum(m.conflicts)::pg_catalog.float8 AS conflicts, max(m.latency_ms) AS latency
          FROM (SELECT r.edge_id, r.name FROM ${qualifiedName(EDGE_REGISTER)} AS r
                 WHERE r.name = ANY (${names}) ORDER BY r.drained_at DESC NULLS LAST LIMIT ${MOST_EDGES}) AS e
          JOIN ${qualifiedName(METRICS)} AS m ON m.edge_id = e.edge_id
           AND m.at > pg_catalog.clock_timestamp() - interval '24 hours'
         GROUP BY 1, 2, 3) AS b)`;
}

export const metricsSchema = z.nullable(
  z.array(
    z.tuple([
      z.string(),
      z.string(),
      z.number(),
      z.number(),
      z.number(),
      z.number(),
      z.nullable(z.number()),
    ]),
  ),
);

export function readMetrics(raw: z.infer<typeof metricsSchema>): readonly QueueMetricFacts[] {
  return (raw ?? []).map(([edgeId, edge, atMs, depth, drained, conflicts, latencyMs]) => ({
    edgeId,
    edge,
    atMs,
    depth,
    drained,
    conflicts,
    latencyMs,
  }));
}

function isReadable({ schema, name }: TableName, columns: readonly string[]): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = '${schema}' AND c.relname = '${name}' AND c.relkind = 'r'
       AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
       AND (SELECT count(*) FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attname IN (${columns.map((column) => `'${column}'`).join(', ')})) = ${columns.length})`;
}
