import { say } from '../../say';
import { escapeIdentifier } from '../../sql';
import type { Finding } from '../finding';
import { errorFinding, listNames } from '../findingParts';
import { majorOf } from '../nodeFindings';
import type { NodeCatalog } from '../nodeCatalog';
import { relationOf } from '../tableLookup';
import { missingGrants, type RoleGrant } from './roleGrants';
import {
  checkedRole,
  DELEGATED_VERSION,
  roleExists,
  type ReplicationRoleRequest,
} from './replicationRole';

const ADMIN = say`name a superuser as "adminUser" in the file`;

/** What the role that runs the plan must be allowed to make and to grant. */
export function roleRightFindings(
  request: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  if (catalog.role.isSuperuser) return [];
  return [...makingFindings(request, catalog), ...grantingFindings(request, catalog)];
}

function makingFindings(request: ReplicationRoleRequest, catalog: NodeCatalog): readonly Finding[] {
  const { nodeId, role } = catalog;
  const found = checkedRole(catalog, request.name);
  const isNew = !roleExists(catalog, request.name);
  const givesReplication = request.duties.includes('replication') && found?.isReplication !== true;
  const changes = isNew || givesReplication || found?.canLogin === false;
  if (!changes) return [];
  if (!role.canCreateRole) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`${role.name} on ${nodeId} may not ${isNew ? say`create` : say`change`} roles (42501).`,
        {
          text: say`Let a superuser allow it, or ${ADMIN}.`,
          copy: `ALTER ROLE ${escapeIdentifier(role.name)} CREATEROLE;`,
        },
      ),
    ];
  }
  if (!givesReplication) return [];
  if (catalog.server.versionNum < DELEGATED_VERSION) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`On Postgres ${majorOf(catalog)} only a superuser may give REPLICATION, and ${role.name} on ${nodeId} is none (42501).`,
        say`Name a superuser as "adminUser" in the file.`,
      ),
    ];
  }
  if (role.isReplication) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} on ${nodeId} may give REPLICATION only when it has it (42501).`,
      {
        text: say`Let a superuser give it, or ${ADMIN}.`,
        copy: `ALTER ROLE ${escapeIdentifier(role.name)} REPLICATION;`,
      },
    ),
  ];
}

function grantingFindings(
  request: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly Finding[] {
  const { nodeId, role } = catalog;
  const refused = missingGrants(request, catalog).filter((grant) => !mayGrant(grant, catalog));
  if (refused.length === 0) return [];
  const names = [...new Set(refused.map(({ object }) => object))];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} may not grant rights on ${listNames(names)} on ${nodeId} (42501).`,
      {
        text: say`Let their owner or a superuser run this once ${request.name} exists, or ${ADMIN}.`,
        copy: refused.map(({ sql }) => `${sql};`).join('\n'),
      },
    ),
  ];
}

function mayGrant({ on, object, table }: RoleGrant, catalog: NodeCatalog): boolean {
  const { role, server, schemas } = catalog;
  switch (on) {
    case 'group':
      // From 16 on CREATEROLE alone does not do.
      return server.versionNum < DELEGATED_VERSION
        ? role.canCreateRole
        : role.adminOf.includes(object);
    case 'database':
      return role.isDatabaseOwner;
    case 'schema':
      return schemas.some(({ name, owner }) => name === object && role.memberOf.includes(owner));
    case 'table': {
      const relation = table === null ? null : relationOf(catalog, table);
      // One that is made by an earlier step belongs to whoever makes it.
      return relation === null || relation.isOwned;
    }
  }
}
