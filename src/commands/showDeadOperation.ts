import { defineCommand } from './defineCommand';

/** Shows what a server said of an operation that cannot be applied. */
export const showDeadOperation = defineCommand('showDeadOperation', {
  title: 'Show Dead Operation',
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const { showDeadWork } = await import('./queue/showDeadWork');
    await showDeadWork(deps, target);
  },
});
