import { planDisableSubscription } from '../../core/plan/planSwitchSubscription';
import type { Change } from './change';
import { changeSubscription } from '../plans/changeSubscription';

/** Stops a subscription until it is enabled again, by a plan. */
export const disableSubscription: Change = async (deps, target) =>
  changeSubscription(deps, target, {
    title: 'Disable Subscription',
    placeholder: 'Which subscription should stop?',
    lack: 'Disable Subscription needs an enabled subscription.',
    fits: (found) => found === null || found.isEnabled,
    plan: planDisableSubscription,
  });
