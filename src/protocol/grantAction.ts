import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import { escapeIdentifier } from '../core/sql';
import type { ActionState, DiagnosisState } from './diagnosisState';

/**
 * The statements that let the watching roles see replication, to copy where no command can be run: of a node, or of both ends of an
 * edge. None where the diagnosis has them.
 */
export function grantActions(snapshot: TopologySnapshot, diagnosis: DiagnosisState): ActionState[] {
  const hasOne = diagnosis.actions.some(({ kind }) => kind === 'statement');
  if (diagnosis.code !== 'noPrivilege' || hasOne) return [];
  const edge = snapshot.edges.find(({ id }) => id === diagnosis.subject);
  const ends = edge === undefined ? [diagnosis.nodeId] : [edge.from, edge.to];
  return snapshot.nodes.flatMap(({ id, sample: { slow } }): ActionState[] => {
    if (!ends.includes(id) || slow?.hasMonitorRole !== false) return [];
    return [
      {
        kind: 'statement',
        nodeId: id,
        sql: `GRANT pg_monitor TO ${escapeIdentifier(slow.role)};`,
        effect: say`Lets ${slow.role} see the state of replication, and change nothing.`,
      },
    ];
  });
}
