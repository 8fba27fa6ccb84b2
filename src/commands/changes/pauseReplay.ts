import { planPauseReplay } from '../../core/plan/standbys/planReplay';
import { say } from '../../core/say';
import { changeStandby } from '../plans/changeStandby';
import type { Change } from './change';

/** Keeps a standby where it is, by a plan. */
export const pauseReplay: Change = async (deps, target) =>
  changeStandby(deps, target, {
    title: say`Pause Replay`,
    placeholder: say`Which standby should stand still?`,
    lack: say`Pause Replay needs a standby.`,
    plan: planPauseReplay,
  });
