import { window } from 'vscode';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

/** Asks at once; without an argument, everything. */
export const refresh = defineCommand('refresh', {
  title: say`Refresh`,
  needs: 'trust',
  argument: 'optional',
  run: async ({ contact, monitor }, target) => {
    const ref = target === null ? null : toNodeRef(target, monitor.current());
    if (!(await contact.act())) return;
    await window.withProgress({ location: { viewId: 'pgTopology.explorer' } }, async () =>
      monitor.refresh(ref, 'manual'),
    );
  },
});
