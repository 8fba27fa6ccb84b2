import type { Plan } from '../../core/plan/plan';
import type { PlanContext, SubscriptionRequest } from '../../core/plan/requests';
import type { PlanTask } from './planWork';
import { readParams } from './subscriptionAnswers';
import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';
import {
  pickSubscription,
  type SubscriptionChoice,
  type SubscriptionNeed,
} from './pickSubscription';

interface SubscriptionChange extends SubscriptionNeed {
  readonly plan: (request: SubscriptionRequest, context: PlanContext) => Plan;
}

/** Changes one subscription that exists, by a plan. Its publisher is looked at too where it can be reached. */
export async function changeSubscription(
  deps: CommandDeps,
  target: Target | null,
  change: SubscriptionChange,
): Promise<void> {
  const chosen = await pickSubscription(deps, target, change);
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  await deps.plans.begin(change.title, topologyId).carryOut({
    ...readForChange(deps, chosen),
    plan: (context) => change.plan({ nodeId, name }, context),
  });
}

/** What a plan reads to change a subscription: its node, and its publisher where that can be reached. */
export function readForChange(
  deps: Pick<CommandDeps, 'monitor' | 'files'>,
  chosen: SubscriptionChoice,
): Pick<PlanTask, 'nodeIds' | 'rolesToCheck'> {
  const { nodeId } = chosen;
  const publisherId = reachablePublisher(deps, chosen);
  const user = loginRole(deps, chosen);
  return {
    nodeIds: publisherId === null ? [nodeId] : [nodeId, publisherId],
    rolesToCheck: publisherId === null || user === null ? {} : { [publisherId]: [user] },
  };
}

/** The publisher, when the monitor reaches it: a change of the subscriber alone must not need it. */
export function reachablePublisher(
  { monitor }: Pick<CommandDeps, 'monitor'>,
  { topologyId, publisherId }: SubscriptionChoice,
): string | null {
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  const node = snapshot?.nodes.find(({ id, isDeclared }) => id === publisherId && isDeclared);
  return node?.sample.contact === 'connected' ? node.id : null;
}

/** As whom the subscription signs in at its publisher, as far as the file says. */
function loginRole(
  { files }: Pick<CommandDeps, 'files'>,
  { topologyId, nodeId, name }: SubscriptionChoice,
): string | null {
  const node = files.find(topologyId)?.topology?.nodes.find(({ id }) => id === nodeId);
  const declared = node?.subscriptions.find((subscription) => subscription.name === name);
  const connection = declared?.connection ?? null;
  return connection === null ? null : (readParams(connection)['user'] ?? null);
}
