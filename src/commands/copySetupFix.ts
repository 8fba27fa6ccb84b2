import { env, window } from 'vscode';
import { say } from '../core/say';
import { findSetupItem } from '../core/setup/setupRecord';
import { defineCommand } from './defineCommand';

const MESSAGE_MS = 3_000;

/** Copies what puts an item of the checklist right: statements, lines for a file, or advice. */
export const copySetupFix = defineCommand('copySetupFix', {
  title: say`Copy Fix`,
  needs: 'topology',
  argument: 'optional',
  run: async ({ setups }, target) => {
    const subject = target?.subject ?? null;
    const item =
      target === null || subject === null
        ? null
        : findSetupItem(setups.of(target.topologyId), subject);
    const fix = item?.fix ?? null;
    if (item === null || fix === null) {
      // The editor calls without the row while it is drawn anew, and what is in the clipboard is not this fix.
      void window.showWarningMessage(say`Nothing was copied. Choose the item of the set-up again.`);
      return;
    }
    await env.clipboard.writeText(fix);
    window.setStatusBarMessage(say`Copied what mends: ${item.title}`, MESSAGE_MS);
  },
});
