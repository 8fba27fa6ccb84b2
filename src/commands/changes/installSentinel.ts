import { planInstallSentinel } from '../../core/plan/planInstallSentinel';
import { say } from '../../core/say';
import type { Change } from './change';
import { changeSentinel } from '../plans/sentinelQuestions';

/** Makes the table that checks write their tokens to, on everybody who receives it, by a plan. */
export const installSentinel: Change = async (deps, target) =>
  changeSentinel(deps, target, {
    id: 'installSentinel',
    title: say`Install Sentinel Table`,
    nodeQuestion: say`From which node should tokens be sent?`,
    publicationQuestion: say`Through which publication?`,
    needsInstalled: false,
    plan: planInstallSentinel,
  });
