import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Starts real servers on this machine and shows them. Needs no file, and reads none of the workspace. */
export const tryDemo = defineCommand('tryDemo', {
  title: say`Try Demo`,
  run: async ({ demo }) => demo.tryDemo(),
});

export const stopDemo = defineCommand('stopDemo', {
  title: say`Stop Demo`,
  run: async ({ demo }) => demo.stopDemo(),
});

/** Breaks and mends the demo, with what to look at. */
export const demoActions = defineCommand('demoActions', {
  title: say`Demo…`,
  run: async ({ demo }) => demo.showActions(),
});
