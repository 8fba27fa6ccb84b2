import type { TableName } from '../../topology';
import type { CheckedRole, NodeCatalog } from '../nodeCatalog';
import type { SecretRef } from '../sqlText';

/**
 * What a role is for. `monitor` sees replication state; `replication` is whom subscriptions and standbys log in as;
 * `subscriber` makes subscriptions on this node; `drainer` applies queued writes to its tables.
 */
export type RoleDuty = 'monitor' | 'replication' | 'subscriber' | 'drainer';

export interface ReplicationRoleRequest {
  readonly nodeId: string;
  readonly name: string;
  readonly duties: readonly RoleDuty[];
  /** Tables that `replication` may read and `drainer` may write. */
  readonly tables: readonly TableName[];
  /** Schemas beside those of the tables in which it must find types; not there: none. */
  readonly typeSchemas?: readonly string[];
  /** SCRAM verifier of its password; `null`: it signs in without one, by certificate or by what pg_hba.conf says. */
  readonly verifier: SecretRef | null;
}

/** First version in which others than superusers may make subscriptions, and roles with REPLICATION. */
export const DELEGATED_VERSION = 160_000;

/** What a role that exists is and may do; `null` when it does not exist, or was not among the roles to check. */
export function checkedRole(catalog: NodeCatalog, name: string): CheckedRole | null {
  return catalog.checkedRoles.find((role) => role.name === name) ?? null;
}

/** Whether the role is there, with or without the right to log in. */
export function roleExists(catalog: NodeCatalog, name: string): boolean {
  return checkedRole(catalog, name) !== null || catalog.roles.some((role) => role.name === name);
}

/** Groups whose rights the duties need. */
export function groupsOf(
  { duties }: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly string[] {
  const makesSubscriptions =
    duties.includes('subscriber') && catalog.server.versionNum >= DELEGATED_VERSION;
  return [
    ...(duties.includes('monitor') ? ['pg_monitor'] : []),
    ...(makesSubscriptions ? ['pg_create_subscription'] : []),
  ];
}
