import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Finds a topology from one connection, and writes it down. Needs no file, but a trusted folder. */
export const discoverTopology = defineCommand('discoverTopology', {
  title: say`Discover Topology…`,
  needs: 'trustAlone',
  run: async (deps) => {
    const { WORK } = await import('./work');
    await WORK.discover(deps);
  },
});
