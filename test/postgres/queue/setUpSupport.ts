import assert from 'node:assert/strict';
import { planSetUpEdge } from '../../../src/core/plan/queue/planSetUpEdge';
import type { QueueFacts } from '../../../src/core/plan/queue/queueFacts';
import type { SetUpEdgeRequest } from '../../../src/core/plan/queue/setUpEdgeRequest';
import type { Plan } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import { parseTableName } from '../../../src/core/tableName';
import type { ConflictPolicy, TableName } from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { never } from '../pg/support';
import type { PlanRig } from '../plans/planRig';

/** The guard as it was before it wrote the row itself. */
export const OLDER_GUARD = `CREATE OR REPLACE FUNCTION pgtopology.replace_echoed_row() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS '
BEGIN
  EXECUTE (SELECT format(''DELETE FROM %I.%I AS t WHERE '', TG_TABLE_SCHEMA, TG_TABLE_NAME)
               || string_agg(format(''t.%I = ($1).%I'', k, k), '' AND '') FROM unnest(TG_ARGV[0]::text[]) AS k)
    USING NEW;
  RETURN NEW;
END'`;

/** What planners of the queue are given, read just now. @param users who watches a node, by its id */
export async function queueContext(
  plans: PlanRig,
  roles: readonly string[] = [],
  queue: TableName = DEFAULT_QUEUE,
  users: Readonly<Record<string, string>> = {},
): Promise<PlanContext> {
  const asked = [...roles, ...Object.values(users)];
  const context = await plans.context(asked);
  const queues = new Map<string, QueueFacts>();
  for (const node of plans.nodes) {
    const session = await plans.changes.openChange(node, { user: null, mayWrite: false }, never());
    try {
      queues.set(node.id, await session.readQueueFacts(queue, asked));
    } finally {
      await session.close();
    }
  }
  const nodes = context.topology.nodes.map((node) => {
    const user = users[node.id];
    return user === undefined ? node : { ...node, connection: { ...node.connection, user } };
  });
  return { ...context, queues, topology: { ...context.topology, nodes } };
}

/** A set-up of the edge `edge` for the primary `primary`. */
export function requestOf(
  tables: Readonly<Record<string, ConflictPolicy>>,
  change: Partial<SetUpEdgeRequest> = {},
): SetUpEdgeRequest {
  return {
    nodeId: 'edge',
    primaryId: 'primary',
    queue: DEFAULT_QUEUE,
    capture: 'trigger',
    tables: Object.entries(tables).map(([text, policy]) => {
      const table = parseTableName(text);
      assert.ok(table !== null, text);
      return { ...table, policy };
    }),
    drainer: null,
    subscription: null,
    ...change,
  };
}

export async function plannedSetUp(
  plans: PlanRig,
  request: SetUpEdgeRequest,
  users: Readonly<Record<string, string>> = {},
): Promise<Plan> {
  const roles = request.drainer === null ? [] : [request.drainer.name];
  return planSetUpEdge(request, await queueContext(plans, roles, request.queue, users));
}

/** Every object that is not the system's: what an uninstall has to leave as it found it. */
export async function objectsOf(cluster: Cluster): Promise<unknown> {
  const [row] = await cluster.query(`SELECT
    (SELECT json_agg(c.oid::regclass::text || ' ' || c.relkind::text ORDER BY c.oid::regclass::text) FROM pg_class AS c WHERE c.oid >= 16384) AS relations,
    (SELECT json_agg(p.oid::regprocedure::text ORDER BY p.oid::regprocedure::text) FROM pg_proc AS p WHERE p.oid >= 16384) AS functions,
    (SELECT json_agg(t.tgname || ' on ' || t.tgrelid::regclass ORDER BY t.tgname, t.tgrelid::regclass::text) FROM pg_trigger AS t WHERE NOT t.tgisinternal) AS triggers,
    (SELECT json_agg(n.nspname ORDER BY n.nspname) FROM pg_namespace AS n WHERE n.oid >= 16384) AS schemas,
    (SELECT json_agg(a.attrelid::regclass::text || '.' || a.attname ORDER BY a.attrelid::regclass::text, a.attnum) FROM pg_attribute AS a
      WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped) AS columns`);
  return row;
}
