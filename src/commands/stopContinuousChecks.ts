import { window } from 'vscode';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

/** Ends what *Start Continuous Checks* began, and the sessions it held. */
export const stopContinuousChecks = defineCommand('stopContinuousChecks', {
  title: say`Stop Continuous Checks`,
  needs: 'topology',
  argument: 'optional',
  run: async ({ checks, monitor }, target) => {
    const running = monitor.current().filter(({ id }) => checks.isContinuous(id));
    if (running.length === 0) {
      void window.showInformationMessage(say`No topology is checked continuously.`);
      return;
    }
    const topologyId =
      target?.topologyId ?? (await pickTopology(running, say`Stop Continuous Checks`));
    if (topologyId !== null) checks.setContinuous(topologyId, false);
  },
});
