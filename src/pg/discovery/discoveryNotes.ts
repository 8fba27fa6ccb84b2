import type { FastFacts } from '../../core/facts';
import { say } from '../../core/say';
import { escapeIdentifier } from '../../core/sql';
import type { DiscoveryRow } from './discoveryStatement';

/** What our role could not read that would have led further, and the GRANT that lets it. */
export function discoveryNotes(row: DiscoveryRow, fast: FastFacts): readonly string[] {
  const { role } = row;
  const grantee = escapeIdentifier(role);
  const notes: string[] = [];
  if (!fast.canSeeReplication && (fast.senders.length > 0 || fast.receiver !== null)) {
    notes.push(
      say`${role} may not see addresses and states of walsenders and WAL receivers. GRANT pg_monitor TO ${grantee}; lets it.`,
    );
  } else if (fast.isInRecovery && !row.canReadSettings) {
    notes.push(
      say`${role} may not read primary_conninfo, which says where a standby receives from. GRANT pg_read_all_settings TO ${grantee}; lets it.`,
    );
  }
  if (row.ownSubscriptions > 0 && !row.canReadConninfo) {
    notes.push(
      say`${role} may not read where the subscriptions of ${fast.database} connect to; publishers are recognised by their slots. GRANT SELECT (subconninfo) ON pg_subscription TO ${grantee}; lets it, and lets it read the passwords there.`,
    );
  }
  for (const [access, schema, table] of [
    [row.repmgr, 'repmgr', 'nodes'],
    [row.autoFailover, 'pgautofailover', 'node'],
  ] as const) {
    if (access !== 'hidden') continue;
    notes.push(
      say`${role} may not read ${schema}.${table}, which lists the members. GRANT USAGE ON SCHEMA ${schema} TO ${grantee}; GRANT SELECT ON ${schema}.${table} TO ${grantee}; let it.`,
    );
  }
  return notes;
}
