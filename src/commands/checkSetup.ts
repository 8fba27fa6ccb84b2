import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';
import { toNodeRef } from './target';

/** Holds one node or a whole topology against the checklist of a deployment. Reads, and changes nothing. */
export const checkSetup = defineCommand('checkSetup', {
  title: say`Check Set-up`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const snapshots = deps.monitor.current();
    const topologyId = target?.topologyId ?? (await pickTopology(snapshots, say`Check Set-up`));
    if (topologyId === null) return;
    const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
    const { WORK } = await import('./work');
    await WORK.runSetupCheck(deps, topologyId, nodeId);
  },
});
