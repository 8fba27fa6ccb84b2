import { window } from 'vscode';
import { say } from '../core/say';
import { defineCommand } from './defineCommand';
import { nodeOfTarget } from './enterPassword';

/** Deletes what is kept for a node. Environment and passfile are the user's own and stay. */
export const forgetPassword = defineCommand('forgetPassword', {
  title: say`Forget Password…`,
  needs: 'trust',
  argument: 'node',
  question: say`Of which node?`,
  run: async (deps, target) => {
    const node = target === null ? null : nodeOfTarget(deps, target);
    if (node === null) return;
    await deps.passwords.forgetPassword(node);
    void window.showInformationMessage(
      say`The password for ${node.id} is forgotten on this machine.`,
    );
  },
});
