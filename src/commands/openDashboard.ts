import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Opens the dashboard, at the worst problem or at what was asked for. */
export const openDashboard = defineCommand('openDashboard', {
  title: say`Open Dashboard`,
  needs: 'topology',
  argument: 'optional',
  run: ({ dashboard, contact }, target) => {
    dashboard.show({ topologyId: target?.topologyId ?? null, id: target?.subject ?? null });
    void contact.act();
  },
});
