import { planDropSlot } from '../../core/plan/slots/planDropSlot';
import { say } from '../../core/say';
import { pickSlot } from '../plans/pickSlot';
import { reachableDownstreams } from '../plans/reachableNodes';
import type { Change } from './change';

const TITLE = say`Drop Slot`;

/** Drops a replication slot that nobody needs, by a plan; who might need it is asked first. */
export const dropSlot: Change = async (deps, target) => {
  const chosen = await pickSlot(deps, target, TITLE);
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: [nodeId, ...reachableDownstreams(snapshot, nodeId)],
    plan: (context) => planDropSlot({ nodeId, slotName: name }, context),
  });
};
