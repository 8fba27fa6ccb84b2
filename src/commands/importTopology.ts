import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Makes a topology file of what the project already has. Needs no file, and contacts nobody. */
export const importTopology = defineCommand('importTopology', {
  title: say`Import Topology…`,
  run: async (deps) => {
    const { WORK } = await import('./work');
    await WORK.importTopology(deps);
  },
});
