import type { Plan } from '../../core/plan/plan';
import type { PlanContext } from '../../core/plan/requests';
import type { StandbyRequest } from '../../core/plan/standbys/planReplay';
import type { NodeSnapshot, TopologySnapshot } from '../../core/snapshot';
import type { CommandDeps } from '../commandDeps';
import { toNodeRef, type Target } from '../target';
import { askNode, type NodeChoice } from './pickNode';
import { reachableNodes } from './reachableNodes';

interface StandbyChange {
  readonly title: string;
  readonly placeholder: string;
  readonly lack: string;
  readonly plan: (request: StandbyRequest, context: PlanContext) => Plan;
}

/** Changes one standby by a plan. Its upstream is looked at too where it can be reached. */
export async function changeStandby(
  deps: CommandDeps,
  target: Target | null,
  change: StandbyChange,
): Promise<void> {
  const chosen = await pickStandby(deps, target, change);
  if (chosen === null) return;
  const { topologyId, nodeId } = chosen;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  const upstream = snapshot?.topology.nodes.find(({ id }) => id === nodeId)?.standbyOf ?? null;
  const looked = reachableNodes(snapshot).filter((id) => id === upstream);
  const nodeIds = [nodeId, ...looked];
  await deps.plans.begin(change.title, topologyId).carryOut({
    nodeIds,
    setupOf: nodeIds,
    plan: (context) => change.plan({ nodeId }, context),
  });
}

async function pickStandby(
  deps: CommandDeps,
  target: Target | null,
  { title, placeholder, lack }: StandbyChange,
): Promise<NodeChoice | null> {
  const snapshots = deps.monitor.current();
  if (target !== null) {
    const { topologyId, nodeId } = toNodeRef(target, snapshots);
    const snapshot = snapshots.find(({ id }) => id === topologyId);
    const node = snapshot?.nodes.find(({ id }) => id === nodeId);
    if (snapshot !== undefined && node !== undefined && isStandby(node, snapshot)) {
      return { topologyId: snapshot.id, nodeId: node.id };
    }
  }
  const node = await askNode(
    deps,
    { title, step: 1, totalSteps: 1, canGoBack: false },
    {
      placeholder,
      lack,
      fits: isStandby,
      topologyId: target?.topologyId ?? null,
      present: null,
    },
  );
  return node === 'back' ? null : node;
}

/** By the server where it was asked, else by the file. */
function isStandby(node: NodeSnapshot, snapshot: TopologySnapshot): boolean {
  if (!node.isDeclared) return false;
  const declared = snapshot.topology.nodes.find(({ id }) => id === node.id);
  return node.sample.fast?.isInRecovery ?? (declared?.standbyOf ?? null) !== null;
}
