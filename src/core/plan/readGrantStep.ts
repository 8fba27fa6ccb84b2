import { formatCounted } from '../format';
import { say } from '../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import type { PlanStep } from './plan';
import { sqlStatement } from './sqlText';

/** Lets the role that subscriptions log in as read tables that they are about to copy. */
export function readGrantStep(
  { nodeId, checkedRoles }: NodeCatalog,
  role: string,
  tables: readonly RelationFacts[],
): PlanStep {
  const to = escapeIdentifier(role);
  const usable = checkedRoles.find(({ name }) => name === role)?.usableSchemas ?? [];
  const schemas = [...new Set(tables.map(({ schema }) => schema))].filter(
    (schema) => !usable.includes(schema),
  );
  const names = tables.map(qualifiedName).join(', ');
  const uses = schemas.map((schema) => `USAGE ON SCHEMA ${escapeIdentifier(schema)}`);
  const enters = schemas.map(
    (schema) =>
      `pg_catalog.has_schema_privilege(${escapeLiteral(role)}, ${escapeLiteral(schema)}, 'USAGE')`,
  );
  const reads = tables.map(
    (table) =>
      `pg_catalog.has_table_privilege(${escapeLiteral(role)}, ${escapeLiteral(qualifiedName(table))}, 'SELECT')`,
  );
  return {
    nodeId,
    title: say`Let ${role} read ${tables.length > 2 ? formatCounted(tables.length, 'table') : listNames(tables.map(formatTableName))}`,
    effect: say`${role} may read ${listNames(tables.map(formatTableName))} on ${nodeId}, which the first copy does; without it the copy fails again and again.`,
    risk: 'safe',
    statements: [
      ...uses.map((use) => `GRANT ${use} TO ${to}`),
      `GRANT SELECT ON ${names} TO ${to}`,
    ].map(sqlStatement),
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT ${[...enters, ...reads].join('\n   AND ')}`,
      otherwise: say`${role} may not read all of them on ${nodeId}.`,
    },
    settle: null,
    undo: [
      `REVOKE SELECT ON ${names} FROM ${to}`,
      ...uses.map((use) => `REVOKE ${use} FROM ${to}`),
    ].map(sqlStatement),
    undoNote: null,
  };
}

/** What keeps the role of the plan from granting it. */
export function readGrantFindings(
  { nodeId, role }: NodeCatalog,
  reader: string,
  tables: readonly RelationFacts[],
): readonly Finding[] {
  const foreign = role.isSuperuser ? [] : tables.filter(({ isOwned }) => !isOwned);
  if (foreign.length === 0) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${reader} may not read ${listNames(foreign.map(formatTableName))} on ${nodeId}, and ${role.name} does not own them to grant it (42501).`,
      {
        text: say`Let ${listNames([...new Set(foreign.map(({ owner }) => owner))])} or a superuser grant it.`,
        copy: `GRANT SELECT ON ${foreign.map(qualifiedName).join(', ')} TO ${escapeIdentifier(reader)};`,
      },
    ),
  ];
}
