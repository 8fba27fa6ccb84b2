import { window } from 'vscode';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

/** Ends what *Start Continuous Checks* began, and the sessions it held. */
export const stopContinuousChecks = defineCommand('stopContinuousChecks', {
  title: 'Stop Continuous Checks',
  needs: 'topology',
  argument: 'optional',
  run: async ({ checks, monitor }, target) => {
    const running = monitor.current().filter(({ id }) => checks.isContinuous(id));
    if (running.length === 0) {
      void window.showInformationMessage('No topology is checked continuously.');
      return;
    }
    const topologyId =
      target?.topologyId ?? (await pickTopology(running, 'Stop Continuous Checks'));
    if (topologyId !== null) checks.setContinuous(topologyId, false);
  },
});
