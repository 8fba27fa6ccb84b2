import { planRefreshSubscription } from '../../core/plan/planRefreshSubscription';
import { say } from '../../core/say';
import { askOne } from '../../host/prompts';
import { readForChange } from '../plans/changeSubscription';
import { pickSubscription } from '../plans/pickSubscription';
import type { Change } from './change';

const TITLE = say`Refresh Subscription`;

/** Takes in tables that were added to a subscription’s publications, with or without their rows, by a plan. */
export const refreshSubscription: Change = async (deps, target) => {
  const chosen = await pickSubscription(deps, target, {
    title: TITLE,
    placeholder: say`Which subscription should look for new tables?`,
    lack: say`Refresh Subscription needs an enabled subscription.`,
    fits: (found) => found === null || found.isEnabled,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const answer = await askOne<'copy' | 'skip'>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`What of rows that new tables have already?`,
    items: [
      { label: say`$(cloud-download) Copy Them`, description: say`as usual`, value: 'copy' },
      {
        label: say`$(circle-slash) Do Not Copy`,
        detail: say`${nodeId} has them already, or shall not have them.`,
        value: 'skip',
      },
    ],
  });
  if (answer === null || answer === 'back') return;
  await deps.plans.begin(TITLE, topologyId).carryOut({
    ...readForChange(deps, chosen),
    plan: (context) =>
      planRefreshSubscription({ nodeId, name, copies: answer === 'copy' }, context),
  });
};
