import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { Topology } from '../topology';
import { fileTableName } from './fileTable';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, nameFindings, roleWords, standbyFindings } from './nodeFindings';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import { pendingSyncFindings } from './pendingSyncFindings';
import { pendingSyncSql, queueShapeOf } from './pendingSyncTable';
import type { FileChange, Plan, PlanStep } from './plan';
import type { InstallPendingSyncRequest, PlanContext } from './requests';
import { sqlStatement } from './sqlText';
import { relationOf } from './tableLookup';

/**
 * Makes the offline queue on an edge. Needs the catalog of the edge, read with the watching role among the roles to
 * check. A table of the shape that applications made is left as it is, and only declared.
 */
export function planInstallPendingSync(
  request: InstallPendingSyncRequest,
  context: PlanContext,
): Plan {
  const { nodeId, table } = request;
  const head = {
    kind: 'installPendingSync',
    title: say`Install the queue ${formatTableName(table)} on ${nodeId}`,
  };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const isSayable = isQuotable(table.schema) && isQuotable(table.name);
  return makePlan(context, {
    ...head,
    steps: isSayable ? stepsOf(request, context.topology, catalog) : [],
    findings: [
      ...standbyFindings(context, catalog),
      ...nameFindings(nodeId, say`schema`, table.schema),
      ...nameFindings(nodeId, say`table`, table.name),
      ...(isSayable ? pendingSyncFindings(request, context, catalog) : []),
    ],
    privileges: [
      say`${nodeId}: the role may create in the database ${catalog.server.database}, or in the schema ${table.schema} where that exists. It runs as ${roleWords(catalog)}.`,
    ],
    fileChanges: fileChanges(request, context.topology, catalog),
  });
}

function stepsOf(
  request: InstallPendingSyncRequest,
  topology: Topology,
  catalog: NodeCatalog,
): readonly PlanStep[] {
  const existing = relationOf(catalog, request.table);
  const watcher = watcherOf(topology, catalog);
  if (existing === null) return [createStep(request, catalog, watcher)];
  const isOurs = shapeOf(existing) === 'current';
  if (!isOurs || watcher === null || !existing.notReadableBy.includes(watcher)) return [];
  return [grantStep(request, watcher)];
}

/** The role that watches the node, where it is another than the one that runs the plan and is known there. */
function watcherOf(topology: Topology, catalog: NodeCatalog): string | null {
  const user = topology.nodes.find(({ id }) => id === catalog.nodeId)?.connection['user'];
  const role = catalog.roles.find(({ name }) => name === user);
  return role === undefined || role.isSuperuser || role.name === catalog.role.name
    ? null
    : role.name;
}

function createStep(
  { nodeId, table }: InstallPendingSyncRequest,
  catalog: NodeCatalog,
  watcher: string | null,
): PlanStep {
  const schema = escapeIdentifier(table.schema);
  const makesSchema = !catalog.schemas.some(({ name }) => name === table.schema);
  const statements = [
    ...(makesSchema ? [`CREATE SCHEMA ${schema}`] : []),
    ...pendingSyncSql(table),
    ...(watcher === null ? [] : grants(table, watcher)),
  ];
  const exists = `pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) IS NOT NULL`;
  return {
    nodeId,
    title: say`Create the table ${formatTableName(table)}`,
    effect: say`${nodeId} can queue writes in ${formatTableName(table)}; nothing is queued by itself, and nothing is drained unasked.`,
    risk: 'safe',
    statements: statements.map(sqlStatement),
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT ${exists}`,
      otherwise: say`${nodeId} has no table ${formatTableName(table)}.`,
    },
    settle: null,
    undo: [
      `DROP TABLE ${qualifiedName(table)}`,
      // Without CASCADE: it is refused once something else stands in it.
      ...(makesSchema ? [`DROP SCHEMA ${schema}`] : []),
      ...(makesSchema || watcher === null
        ? []
        : [`REVOKE USAGE ON SCHEMA ${schema} FROM ${escapeIdentifier(watcher)}`]),
    ].map(sqlStatement),
    undoNote: say`Operations that were queued meanwhile are lost with the table.`,
  };
}

function grantStep({ nodeId, table }: InstallPendingSyncRequest, watcher: string): PlanStep {
  return {
    nodeId,
    title: say`Let ${watcher} read ${formatTableName(table)}`,
    effect: say`${watcher} sees how deep the queue on ${nodeId} is.`,
    risk: 'safe',
    statements: grants(table, watcher).map(sqlStatement),
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT pg_catalog.has_table_privilege(${escapeLiteral(watcher)}, ${escapeLiteral(qualifiedName(table))}, 'SELECT')
   AND pg_catalog.has_schema_privilege(${escapeLiteral(watcher)}, ${escapeLiteral(table.schema)}, 'USAGE')`,
      otherwise: say`${watcher} may not read ${formatTableName(table)} on ${nodeId}.`,
    },
    settle: null,
    undo: [
      sqlStatement(`REVOKE SELECT ON ${qualifiedName(table)} FROM ${escapeIdentifier(watcher)}`),
    ],
    undoNote: null,
  };
}

function grants(table: InstallPendingSyncRequest['table'], watcher: string): readonly string[] {
  const to = escapeIdentifier(watcher);
  return [
    `GRANT USAGE ON SCHEMA ${escapeIdentifier(table.schema)} TO ${to}`,
    `GRANT SELECT ON ${qualifiedName(table)} TO ${to}`,
  ];
}

function shapeOf(relation: RelationFacts): ReturnType<typeof queueShapeOf> {
  return queueShapeOf(new Set(relation.columns.map(({ name }) => name)));
}

/** Only what the file does not say yet; an old table is filled by the application, which is said with it. */
function fileChanges(
  { nodeId, primaryId, table }: InstallPendingSyncRequest,
  topology: Topology,
  catalog: NodeCatalog,
): readonly FileChange[] {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return [];
  const path = ['nodes', nodeId, 'pendingSync'];
  const isDefault = table.schema === 'pgtopology' && table.name === 'pending_sync';
  const existing = relationOf(catalog, table);
  const isOld = existing !== null && shapeOf(existing) === 'old';
  const queue = node.pendingSync;
  if (queue === null) {
    const value = {
      primary: primaryId,
      ...(isDefault ? {} : { table: fileTableName(table) }),
      ...(isOld ? { capture: 'application' } : {}),
    };
    return [{ path, value }];
  }
  const isSameTable = queue.table.schema === table.schema && queue.table.name === table.name;
  return [
    ...(queue.primary === primaryId ? [] : [{ path: [...path, 'primary'], value: primaryId }]),
    ...(isSameTable ? [] : [{ path: [...path, 'table'], value: fileTableName(table) }]),
  ];
}
