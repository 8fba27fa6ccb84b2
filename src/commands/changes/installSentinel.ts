import { planInstallSentinel } from '../../core/plan/planInstallSentinel';
import type { Change } from './change';
import { changeSentinel } from '../plans/sentinelQuestions';

/** Makes the table that checks write their tokens to, on everybody who receives it, by a plan. */
export const installSentinel: Change = async (deps, target) =>
  changeSentinel(deps, target, {
    id: 'installSentinel',
    title: 'Install Sentinel Table',
    nodeQuestion: 'From which node should tokens be sent?',
    publicationQuestion: 'Through which publication?',
    needsInstalled: false,
    plan: planInstallSentinel,
  });
