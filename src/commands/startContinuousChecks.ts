import { window } from 'vscode';
import { formatDuration } from '../core/format';
import { say } from '../core/say';
import { UNSEEN_MS } from '../operations/checks/unseenChecks';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

const GO_ON = say`Go On Unseen`;

/** Checks every edge of a topology again and again, until it is stopped or nothing shows it; asks whether it goes on then. */
export const startContinuousChecks = defineCommand('startContinuousChecks', {
  title: say`Start Continuous Checks`,
  needs: 'trust',
  argument: 'optional',
  run: async ({ contact, checks, unseenChecks, monitor }, target) => {
    const topologyId =
      target?.topologyId ?? (await pickTopology(monitor.current(), say`Start Continuous Checks`));
    if (topologyId === null) return;
    if (!(await contact.actOn({ topologyId, nodeId: null }))) return;
    const name = monitor.current().find(({ id }) => id === topologyId)?.topology.name ?? '';
    checks.setContinuous(topologyId, true);
    if (unseenChecks.goesOn(topologyId)) {
      window.setStatusBarMessage(say`Checking ${name} continuously, also unseen`, MESSAGE_MS);
      return;
    }
    const stops = say`They stop ${formatDuration(UNSEEN_MS)} after nothing shows them.`;
    // Not awaited: the checks are under way already.
    void window
      .showInformationMessage(say`Checking ${name} continuously. ${stops}`, GO_ON)
      .then((answer) => {
        if (answer === GO_ON && checks.isContinuous(topologyId)) unseenChecks.goOn(topologyId);
      });
  },
});

const MESSAGE_MS = 5_000;
