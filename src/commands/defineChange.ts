import type { CHANGES } from './changes/table';
import { defineCommand, type Command } from './defineCommand';

type ChangeId = keyof typeof CHANGES;

/** A command whose work is loaded when it is first used. It takes what was clicked, or asks. */
export function defineChange(id: ChangeId, title: string): Command {
  return defineCommand(id, {
    title,
    needs: 'trust',
    argument: 'optional',
    run: async (deps, target) => {
      const changes = await import('./changes/table');
      await changes.CHANGES[id](deps, target);
    },
  });
}
