import { planDisableSubscription } from '../../core/plan/planSwitchSubscription';
import { say } from '../../core/say';
import type { Change } from './change';
import { changeSubscription } from '../plans/changeSubscription';

/** Stops a subscription until it is enabled again, by a plan. */
export const disableSubscription: Change = async (deps, target) =>
  changeSubscription(deps, target, {
    title: say`Disable Subscription`,
    placeholder: say`Which subscription should stop?`,
    lack: say`Disable Subscription needs an enabled subscription.`,
    fits: (found) => found === null || found.isEnabled,
    plan: planDisableSubscription,
  });
