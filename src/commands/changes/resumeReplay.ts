import { planResumeReplay } from '../../core/plan/standbys/planReplay';
import { say } from '../../core/say';
import { changeStandby } from '../plans/changeStandby';
import type { Change } from './change';

/** Lets a paused standby follow again, by a plan. */
export const resumeReplay: Change = async (deps, target) =>
  changeStandby(deps, target, {
    title: say`Resume Replay`,
    placeholder: say`Which standby should follow again?`,
    lack: say`Resume Replay needs a standby.`,
    plan: planResumeReplay,
  });
