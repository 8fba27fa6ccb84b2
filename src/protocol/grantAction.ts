import type { NodeSnapshot, TopologySnapshot } from '../core/snapshot';
import { escapeIdentifier } from '../core/sql';
import type { ActionState, DiagnosisState } from './diagnosisState';

/** The statements that let the watching roles see replication, to copy: of a node, or of both ends of an edge. */
export function grantActions(snapshot: TopologySnapshot, diagnosis: DiagnosisState): ActionState[] {
  if (diagnosis.code !== 'noPrivilege') return [];
  const edge = snapshot.edges.find(({ id }) => id === diagnosis.subject);
  const ends = edge === undefined ? [diagnosis.nodeId] : [edge.from, edge.to];
  return snapshot.nodes.filter(({ id }) => ends.includes(id)).flatMap(grantOn);
}

function grantOn({ id, sample }: NodeSnapshot): ActionState[] {
  if (sample.slow?.hasMonitorRole !== false) return [];
  return [
    {
      kind: 'statement',
      nodeId: id,
      sql: `GRANT pg_monitor TO ${escapeIdentifier(sample.slow.role)};`,
      effect: `Lets ${sample.slow.role} see the state of replication, and change nothing.`,
    },
  ];
}
