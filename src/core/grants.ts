import { escapeIdentifier } from './sql';

/**
 * The statement that lets a role see replication state, to be run by a superuser on the node or its primary.
 * @see pg_monitor
 */
export function monitorGrant(role: string): string {
  return `GRANT pg_monitor TO ${escapeIdentifier(role)};`;
}
