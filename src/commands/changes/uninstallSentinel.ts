import { planUninstallSentinel } from '../../core/plan/planUninstallSentinel';
import { say } from '../../core/say';
import type { Change } from './change';
import { changeSentinel } from '../plans/sentinelQuestions';

/** Takes a sentinel table out of its publication and off every server, by a plan that leaves nothing of it. */
export const uninstallSentinel: Change = async (deps, target) =>
  changeSentinel(deps, target, {
    id: 'uninstallSentinel',
    title: say`Uninstall Sentinel Table`,
    nodeQuestion: say`From which node are tokens sent?`,
    publicationQuestion: say`Which sentinel table?`,
    needsInstalled: true,
    plan: planUninstallSentinel,
  });
