import { formatCounted } from '../../format';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TopologyNode } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, listNames, warningFinding } from '../findingParts';
import { nameFindings, isQuotable, roleWords } from '../nodeFindings';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import type { PlanStep } from '../plan';
import { sqlStatement, type SqlPart } from '../sqlText';
import { addPart, project, type ChangesDraft } from './changesDraft';
import type { LoginPassword, PlanChangesRequest } from './changesRequest';
import { loginNeeds, type LoginNeed } from './loginNeeds';
import { withReadableTables, withReplicationRole } from './projectRoles';

/**
 * Makes on a publisher the roles that subscriptions log in as, and lets each read what it has to copy. Needs its catalog
 * read with these roles.
 * @param subscribers nodes whose subscriptions count
 */
export function loginStage(
  draft: ChangesDraft,
  node: TopologyNode,
  subscribers: readonly TopologyNode[],
  request: PlanChangesRequest,
): ChangesDraft {
  const needs = loginNeeds(subscribers, draft.context, request);
  return needs.reduce((next, need) => {
    const catalog = next.context.catalogs.get(node.id);
    if (catalog === undefined || need.publisherId !== node.id || !isQuotable(need.role)) {
      return next;
    }
    const password =
      request.passwords.find(
        ({ publisherId, role }) => publisherId === need.publisherId && role === need.role,
      ) ?? null;
    return grantReading(makeRole(next, need, catalog, password), need);
  }, draft);
}

function makeRole(
  draft: ChangesDraft,
  need: LoginNeed,
  catalog: NodeCatalog,
  password: LoginPassword | null,
): ChangesDraft {
  const { nodeId } = catalog;
  const login = catalog.roles.find(({ name }) => name === need.role);
  const checked = catalog.checkedRoles.find(({ name }) => name === need.role);
  const isThere = login !== undefined || checked !== undefined;
  const canReplicate = login?.isSuperuser === true || login?.isReplication === true;
  const resets = isThere && password?.resets === true;
  if (canReplicate && !resets) return draft;
  const step = isThere
    ? alterRoleStep(nodeId, need, resets ? password : null, !canReplicate)
    : createRoleStep(nodeId, need, password);
  const part = addPart(draft, {
    steps: [step],
    findings: [
      ...nameFindings(nodeId, 'role', need.role),
      ...roleFindings(need, catalog),
      ...(resets ? [resetFinding(need, nodeId)] : []),
    ],
    privileges: [
      `${nodeId}: the role must be a superuser, or have CREATEROLE and from 16 on REPLICATION, to make ${need.role}. It runs as ${roleWords(catalog)}.`,
    ],
  });
  return canReplicate ? part : project(part, nodeId, (one) => withReplicationRole(one, need.role));
}

