import { planEnableSubscription } from '../../core/plan/planSwitchSubscription';
import { say } from '../../core/say';
import type { Change } from './change';
import { changeSubscription } from '../plans/changeSubscription';

/** Lets a disabled subscription take changes again, by a plan. */
export const enableSubscription: Change = async (deps, target) =>
  changeSubscription(deps, target, {
    title: say`Enable Subscription`,
    placeholder: say`Which subscription should take changes again?`,
    lack: say`Enable Subscription needs a disabled subscription.`,
    fits: (found) => !found?.isEnabled,
    plan: planEnableSubscription,
  });
