import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

/** Says which node reads and writes go to now, why, and what comes when that one is down. */
export const whereWouldThisGo = defineCommand('whereWouldThisGo', {
  title: say`Where Would This Go?`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const topologyId =
      target?.topologyId ?? (await pickTopology(deps.monitor.current(), say`Where Would This Go?`));
    if (topologyId === null) return;
    const { WORK } = await import('./work');
    await WORK.showRoutes(deps, topologyId);
  },
});
