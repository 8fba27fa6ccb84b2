import { planRefreshSubscription } from '../../core/plan/planRefreshSubscription';
import type { Change } from './change';
import { changeSubscription } from '../plans/changeSubscription';

/** Takes in tables that were added to a subscription’s publications, by a plan. */
export const refreshSubscription: Change = async (deps, target) =>
  changeSubscription(deps, target, {
    title: 'Refresh Subscription',
    placeholder: 'Which subscription should look for new tables?',
    lack: 'Refresh Subscription needs an enabled subscription.',
    fits: (found) => found === null || found.isEnabled,
    plan: planRefreshSubscription,
  });
