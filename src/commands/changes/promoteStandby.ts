import { planPromoteStandby } from '../../core/plan/standbys/planPromoteStandby';
import { say } from '../../core/say';
import { changeStandby } from '../plans/changeStandby';
import type { Change } from './change';

/** Makes a standby a primary, by a plan that says what would be lost. */
export const promoteStandby: Change = async (deps, target) =>
  changeStandby(deps, target, {
    title: say`Promote Standby`,
    placeholder: say`Which standby should become the primary?`,
    lack: say`Promote needs a standby.`,
    plan: planPromoteStandby,
  });
