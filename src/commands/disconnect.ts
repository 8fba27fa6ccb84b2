import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Closes the sessions of a node or topology and stays silent until *Connect*. */
export const disconnect = defineCommand('disconnect', {
  title: say`Disconnect`,
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: say`What should be disconnected?`,
  run: async ({ monitor, checks }, target) => {
    if (target === null) return;
    const ref = toNodeRef(target, monitor.current());
    await monitor.disconnect(ref);
    if (!checks.isContinuous(ref.topologyId)) return;
    // Checks hold sessions of their own. They go on with the nodes that are left.
    checks.setContinuous(ref.topologyId, false);
    if (ref.nodeId !== null) checks.setContinuous(ref.topologyId, true);
  },
});
