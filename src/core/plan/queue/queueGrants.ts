import { CONFLICTS, EDGE_IDENTITY, EDGE_REGISTER, METRICS } from '../../queue/queueNames';
import { say } from '../../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName, Topology } from '../../topology';
import { listNames } from '../findingParts';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanStep } from '../plan';
import { PLAIN } from '../sentinelSteps';
import { sqlStatement } from '../sqlText';
import { isSameTable, relationOf } from '../tableLookup';
import type { QueueFacts } from './queueFacts';

/** What the watching role reads on an edge, and on a primary. */
export function watchedTables(queue: TableName | null): readonly TableName[] {
  return queue === null ? [EDGE_REGISTER, CONFLICTS, METRICS] : [queue, EDGE_IDENTITY];
}

/** The role that watches a node, where it is another than the one that runs the plan and needs to be let. */
export function watcherOf(topology: Topology, catalog: NodeCatalog): string | null {
  const user = topology.nodes.find(({ id }) => id === catalog.nodeId)?.connection['user'];
  const role = catalog.roles.find(({ name }) => name === user);
  return role === undefined || role.isSuperuser || role.name === catalog.role.name
    ? null
    : role.name;
}

/** Lets the watching role read what it shows. */
export function watcherSteps(
  watcher: string,
  tables: readonly TableName[],
  catalog: NodeCatalog,
): readonly PlanStep[] {
  const closed = tables.filter((table) => {
    const relation = relationOf(catalog, table);
    return relation === null || relation.notReadableBy.includes(watcher);
  });
  const grants = closed.map((table) => ({ table, rights: ['SELECT'] }));
  return grantSteps(catalog, watcher, grants, say`${watcher} sees how the queue is.`);
}

/** Exactly what a drain does on an edge: nothing on the tables of the application. */
const DRAINER_RIGHTS = ['SELECT', 'UPDATE', 'DELETE'] as const;

export function edgeDrainerSteps(
  role: string,
  queue: TableName,
  catalog: NodeCatalog,
  facts: QueueFacts,
): readonly PlanStep[] {
  const isSuperuser = catalog.roles.some(({ name, isSuperuser: may }) => name === role && may);
  if (isSuperuser) return [];
  const wanted = [
    // Rows that are done for long are deleted.
    { table: queue, rights: DRAINER_RIGHTS },
    { table: EDGE_IDENTITY, rights: ['SELECT', 'UPDATE'] },
  ];
  const grants = wanted.flatMap(({ table, rights }) => {
    const present =
      facts.rights.find((one) => one.role === role && isSameTable(one.table, table))?.rights ?? [];
    const lacking = rights.filter((right) => !present.includes(right));
    return lacking.length === 0 ? [] : [{ table, rights: lacking }];
  });
  return grantSteps(
    catalog,
    role,
    grants,
    say`${role} may read and mark what is queued on ${catalog.nodeId}, and no more.`,
  );
}

interface TableGrant {
  readonly table: TableName;
  readonly rights: readonly string[];
}

function grantSteps(
  catalog: NodeCatalog,
  role: string,
  grants: readonly TableGrant[],
  effect: string,
): readonly PlanStep[] {
  if (grants.length === 0) return [];
  const { nodeId, checkedRoles } = catalog;
  const to = escapeIdentifier(role);
  const usable = checkedRoles.find(({ name }) => name === role)?.usableSchemas ?? [];
  const schemas = [...new Set(grants.map(({ table }) => table.schema))].filter(
    (schema) => !usable.includes(schema),
  );
  const checks = [
    ...schemas.map(
      (schema) =>
        `pg_catalog.has_schema_privilege(${escapeLiteral(role)}, ${escapeLiteral(schema)}, 'USAGE')`,
    ),
    ...grants.flatMap(({ table, rights }) =>
      rights.map(
        (right) =>
          `pg_catalog.has_table_privilege(${escapeLiteral(role)}, ${escapeLiteral(qualifiedName(table))}, '${right}')`,
      ),
    ),
  ];
  return [
    {
      ...PLAIN,
      nodeId,
      title: say`Let ${role} use ${listNames(grants.map(({ table }) => formatTableName(table)))}`,
      effect,
      statements: [
        ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${to}`),
        ...grants.map(
          ({ table, rights }) => `GRANT ${rights.join(', ')} ON ${qualifiedName(table)} TO ${to}`,
        ),
      ].map(sqlStatement),
      effectCheck: {
        sql: `SELECT ${checks.join('\n   AND ')}`,
        otherwise: say`${role} lacks some of these rights on ${nodeId}.`,
      },
      undo: [
        ...grants.map(
          ({ table, rights }) =>
            `REVOKE ${rights.join(', ')} ON ${qualifiedName(table)} FROM ${to}`,
        ),
        ...schemas.map((schema) => `REVOKE USAGE ON SCHEMA ${escapeIdentifier(schema)} FROM ${to}`),
      ].map(sqlStatement),
    },
  ];
}
