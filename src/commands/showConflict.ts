import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Opens an operation in conflict as a comparison of both rows. */
export const showConflict = defineCommand('showConflict', {
  title: say`Show Conflict`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const { WORK } = await import('./work');
    await WORK.showConflictWork(deps, target);
  },
});
