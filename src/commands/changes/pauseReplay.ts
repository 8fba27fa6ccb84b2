import { planPauseReplay } from '../../core/plan/standbys/planReplay';
import { changeStandby } from '../plans/changeStandby';
import type { Change } from './change';

/** Keeps a standby where it is, by a plan. */
export const pauseReplay: Change = async (deps, target) =>
  changeStandby(deps, target, {
    title: 'Pause Replay',
    placeholder: 'Which standby should stand still?',
    lack: 'Pause Replay needs a standby.',
    plan: planPauseReplay,
  });
