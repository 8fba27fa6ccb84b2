import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';
import { toNodeRef } from './target';

/** Shows what the last check of the set-up found; checks it where none was made. */
export const showSetupReport = defineCommand('showSetupReport', {
  title: say`Show Set-up Report`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const snapshots = deps.monitor.current();
    const topologyId =
      target?.topologyId ?? (await pickTopology(snapshots, say`Show Set-up Report`));
    if (topologyId === null) return;
    const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
    const records = deps.setups
      .of(topologyId)
      .filter((record) => nodeId === null || record.nodeId === nodeId);
    if (records.length === 0) {
      await deps.runCommand('checkSetup', { topologyId, subject: nodeId });
      return;
    }
    const { WORK } = await import('./work');
    const name = snapshots.find(({ id }) => id === topologyId)?.topology.name ?? topologyId;
    await WORK.showSetup(deps, nodeId ?? name, records);
  },
});
