import { say } from '../../say';
import { formatTableName } from '../../tableName';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding } from '../findingParts';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import { isQuotable, majorOf, nameFindings, roleWords, standbyFindings } from '../nodeFindings';
import type { NodeCatalog } from '../nodeCatalog';
import type { Plan } from '../plan';
import type { PlanContext } from '../requests';
import { relationOf } from '../tableLookup';
import { hbaFindings } from './hbaFindings';
import { replicationRoleSteps } from './replicationRoleSteps';
import { DELEGATED_VERSION, roleExists, type ReplicationRoleRequest } from './replicationRole';
import { roleRightFindings } from './roleRightFindings';

/**
 * Makes a role with the least privileges for its duties, or gives one that exists what it lacks. Needs the catalog of
 * the node, read with the role among the roles to check.
 */
export function planCreateReplicationRole(
  request: ReplicationRoleRequest,
  context: PlanContext,
): Plan {
  const { nodeId, name } = request;
  const head = { kind: 'createReplicationRole', title: say`Create role ${name} on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const isSayable = isQuotable(name) && request.tables.every(isSayableTable);
  const steps = isSayable ? replicationRoleSteps(request, catalog) : [];
  return makePlan(context, {
    ...head,
    steps,
    findings: [
      ...standbyFindings(context, catalog),
      ...nameFindings(nodeId, say`role`, name),
      ...reservedFindings(request),
      ...dutyFindings(request, catalog),
      ...missingTableFindings(request, catalog),
      ...(isSayable ? roleRightFindings(request, catalog) : []),
      ...existingFindings(request, catalog, steps.length),
      ...(context.setup?.has(nodeId) === true ? hbaFindings(request, context, catalog) : []),
    ],
    privileges: [
      say`${nodeId}: the role must be allowed to create roles and own what it grants, or be a superuser. It runs as ${roleWords(catalog)}.`,
    ],
  });
}

function isSayableTable({ schema, name }: ReplicationRoleRequest['tables'][number]): boolean {
  return isQuotable(schema) && isQuotable(name);
}

/** @see IsReservedName(), and the words that GRANT takes for something else */
function reservedFindings({ nodeId, name }: ReplicationRoleRequest): readonly Finding[] {
  if (!name.startsWith('pg_') && name !== 'public' && name !== 'none') return [];
  return [
    errorFinding(
      'illegalName',
      nodeId,
      say`The role name ${name} is reserved (42939).`,
      say`Choose another name, one that does not begin with pg_.`,
    ),
  ];
}

function dutyFindings(
  { nodeId, name, duties }: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  if (duties.length === 0) {
    return [
      errorFinding(
        'notFound',
        nodeId,
        say`${name} has no duty.`,
        say`Choose what the role is for.`,
      ),
    ];
  }
  if (!duties.includes('subscriber')) return [];
  if (catalog.server.versionNum < DELEGATED_VERSION) {
    return [
      errorFinding(
        'unsupportedOption',
        nodeId,
        say`On Postgres ${majorOf(catalog)} only a superuser may make subscriptions, so no lesser role can have that duty on ${nodeId}.`,
        say`Leave this duty out, and name a superuser as "adminUser" in the file.`,
      ),
    ];
  }
  return [
    noteFinding(
      'privilege',
      nodeId,
      say`Subscriptions of ${name} apply changes as the owner of each target table: ${name} must be able to SET ROLE to that owner, or own the tables.`,
    ),
  ];
}

function missingTableFindings(
  { nodeId, tables }: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  const missing = tables.filter((table) => relationOf(catalog, table) === null);
  if (missing.length === 0) return [];
  return [
    errorFinding(
      'missingTable',
      nodeId,
      say`${nodeId} has no table ${listNames(missing.map(formatTableName))} (42P01).`,
      say`Leave it out, or create it first.`,
    ),
  ];
}

function existingFindings(
  { nodeId, name, verifier }: ReplicationRoleRequest,
  catalog: NodeCatalog,
  steps: number,
): readonly Finding[] {
  if (!roleExists(catalog, name)) return [];
  if (steps === 0) {
    return [
      noteFinding('nothingToDo', nodeId, say`${name} on ${nodeId} has all that these duties need.`),
    ];
  }
  if (verifier === null) return [];
  return [noteFinding('nameTaken', nodeId, say`${name} exists on ${nodeId}: its password stays.`)];
}
