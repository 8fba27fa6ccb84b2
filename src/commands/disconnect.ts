import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Closes the sessions of a node or topology and stays silent until *Connect*. */
export const disconnect = defineCommand('disconnect', {
  title: 'Disconnect',
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: 'What should be disconnected?',
  run: async ({ monitor }, target) => {
    if (target !== null) await monitor.disconnect(toNodeRef(target, monitor.current()));
  },
});
