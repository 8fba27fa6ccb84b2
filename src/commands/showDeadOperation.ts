import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Shows what a server said of an operation that cannot be applied. */
export const showDeadOperation = defineCommand('showDeadOperation', {
  title: say`Show Dead Operation`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const { WORK } = await import('./work');
    await WORK.showDeadWork(deps, target);
  },
});