function createRoleStep(
  nodeId: string,
  { role, subscriptions }: LoginNeed,
  password: LoginPassword | null,
): PlanStep {
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${escapeLiteral(role)})`;
  const name = escapeIdentifier(role);
  return {
    nodeId,
    title: `Create role ${role}`,
    effect: `${role} may log in on ${nodeId} and stream, for ${listNames(subscriptions)}, and may do nothing else. ${
      password === null
        ? 'It has no password.'
        : 'The server gets a SCRAM verifier, never the password.'
    }`,
    risk: 'safe',
    statements: [{ parts: [`CREATE ROLE ${name} LOGIN REPLICATION`, ...passwordParts(password)] }],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: `${nodeId} has a role ${role} by now. Make the plan anew.`,
    },
    effectCheck: { sql: `SELECT ${exists}`, otherwise: `${nodeId} has no role ${role}.` },
    settle: null,
    undo: [sqlStatement(`DROP ROLE ${name}`)],
    undoNote: null,
  };
}

function alterRoleStep(
  nodeId: string,
  { role }: LoginNeed,
  password: LoginPassword | null,
  mayNot: boolean,
): PlanStep {
  const name = escapeIdentifier(role);
  const isSo = `EXISTS (SELECT FROM pg_catalog.pg_roles
    WHERE rolname = ${escapeLiteral(role)} AND rolcanlogin AND rolreplication)`;
  return {
    nodeId,
    title: mayNot ? `Let ${role} log in and replicate` : `Give ${role} a new password`,
    effect: [
      ...(mayNot ? [`${role} may log in on ${nodeId} and stream.`] : []),
      ...(password === null
        ? []
        : [
            `${role} has another password: whoever logs in with the old one is refused from now on; sessions that are open stay.`,
          ]),
    ].join(' '),
    risk: password === null ? 'safe' : 'interrupts',
    statements: [
      {
        parts: [
          `ALTER ROLE ${name}${mayNot ? ' LOGIN REPLICATION' : ''}`,
          ...passwordParts(password),
        ],
      },
    ],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    // A verifier cannot be read back by everybody, so for a password alone nothing tells.
    effectCheck: mayNot
      ? { sql: `SELECT ${isSo}`, otherwise: `${role} on ${nodeId} may not log in and replicate.` }
      : null,
    settle: null,
    undo: mayNot ? [sqlStatement(`ALTER ROLE ${name} NOREPLICATION`)] : [],
    undoNote: password === null ? null : 'The password before it is not known, and gone.',
  };
}

function passwordParts(password: LoginPassword | null): readonly SqlPart[] {
  return password === null ? [] : [' PASSWORD ', password.verifier];
}

function roleFindings(need: LoginNeed, { nodeId, role }: NodeCatalog): readonly Finding[] {
  if (role.isSuperuser || role.canCreateRole) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      `${role.name} on ${nodeId} may not make the role ${need.role} (42501).`,
      {
        text: 'Let a superuser do it ("adminUser" in the file), or make the role by hand.',
        copy: `CREATE ROLE ${escapeIdentifier(need.role)} LOGIN REPLICATION;`,
      },
    ),
  ];
}

function resetFinding({ role }: LoginNeed, nodeId: string): Finding {
  return warningFinding(
    'privilege',
    nodeId,
    `${role} on ${nodeId} gets a new password: subscriptions that log in with the old one stop at their next reconnect.`,
    'Give them the new one, or enter the password that it has.',
  );
}

function grantReading(draft: ChangesDraft, need: LoginNeed): ChangesDraft {
  const catalog = draft.context.catalogs.get(need.publisherId);
  if (catalog === undefined) return draft;
  const { nodeId } = catalog;
  const closed = need.tables
    .flatMap(({ relation }) => catalog.relations.filter((one) => isSame(one, relation)))
    .filter(({ notReadableBy }) => notReadableBy.includes(need.role));
  if (closed.length === 0) return draft;
  const usable = catalog.checkedRoles.find(({ name }) => name === need.role)?.usableSchemas ?? [];
  const part = addPart(draft, {
    steps: [grantStep(nodeId, need.role, closed, usable)],
    findings: grantFindings(need.role, closed, catalog),
    privileges: [
      `${nodeId}: the role must own the tables that ${need.role} is let read, and their schemas. It runs as ${roleWords(catalog)}.`,
    ],
  });
  return project(part, nodeId, (one) => withReadableTables(one, need.role, closed));
}

function isSame(one: RelationFacts, other: RelationFacts | null): boolean {
  return one.schema === other?.schema && one.name === other.name;
}

function grantStep(
  nodeId: string,
  role: string,
  tables: readonly RelationFacts[],
  usable: readonly string[],
): PlanStep {
  const to = escapeIdentifier(role);
  const schemas = [...new Set(tables.map(({ schema }) => schema))].filter(
    (schema) => !usable.includes(schema),
  );
  const names = tables.map(qualifiedName);
  const reads = tables.map(
    (table) =>
      `pg_catalog.has_table_privilege(${escapeLiteral(role)}, ${escapeLiteral(qualifiedName(table))}, 'SELECT')`,
  );
  const enters = schemas.map(
    (schema) =>
      `pg_catalog.has_schema_privilege(${escapeLiteral(role)}, ${escapeLiteral(schema)}, 'USAGE')`,
  );
  return {
    nodeId,
    title: `Let ${role} read ${formatCounted(tables.length, 'table')}`,
    effect: `${role} may read ${listNames(tables.map(formatTableName))} on ${nodeId}, which the first copy does.`,
    risk: 'safe',
    statements: [
      ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${to}`),
      `GRANT SELECT ON ${names.join(', ')} TO ${to}`,
    ].map(sqlStatement),
    isTransactional: true,
    statementLimitMs: null,
    precondition: null,
    effectCheck: {
      sql: `SELECT ${[...enters, ...reads].join('\n   AND ')}`,
      otherwise: `${role} may not read all of them on ${nodeId}.`,
    },
    settle: null,
    undo: [
      `REVOKE SELECT ON ${names.join(', ')} FROM ${to}`,
      ...schemas.map((schema) => `REVOKE USAGE ON SCHEMA ${escapeIdentifier(schema)} FROM ${to}`),
    ].map(sqlStatement),
    undoNote: null,
  };
}

function grantFindings(
  role: string,
  tables: readonly RelationFacts[],
  catalog: NodeCatalog,
): readonly Finding[] {
  if (catalog.role.isSuperuser) return [];
  const foreign = tables.filter(({ isOwned }) => !isOwned);
  if (foreign.length === 0) return [];
  const { nodeId } = catalog;
  const owners = [...new Set(foreign.map(({ owner }) => owner))];
  return [
    errorFinding(
      'privilege',
      nodeId,
      `${catalog.role.name} does not own ${listNames(foreign.map(formatTableName))} on ${nodeId}, so it may not let ${role} read there (42501).`,
      {
        text: `Let ${listNames(owners)} or a superuser do it.`,
        copy: `GRANT SELECT ON ${foreign.map(qualifiedName).join(', ')} TO ${escapeIdentifier(role)};`,
      },
    ),
  ];
}
