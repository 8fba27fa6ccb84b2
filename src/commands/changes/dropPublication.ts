import { planDropPublication } from '../../core/plan/planDropPublication';
import { say } from '../../core/say';
import { pickPublication, readersOf } from '../plans/pickPublication';
import type { Change } from './change';

const TITLE = say`Drop Publication`;

/** Drops a publication once everybody who takes it has let go of it, by a plan. */
export const dropPublication: Change = async (deps, target) => {
  const chosen = await pickPublication(deps, target, {
    title: TITLE,
    placeholder: say`Which publication should go?`,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  await deps.plans.begin(TITLE, topologyId).carryOut({
    nodeIds: [nodeId, ...readersOf(snapshot, nodeId)],
    plan: (context) => planDropPublication({ nodeId, name }, context),
  });
};
