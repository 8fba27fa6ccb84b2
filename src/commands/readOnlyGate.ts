import { describeFailure } from '../core/failureText';
import { ServerFailure } from '../core/failure';
import { READ_ONLY_ADVICE, readOnlySentence } from '../core/plan/readOnlyFindings';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import { isReadOnly } from '../core/topology';
import { toNodeRef, type Target } from './target';

/**
 * Stands before every command that changes servers: what the file marks read-only is refused before anything is asked or
 * opened. A plan over several nodes is judged once more, step by step, when it is made and when it runs.
 * @throws ServerFailure with the reason `readOnly`
 */
export function refuseReadOnly(
  target: Target | null,
  snapshots: readonly TopologySnapshot[],
): void {
  const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
  const about = snapshots.filter(({ id }) => target === null || id === target.topologyId);
  if (nodeId !== null) {
    if (!about.some(({ topology }) => isReadOnly(topology, nodeId))) return;
    throw refusal(nodeId, readOnlySentence(nodeId));
  }
  const nodes = about.flatMap(({ topology }) => topology.nodes);
  if (nodes.length > 0 && nodes.every(({ access }) => access === 'readOnly')) {
    throw refusal(
      '',
      say`Every node is read-only: "access" in the topology file forbids every change.`,
    );
  }
}

function refusal(nodeId: string, text: string): ServerFailure {
  return new ServerFailure({
    ...describeFailure('readOnly', { nodeId }),
    text,
    advice: READ_ONLY_ADVICE,
  });
}
