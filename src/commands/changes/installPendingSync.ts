import { planInstallPendingSync } from '../../core/plan/planInstallPendingSync';
import { say } from '../../core/say';
import { askSteps, type Step } from '../../host/multiStep';
import { DEFAULT_QUEUE_TABLE } from '../../topologyFile/normalise';
import type { CommandDeps } from '../commandDeps';
import type { Change } from './change';
import { askNode, givenNode, takesChanges, type NodeChoice } from '../plans/pickNode';

const TITLE = say`Install pending_sync Schema`;

interface QueueAnswers {
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  readonly primary: NodeChoice | null;
}

/** Asks on which node writes are queued and where they go, and makes the queue's table by a plan. */
export const installPendingSync: Change = async (deps, target) => {
  const given = givenNode(deps, target, async () => deps.runCommand('installPendingSync', null));
  if (given === 'refused') return;
  const answers = await askSteps(TITLE, steps(deps), {
    given,
    topologyId: target?.topologyId ?? null,
    node: given,
    primary: null,
  });
  const node = answers?.node ?? null;
  if (node === null) return;
  const { topologyId, nodeId } = node;
  const declared = declaredQueue(deps, node);
  const primaryId = declared?.primary ?? answers?.primary?.nodeId ?? null;
  if (primaryId === null) return;
  const table = declared?.table ?? DEFAULT_QUEUE_TABLE;
  const watcher = deps.files.find(topologyId)?.topology?.nodes.find(({ id }) => id === nodeId)
    ?.connection['user'];
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: [nodeId],
    rolesToCheck: watcher === undefined ? {} : { [nodeId]: [watcher] },
    plan: (context) => planInstallPendingSync({ nodeId, primaryId, table }, context),
  });
};

function steps(deps: CommandDeps): readonly Step<QueueAnswers>[] {
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => {
        const node = await askNode(deps, place, {
          placeholder: say`Which node queues its writes while the primary is away?`,
          lack: say`a queue needs a node that takes changes, and every one is a standby.`,
          fits: takesChanges,
          topologyId: state.topologyId,
          present: state.node,
        });
        return node === null || node === 'back' ? node : { ...state, node };
      },
    },
    {
      applies: ({ node }) => node === null || declaredQueue(deps, node) === null,
      ask: async (state, place) => {
        const primary = await askNode(deps, place, {
          placeholder: say`To which node will the queue be drained?`,
          lack: say`a queue needs a second node to be drained to.`,
          fits: (node, snapshot) => takesChanges(node, snapshot) && node.id !== state.node?.nodeId,
          topologyId: state.node?.topologyId ?? null,
          present: state.primary,
        });
        return primary === null || primary === 'back' ? primary : { ...state, primary };
      },
    },
  ];
}

/** What the file says of the node's queue already. */
function declaredQueue({ files }: Pick<CommandDeps, 'files'>, { topologyId, nodeId }: NodeChoice) {
  const topology = files.find(topologyId)?.topology;
  return topology?.nodes.find(({ id }) => id === nodeId)?.pendingSync ?? null;
}
