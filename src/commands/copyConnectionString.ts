import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Copies how an application connects: to one node, or to whichever of a topology takes its writes or reads. */
export const copyConnectionString = defineCommand('copyConnectionString', {
  title: say`Copy Connection String…`,
  needs: 'trust',
  argument: 'nodeOrTopology',
  question: say`A connection to what?`,
  run: async (deps, target) => {
    if (target === null) return;
    const { WORK } = await import('./work');
    await WORK.copyConnection(deps, toNodeRef(target, deps.monitor.current()));
  },
});
