import { say } from '../../say';
import { escapeIdentifier, escapeLiteral } from '../../sql';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanStep } from '../plan';
import { sqlStatement, type PlanStatement } from '../sqlText';
import { missingGrants } from './roleGrants';
import {
  checkedRole,
  DELEGATED_VERSION,
  roleExists,
  type ReplicationRoleRequest,
  type RoleDuty,
} from './replicationRole';

/**
 * Makes the role, or gives one that exists what it lacks: no step when it lacks nothing. A password that it has stays.
 * @param catalog read with the role among the roles to check; tables that it does not have yet are granted all the same
 */
export function replicationRoleSteps(
  request: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly PlanStep[] {
  const step = roleExists(catalog, request.name)
    ? attributesStep(request, catalog)
    : createStep(request, catalog);
  return [...(step === null ? [] : [step]), ...grantStep(request, catalog)];
}

/** What each duty lets the role do, for effects. */
function dutyWords(duties: readonly RoleDuty[], catalog: NodeCatalog): string {
  const { nodeId, server } = catalog;
  const words: Readonly<Record<RoleDuty, string>> = {
    monitor: say`see replication state on ${nodeId}`,
    replication: say`stream from ${nodeId} and read its published tables`,
    subscriber:
      server.versionNum >= DELEGATED_VERSION
        ? say`make subscriptions on ${nodeId}`
        : say`log in on ${nodeId}`,
    drainer: say`apply queued writes on ${nodeId}`,
  };
  return duties.map((duty) => words[duty]).join(', ');
}

function createStep(request: ReplicationRoleRequest, catalog: NodeCatalog): PlanStep {
  const { nodeId, name, verifier, duties } = request;
  const role = escapeIdentifier(name);
  const attributes = `LOGIN${duties.includes('replication') ? ' REPLICATION' : ''}`;
  const statement: PlanStatement =
    verifier === null
      ? sqlStatement(`CREATE ROLE ${role} ${attributes}`)
      : { parts: [`CREATE ROLE ${role} ${attributes} PASSWORD `, verifier] };
  const isThere = `EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = ${escapeLiteral(name)})`;
  return {
    nodeId,
    title: say`Create role ${name}`,
    effect:
      verifier === null
        ? say`${name} may log in on ${nodeId} without a password, as far as pg_hba.conf lets it.`
        : say`${name} may log in on ${nodeId} with its password, as far as pg_hba.conf lets it; the server gets a SCRAM verifier and never the password. It is to ${dutyWords(duties, catalog)}.`,
    risk: 'safe',
    statements: [statement],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${isThere}`,
      otherwise: say`${nodeId} has a role ${name} by now. Plan again: only what it lacks is added then.`,
    },
    effectCheck: { sql: `SELECT ${isThere}`, otherwise: say`${nodeId} has no role ${name}.` },
    settle: null,
    undo: [sqlStatement(`DROP ROLE ${role}`)],
    undoNote: say`It is refused while ${name} owns something or has rights in another database (2BP01).`,
  };
}

function attributesStep(request: ReplicationRoleRequest, catalog: NodeCatalog): PlanStep | null {
  const { nodeId, name, duties } = request;
  const found =
    checkedRole(catalog, name) ?? catalog.roles.find((candidate) => candidate.name === name);
  if (found === undefined) return null;
  const lacks = [
    ...(checkedRole(catalog, name)?.canLogin === false ? ['LOGIN'] : []),
    ...(duties.includes('replication') && !found.isReplication && !found.isSuperuser
      ? ['REPLICATION']
      : []),
  ];
  if (lacks.length === 0) return null;
  const role = escapeIdentifier(name);
  const columns = { LOGIN: 'r.rolcanlogin', REPLICATION: 'r.rolreplication' } as const;
  const tests = Object.entries(columns)
    .filter(([word]) => lacks.includes(word))
    .map(([, column]) => column);
  return {
    nodeId,
    title: say`Give ${lacks.join(say` and `)} to role ${name}`,
    effect: say`${name} on ${nodeId} may ${lacks.includes('LOGIN') ? say`log in` : say`stream`}${lacks.length > 1 ? say` and stream` : ''}.`,
    risk: 'safe',
    statements: [sqlStatement(`ALTER ROLE ${role} ${lacks.join(' ')}`)],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT COALESCE((SELECT ${tests.join(' AND ')} FROM pg_catalog.pg_roles AS r WHERE r.rolname = ${escapeLiteral(name)}), false)`,
      otherwise: say`${name} on ${nodeId} has no ${lacks.join(say` and no `)}.`,
    },
    settle: null,
    undo: [sqlStatement(`ALTER ROLE ${role} ${lacks.map((word) => `NO${word}`).join(' ')}`)],
    undoNote: null,
  };
}

function grantStep(request: ReplicationRoleRequest, catalog: NodeCatalog): readonly PlanStep[] {
  const { nodeId, name, duties } = request;
  const grants = missingGrants(request, catalog);
  if (grants.length === 0) return [];
  return [
    {
      nodeId,
      title: say`Grant what ${name} needs`,
      effect: say`${name} may ${dutyWords(duties, catalog)}, and no more.`,
      risk: 'safe',
      statements: grants.map(({ sql }) => sqlStatement(sql)),
      isTransactional: true,
      statementLimitMs: null,
      precondition: null,
      effectCheck: {
        sql: `SELECT ${grants.map(({ isThere }) => isThere).join(' AND ')}`,
        otherwise: say`${name} on ${nodeId} lacks some of these rights.`,
      },
      settle: null,
      undo: [...grants].reverse().map(({ undo }) => sqlStatement(undo)),
      undoNote: null,
    },
  ];
}
