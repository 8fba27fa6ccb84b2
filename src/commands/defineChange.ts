import type { CHANGES } from './changes/table';
import { defineCommand, type Command } from './defineCommand';
import { refuseReadOnly } from './readOnlyGate';

type ChangeId = keyof typeof CHANGES;

/** A command whose work is loaded when it is first used. It takes what was clicked, or asks; what is read-only it refuses. */
export function defineChange(id: ChangeId, title: string): Command {
  return defineCommand(id, {
    title,
    needs: 'trust',
    argument: 'optional',
    run: async (deps, target) => {
      refuseReadOnly(target, deps.monitor.current());
      const { WORK } = await import('./work');
      await WORK.changes[id](deps, target);
    },
  });
}
