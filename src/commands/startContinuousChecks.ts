import { window } from 'vscode';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

/** Checks every edge of a topology again and again, also unseen, until it is stopped. */
export const startContinuousChecks = defineCommand('startContinuousChecks', {
  title: 'Start Continuous Checks',
  needs: 'trust',
  argument: 'optional',
  run: async ({ contact, checks, monitor }, target) => {
    const topologyId =
      target?.topologyId ?? (await pickTopology(monitor.current(), 'Start Continuous Checks'));
    if (topologyId === null) return;
    if (!(await contact.actOn({ topologyId, nodeId: null }))) return;
    checks.setContinuous(topologyId, true);
    const name = monitor.current().find(({ id }) => id === topologyId)?.topology.name ?? '';
    window.setStatusBarMessage(`Checking ${name} continuously`, MESSAGE_MS);
  },
});

const MESSAGE_MS = 5_000;
