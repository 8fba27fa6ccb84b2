import { planNewIdentity } from '../../core/plan/queue/planNewIdentity';
import { say } from '../../core/say';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Give New Identity`;

/** Makes an edge that was copied or restored an edge of its own, by a plan. */
export const giveNewIdentity: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const { topologyId, nodeId } = chosen;
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: [nodeId],
    plan: (context) => planNewIdentity({ nodeId }, context),
  });
};
