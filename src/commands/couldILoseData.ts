import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Opens the dashboard at the answer: what exists at one place only, and as of when. */
export const couldILoseData = defineCommand('couldILoseData', {
  title: say`Could I Lose Data Now?`,
  needs: 'topology',
  argument: 'optional',
  run: ({ dashboard, contact }, target) => {
    const topologyId = target?.topologyId ?? null;
    dashboard.show({ topologyId, id: null, section: 'loss' });
    void contact.act();
  },
});
