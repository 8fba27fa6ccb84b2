import { say } from '../../say';
import { escapeIdentifier } from '../../sql';
import type { TopologyNode } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, warningFinding } from '../findingParts';
import { nameFindings, isQuotable, roleWords } from '../nodeFindings';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import type { PlanStep } from '../plan';
import { readGrantFindings, readGrantStep } from '../readGrantStep';
import {
  DELEGATED_VERSION,
  roleExists,
  type ReplicationRoleRequest,
} from '../roles/replicationRole';
import { hbaFindingsFor } from '../roles/hbaFindings';
import { replicationRoleSteps } from '../roles/replicationRoleSteps';
import { roleRightFindings } from '../roles/roleRightFindings';
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
  const { role } = need;
  const request: ReplicationRoleRequest = {
    nodeId,
    name: role,
    duties: ['replication'],
    // What it reads is granted by itself: where the role is there, the tables may still be new.
    tables: [],
    verifier: password?.verifier ?? null,
  };
  const made = replicationRoleSteps(request, catalog);
  const resets = roleExists(catalog, role) && password?.resets === true;
  const steps = [...made, ...(resets ? [resetStep(nodeId, role, password)] : [])];
  if (steps.length === 0) return draft;
  const part = addPart(draft, {
    steps,
    findings: [
      ...nameFindings(nodeId, say`role`, role),
      ...roleRightFindings(request, catalog),
      ...(resets ? resetFindings(need, catalog) : []),
      // Nobody can dial as a role that is not there, so the rules are all that can be told beforehand.
      ...(roleExists(catalog, role) || draft.context.setup?.has(nodeId) !== true
        ? []
        : hbaFindingsFor(need.subscriptions, request, draft.context, catalog)),
    ],
    privileges: [
      say`${nodeId}: the role must be a superuser, or have CREATEROLE and from 16 on REPLICATION, to make ${role}. It runs as ${roleWords(catalog)}.`,
    ],
  });
  return made.length === 0 ? part : project(part, nodeId, (one) => withReplicationRole(one, role));
}

function resetStep(nodeId: string, role: string, { verifier }: LoginPassword): PlanStep {
  return {
    nodeId,
    title: say`Give ${role} a new password`,
    effect: say`${role} has another password: whoever logs in with the old one is refused from now on; sessions that are open stay.`,
    risk: 'interrupts',
    statements: [{ parts: [`ALTER ROLE ${escapeIdentifier(role)} PASSWORD `, verifier] }],
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    // A verifier cannot be read back by everybody, so nothing tells.
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: say`The password before it is not known, and gone.`,
  };
}

function resetFindings({ role }: LoginNeed, catalog: NodeCatalog): readonly Finding[] {
  const { nodeId, role: own } = catalog;
  const lacking = lackingToReset(role, catalog);
  return [
    ...(lacking.length === 0
      ? []
      : [
          errorFinding(
            'privilege',
            nodeId,
            say`${own.name} on ${nodeId} may not change ${role} (42501).`,
            {
              text: say`Let an administrator allow it, or name a superuser as "adminUser" in the file.`,
              copy: lacking.join('\n'),
            },
          ),
        ]),
    warningFinding(
      'privilege',
      nodeId,
      say`${role} on ${nodeId} gets a new password: subscriptions that log in with the old one stop at their next reconnect.`,
      say`Give them the new one, or enter the password that it has.`,
    ),
  ];
}

/** What would let the role that runs the plan change another: from 16 on CREATEROLE alone is about roles of one's own. */
function lackingToReset(role: string, { role: own, server }: NodeCatalog): readonly string[] {
  if (own.isSuperuser) return [];
  const to = escapeIdentifier(own.name);
  const isOwn = server.versionNum < DELEGATED_VERSION || own.adminOf.includes(role);
  return [
    ...(own.canCreateRole ? [] : [`ALTER ROLE ${to} CREATEROLE;`]),
    ...(isOwn ? [] : [`GRANT ${escapeIdentifier(role)} TO ${to} WITH ADMIN OPTION;`]),
  ];
}

function grantReading(draft: ChangesDraft, need: LoginNeed): ChangesDraft {
  const catalog = draft.context.catalogs.get(need.publisherId);
  if (catalog === undefined) return draft;
  const { nodeId } = catalog;
  const closed = need.tables
    .flatMap(({ relation }) => catalog.relations.filter((one) => isSame(one, relation)))
    .filter(({ notReadableBy }) => notReadableBy.includes(need.role));
  if (closed.length === 0) return draft;
  const part = addPart(draft, {
    steps: [readGrantStep(catalog, need.role, closed)],
    findings: readGrantFindings(catalog, need.role, closed),
    privileges: [
      say`${nodeId}: the role must own the tables that ${need.role} is let read, and their schemas. It runs as ${roleWords(catalog)}.`,
    ],
  });
  return project(part, nodeId, (one) => withReadableTables(one, need.role, closed));
}

function isSame(one: RelationFacts, other: RelationFacts | null): boolean {
  return one.schema === other?.schema && one.name === other.name;
}
