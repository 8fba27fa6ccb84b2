import { planResumeReplay } from '../../core/plan/standbys/planReplay';
import { changeStandby } from '../plans/changeStandby';
import type { Change } from './change';

/** Lets a paused standby follow again, by a plan. */
export const resumeReplay: Change = async (deps, target) =>
  changeStandby(deps, target, {
    title: 'Resume Replay',
    placeholder: 'Which standby should follow again?',
    lack: 'Resume Replay needs a standby.',
    plan: planResumeReplay,
  });
